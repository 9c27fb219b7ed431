/** The column is SQL NULL. */
export const KIND_NULL = 0
/** The column's TOASTed value did not change and was not sent (pgoutput kind `u`). */
export const KIND_UNCHANGED = 1
/** The column's text, in the source's output format, stands in {@link RowView.buffer}. */
export const KIND_TEXT = 2
/** The column's bytes stand in {@link RowView.encodedBuffer}, already in the form of the load that is written. */
export const KIND_ENCODED = 3

/**
 * One row as it lies in the received bytes: no value is copied or decoded.
 *
 * Columns are in the table's published order (`TableSchema.columns`). A view is valid until the callback that got it
 * returns: its owner writes the next row over it. Bytes are UTF-8 and never escaped (COPY's backslashes are undone in
 * place by the reader).
 */
export class RowView {
  /** The received bytes that `starts` point into for columns of kind text. */
  buffer: Buffer = Buffer.alloc(0)
  /** The bytes that `starts` point into for columns of kind encoded. */
  encodedBuffer: Buffer = Buffer.alloc(0)
  /** Columns of this row. */
  columnCount = 0
  /** How many columns are of kind unchanged. */
  unchangedCount = 0
  /** Per column: {@link KIND_NULL}, {@link KIND_UNCHANGED}, {@link KIND_TEXT} or {@link KIND_ENCODED}. */
  kinds: Uint8Array
  /** Per column: offset of its first byte. */
  starts: Int32Array
  /** Per column: length in bytes. */
  lengths: Int32Array

  constructor(columns = 64) {
    this.kinds = new Uint8Array(columns)
    this.starts = new Int32Array(columns)
    this.lengths = new Int32Array(columns)
  }

  /** Makes room for `count` columns and forgets the row before. */
  reset(buffer: Buffer, count: number): void {
    this.buffer = buffer
    this.columnCount = count
    this.unchangedCount = 0
    if (this.kinds.length < count) {
      this.kinds = new Uint8Array(count * 2)
      this.starts = new Int32Array(count * 2)
      this.lengths = new Int32Array(count * 2)
    }
  }

  /** The column's text, `null` for SQL NULL, `undefined` for a value that is not in this view. For people and tests. */
  text(column: number): string | null | undefined {
    if (column >= this.columnCount) return undefined
    const kind = this.kinds[column]
    if (kind === KIND_NULL) return null
    if (kind !== KIND_TEXT) return undefined
    const start = this.starts[column] ?? 0
    return this.buffer.toString('utf8', start, start + (this.lengths[column] ?? 0))
  }
}
