import type { Lsn } from './lsn.ts'
import type { TableId } from './table-id.ts'

/** What comparing both sides found. */
export interface VerifyReport {
  readonly tables: readonly TableComparison[]
}

/** One table compared. */
export interface TableComparison {
  readonly table: TableId
  /** Source position up to which the comparison holds. */
  readonly verifiedUpTo: Lsn
  readonly rowsCompared: number
  readonly rowsDifferent: number
  /** The first differences; `rowsDifferent` counts all. */
  readonly differences: readonly RowDifference[]
  readonly ms: number
}

/** A row that differs for good. */
export interface RowDifference {
  /** Key columns as text, in key order. */
  readonly key: readonly string[]
  /** `missing`: not in the target. `surplus`: only in the target. `different`: in both with other values. */
  readonly kind: 'missing' | 'surplus' | 'different'
  /** Columns that differ; empty unless `different`. */
  readonly columns: readonly string[]
}
