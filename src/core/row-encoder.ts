import type { ByteBuffer } from './byte-buffer.ts'
import type { RowView } from './row-view.ts'

/** The two forms of a load's body. All loads of one table in one target transaction have the same. */
export type LoadFormat = 'csv' | 'json'

/** Answer of an append: the row cannot be written in this format; write it with the JSON encoder. Nothing was appended. */
export const NEEDS_JSON = -1
/** Answer of an append: no rule covers a value, see {@link RowEncoder.lastBadRow}. Nothing was appended. */
export const BAD_ROW = -2

/** Why a row could not be encoded. */
export interface BadRow {
  readonly column: string
  readonly reason: string
}

/**
 * Writes rows of one table in one format; compiled once per schema and route.
 *
 * Bytes to bytes: no string, object or closure per row. An encoded row is one complete record of the body, its
 * delimiter included, and its key columns come first: the returned number of bytes, counted from the row's start, is a
 * text that is equal exactly when the keys are equal.
 */
export interface RowEncoder {
  readonly format: LoadFormat
  /** The source columns that it writes (excluded ones are not among them). */
  readonly columns: readonly number[]
  /** Appends an upsert. Returns the key's bytes (> 0), {@link NEEDS_JSON} or {@link BAD_ROW}. Unchanged columns are written as a placeholder. */
  appendUpsert(row: RowView, out: ByteBuffer): number
  /** Appends a delete; only the key columns of `row` are read. Returns as {@link appendUpsert}. */
  appendDelete(row: RowView, out: ByteBuffer): number
  /** Appends the row as one that is deleted softly: as {@link appendUpsert}, and marked. Only for tables whose route asks for it. */
  appendMarked(row: RowView, out: ByteBuffer): number
  /**
   * JSON only: appends the record `csv[start, end)` (written by the CSV encoder of the same table) in this format; placeholders stay
   * placeholders. Returns the key's bytes.
   */
  appendRecoded(csv: Buffer, start: number, end: number, out: ByteBuffer): number
  /** JSON only: appends an encoded CSV key (as cut from a record) as this encoder's key. Returns its bytes. */
  appendRecodedKey(csvKey: Buffer, out: ByteBuffer): number
  /** Finds an encoded column in an encoded row; sets `fieldStart` and `fieldEnd`. False when the placeholder or, in a delete, nothing stands there. */
  findField(body: Buffer, rowStart: number, rowEnd: number, column: number): boolean
  /** Where {@link findField} found the column's bytes. */
  readonly fieldStart: number
  readonly fieldEnd: number
  /** Why the last append answered {@link BAD_ROW}. */
  lastBadRow(): BadRow
}

/** Decides whether a row belongs into the target: the compiled `where` of a route. */
export interface RowFilter {
  /** Columns that it reads; a row in which one of them is unchanged cannot be judged. */
  readonly columns: readonly number[]
  accepts(row: RowView): boolean
}
