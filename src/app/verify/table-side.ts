/** A row in its canonical form, valid during the call that hands it over: `bytes[start, end)`, its key first, up to `keyEnd`. */
export interface CanonicalRow {
  readonly bytes: Buffer
  readonly start: number
  readonly keyEnd: number
  readonly end: number
}

/** One side of a table that is compared. The same row has the same canonical form on both sides. */
export interface TableSide {
  /** Reads all rows, in any order and in flat memory. @throws {SyncError} */
  scan(onRow: (row: CanonicalRow) => void): Promise<void>
  /** Reads the rows of these canonical keys as they are now; a key without a row is not called back. @throws {SyncError} */
  fetch(keys: readonly Buffer[], onRow: (row: CanonicalRow) => void): Promise<void>
}

/** Both sides of a table. */
export interface TableSides {
  readonly source: TableSide
  readonly target: TableSide
}

/** The canonical key as text of one byte a character: a key of maps. */
export function keyOf(row: CanonicalRow): string {
  return row.bytes.toString('latin1', row.start, row.keyEnd)
}

/** The canonical key that {@link keyOf} made. */
export function bytesOfKey(key: string): Buffer {
  return Buffer.from(key, 'latin1')
}
