export { load } from '../sink/load.ts'
