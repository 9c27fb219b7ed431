import type { BenchSource } from './source.ts'

/** How much is measured. */
export interface Scale {
  readonly rounds: number
  /** Row changes of a CDC segment. */
  readonly cdcRows: number
  readonly snapshotRows: number
  readonly latencySeconds: number
  /** Time over which memory must stay flat. */
  readonly steadySeconds: number
  readonly manyTables: number
  /** Rows of the run whose first part is compared with its last. */
  readonly longRows: number
  readonly largeTransactionBytes: number
}

const MB = 1e6

/** The scales: `quick` is for development, `full` takes hours. */
export const SCALES = {
  quick: {
    rounds: 3,
    cdcRows: 500_000,
    snapshotRows: 500_000,
    latencySeconds: 10,
    steadySeconds: 60,
    manyTables: 200,
    longRows: 2_000_000,
    largeTransactionBytes: 400 * MB,
  },
  usual: {
    rounds: 5,
    cdcRows: 1_000_000,
    snapshotRows: 2_000_000,
    latencySeconds: 8,
    steadySeconds: 600,
    manyTables: 1000,
    longRows: 8_000_000,
    largeTransactionBytes: 2000 * MB,
  },
  full: {
    rounds: 5,
    cdcRows: 1_000_000,
    snapshotRows: 2_000_000,
    latencySeconds: 30,
    steadySeconds: 600,
    manyTables: 1000,
    longRows: 50_000_000,
    largeTransactionBytes: 2000 * MB,
  },
} as const satisfies Record<string, Scale>

/** What a scenario works with. */
export interface BenchContext {
  readonly source: BenchSource
  readonly scale: Scale
  /** One line to whoever watches. */
  readonly say: (text: string) => void
}
