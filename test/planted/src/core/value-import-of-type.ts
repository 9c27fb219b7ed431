import { Planted } from './planted.ts'

export const nameOf = (planted: Planted): string => planted.name
