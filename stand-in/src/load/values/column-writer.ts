import duckdb, { type Vector } from '@duckdb/node-bindings'

/** Rows of one batch: DuckDB's vector size, so that a full batch is one data chunk. */
export const batchRows = 2048

/** The value was stored. */
export const putOk = 0
/** The text cannot be converted to the column's type. */
export const putBad = 1
/** The text is longer than its column. */
export const putTooLong = 2
/** What became of a value's text. */
export type PutCode = typeof putOk | typeof putBad | typeof putTooLong

/**
 * Turns the text of one column's values into a column of a batch.
 *
 * `put` reads `bytes[start, end)`; on any answer but `putOk` the row's slot is unspecified and must be set again.
 * Slots below the flushed row count must all be set, by `put` or `setNull`.
 */
export abstract class ColumnWriter {
  protected readonly nulls = new Uint8Array(batchRows)
  #nullCount = 0

  abstract put(bytes: Buffer, start: number, end: number, row: number): PutCode
  /** Moves a row's value down over another one's. */
  abstract moveValue(from: number, to: number): void
  /** The value as a DuckDB literal; only asked of key columns, which are never null. */
  abstract literal(row: number): string
  /** Bytes of the value inside an encoded primary key (reference/starrocks.md 3: 128 at most). */
  abstract keyBytes(row: number): number
  /** Copies the first `rows` values into a DuckDB vector. */
  protected abstract flushValues(vector: Vector, rows: number): void

  /** Stores bytes that an expression made, which are no longer text (only VARBINARY tells the difference). */
  putBinary(bytes: Buffer, row: number): PutCode {
    return this.put(bytes, 0, bytes.length, row)
  }

  setNull(row: number): void {
    this.nulls[row] = 1
    this.#nullCount++
  }

  /** Takes a NULL back, of a row that was refused. */
  clear(row: number): void {
    this.nulls[row] = 0
  }

  move(from: number, to: number): void {
    this.nulls[to] = this.nulls[from] ?? 0
    this.moveValue(from, to)
  }

  flush(vector: Vector, rows: number): void {
    this.flushValues(vector, rows)
    if (this.#nullCount === 0) return
    const bits = new Uint8Array(Math.ceil(rows / 64) * 8).fill(255)
    for (let row = 0; row < rows; row++) {
      if (this.nulls[row] === 1) bits[row >> 3] = (bits[row >> 3] ?? 0) & ~(1 << (row & 7))
    }
    duckdb.vector_ensure_validity_writable(vector)
    duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.byteLength)
    this.nulls.fill(0)
    this.#nullCount = 0
  }
}
