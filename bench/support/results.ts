import { readFileSync } from 'node:fs'
import type { Finding } from './finding.ts'
import type { Machine } from './machine.ts'

/** The file of the figures that the pages show. */
export const LATEST = new URL('../results/latest.json', import.meta.url).pathname

/** All that one run of the benchmark found. */
export interface Results {
  readonly machine: Machine
  readonly findings: readonly Finding[]
}

/** Reads results that `bench/run.ts` wrote. @throws when the file is none of them. */
export function readResults(path: string): Results {
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (!isResults(parsed)) throw new Error(`${path} holds no results`)
  return parsed
}

function isResults(value: unknown): value is Results {
  return typeof value === 'object' && value !== null && 'machine' in value && 'findings' in value
}
