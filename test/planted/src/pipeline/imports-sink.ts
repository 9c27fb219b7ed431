import type { load } from '../sink/load.ts'

export type Load = typeof load
