import type { Lsn } from './lsn.ts'
import type { TableId } from './table-id.ts'

/** What comparing both sides found. */
export interface VerifyReport {
  readonly tables: readonly TableComparison[]
  /** Tables that were asked for and of which nothing can be said. */
  readonly notCompared: readonly TableNotCompared[]
}

/** A table that was left out, and why. */
export interface TableNotCompared {
  readonly table: TableId
  /** `it is quarantined`, `the source has no such table`. */
  readonly reason: string
}

/** One table compared. */
export interface TableComparison {
  readonly table: TableId
  /** Source position up to which the comparison holds. */
  readonly verifiedUpTo: Lsn
  readonly rowsCompared: number
  readonly rowsDifferent: number
  /** Rows of which nothing can be said: they changed at every look, or wait for a service that does not run. Not among `rowsDifferent`. */
  readonly rowsUnsettled: number
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
  /** Both values of each of `columns`, as texts; only when they were asked for. */
  readonly values?: readonly { readonly source: string | null; readonly target: string | null }[] | undefined
}
