import type { Lsn } from '../../core/lsn.ts'
import type { TableSchema } from '../../core/table-schema.ts'
import type { RowDifference, TableComparison } from '../../core/verify-report.ts'
import type { EncoderPlan } from '../../sink/starrocks/encode/encoder-plan.ts'
import { bucketCountFor } from './bucket-digests.ts'
import { findCandidates } from './find-candidates.ts'
import { settleCandidates, type KeysOfSource, type StableDifference } from './settle-candidates.ts'
import type { TableSides } from './table-side.ts'

const ROWS_PER_WAVE = 200_000
const MOST_WAVES = 4
const MOST_ROUNDS = 12
const MOST_DIFFERENCES = 100

/** One table to be compared. */
export interface TableToCompare {
  readonly schema: TableSchema
  readonly plan: EncoderPlan
  readonly sides: TableSides
}

/** How it is compared. */
export interface CompareOptions {
  /** Resolves to a position that the target has passed since the call, to null when no service moves the target. */
  readonly catchUp: () => Promise<Lsn | null>
  /** When no service moves the target: which of these keys no change concerns that waits for one. */
  readonly untouched: (keys: KeysOfSource) => Promise<ReadonlySet<Buffer>>
  /** Position up to which the target held the source before anything was read. */
  readonly verifiedUpTo: Lsn
  readonly showValues: boolean
  /** Milliseconds, of a clock that never goes back. */
  readonly monotonicMs: () => number
  readonly onRows: (rowsRead: number) => void
  readonly onRound: (keysLeft: number) => void
  readonly signal: AbortSignal
}

/** Compares both sides of a table. @throws {SyncError} when a side cannot be read to its end. */
export async function compareTable(table: TableToCompare, options: CompareOptions): Promise<TableComparison> {
  const startedMs = options.monotonicMs()
  const candidates = await findCandidates(table.sides, {
    bucketCount: bucketCountFor(table.schema.estimatedRows),
    rowsPerWave: ROWS_PER_WAVE,
    mostWaves: MOST_WAVES,
    onRows: options.onRows,
  })
  const settled = await settleCandidates(table.sides, candidates.keys, {
    describe: (difference) => describe(difference, table.plan, options.showValues),
    caughtUp: async () => (await options.catchUp()) !== null,
    untouched: options.untouched,
    signal: options.signal,
    mostRounds: MOST_ROUNDS,
    mostDifferences: MOST_DIFFERENCES,
    onRound: options.onRound,
  })
  return {
    table: table.schema.id,
    verifiedUpTo: options.verifiedUpTo,
    rowsCompared: candidates.rowsCompared,
    ...countRows(settled, candidates.rowsLeftOut),
    differences: settled.differences,
    ms: options.monotonicMs() - startedMs,
  }
}

type RowNumbers = Pick<TableComparison, 'rowsDifferent' | 'rowsUnsettled'>

/** Rows that were left out because nearly everything differs count as what the others turned out to be. */
function countRows({ rowsDifferent, rowsUnsettled }: RowNumbers, rowsLeftOut: number): RowNumbers {
  if (rowsDifferent === 0) return { rowsDifferent, rowsUnsettled: rowsUnsettled + rowsLeftOut }
  return { rowsDifferent: rowsDifferent + rowsLeftOut, rowsUnsettled }
}

/** A difference for the report. Pure. */
export function describe(difference: StableDifference, plan: EncoderPlan, showValues: boolean): RowDifference {
  const { key, source, target } = difference
  const columns = plan.columns.flatMap(({ sourceName }, index) => {
    if (source === null || target === null || source[index] === target[index]) return []
    return [{ name: sourceName, source: source[index] ?? null, target: target[index] ?? null }]
  })
  return {
    key,
    kind: target === null ? 'missing' : source === null ? 'surplus' : 'different',
    columns: columns.map(({ name }) => name),
    ...(showValues ? { values: columns.map((column) => ({ source: column.source, target: column.target })) } : {}),
  }
}
