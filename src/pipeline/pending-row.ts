/**
 * A record of a load whose unchanged values are neither in the old tuple nor in the batch.
 *
 * The values are those that the row had under its *origin* key when the batch began (design: unchanged TOAST).
 */
export interface PendingRow {
  /** The row's key when the batch began, encoded as in the load's format. */
  readonly originKey: Buffer
  /** The row's present key as the source writes it, to read the row again there. */
  readonly keyTexts: readonly string[]
  /** The transaction that left the row so: a read at the source must see it. */
  readonly xid: number
  /** Columns (of `TableSchema.columns`) that are missing. */
  readonly columns: readonly number[]
  /** The row has another key than when the batch began. */
  readonly moved: boolean
  /** The target's value under the origin key is not the one: the row must be read at the source. */
  readonly fromSource: boolean
  /** The row filter could not judge the row, because it reads a missing column. */
  readonly unjudged: boolean
  /** The row is deleted softly: it stays with the values that the target has, or goes when the target has none. */
  readonly marked: boolean
}
