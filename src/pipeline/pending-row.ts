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

/** What a batch already knows of a row that is updated. */
export interface Origin {
  /** The row's key before the update, encoded. */
  readonly key: Buffer
  /** What its record in this batch still misses. */
  readonly before: PendingRow | undefined
  /** Its record in this batch is a delete: the target's value is not the row's. */
  readonly gone: boolean
}

/** What stays missing of a row, reckoned on from what was missing of it before. Pure. */
export function pendingRow(row: {
  readonly origin: Origin
  readonly xid: number
  readonly keyTexts: readonly string[]
  readonly columns: readonly number[]
  readonly moved: boolean
  readonly mustAskSource: boolean
  readonly unjudged: boolean
  readonly marked: boolean
}): PendingRow {
  const { before, key } = row.origin
  return {
    originKey: before?.originKey ?? key,
    keyTexts: row.keyTexts,
    xid: row.xid,
    columns: row.columns,
    moved: row.moved || before?.moved === true,
    fromSource: row.mustAskSource || before?.fromSource === true,
    unjudged: row.unjudged || (before?.unjudged === true && !row.marked),
    marked: row.marked,
  }
}
