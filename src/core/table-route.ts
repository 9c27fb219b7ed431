import type { TableId } from './table-id.ts'

/** Where a source table goes and how: one entry of `tables:` applied to one table. */
export interface TableRoute {
  readonly table: TableId
  readonly targetDatabase: string
  readonly targetTable: string
  /** Source columns that are not copied. */
  readonly excludeColumns: readonly string[]
  /** An SQL predicate over the row; only rows for which it is true are in the target. */
  readonly where?: string | undefined
  /** `hard`: a source delete removes the target row. `soft`: it marks it in `_sync_deleted`. */
  readonly delete: 'hard' | 'soft'
  /** Per column: a StarRocks type or the name of a rule of `docs/types.md`. */
  readonly columnTypes: Readonly<Record<string, string>>
  /** Properties of CREATE TABLE. */
  readonly properties: Readonly<Record<string, string>>
  /** Buckets of the hash distribution; reckoned from the source's size when absent. */
  readonly buckets?: number | undefined
}
