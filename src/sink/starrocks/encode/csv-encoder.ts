import type { ByteBuffer } from '../../../core/byte-buffer.ts'
import { BAD_ROW, NEEDS_JSON, type BadRow, type RowEncoder } from '../../../core/row-encoder.ts'
import { KIND_ENCODED, KIND_NULL, KIND_TEXT, type RowView } from '../../../core/row-view.ts'
import { MAX_KEY_BYTES } from '../type-rules/column-codec.ts'
import {
  describeBadRow,
  fixedKeyBytes,
  KEY_MISSING,
  KEY_TOO_LARGE,
  keyTextFlags,
  type EncoderPlan,
} from './encoder-plan.ts'
import { AS_NULL, FIELD_SLACK_BYTES, MALFORMED, WRITTEN, type FieldWriter } from './field-writer.ts'

/** Ends a field of a CSV body. */
export const CSV_SEPARATOR = 0x01
// Ends a row of the body.
const CSV_ROW_END = 0x02
/** Stands alone in a field for a value that did not change and was not sent; never left in a body that is loaded. */
export const UNCHANGED_PLACEHOLDER = 0x03

const BACKSLASH = 0x5c
const LETTER_N = 0x4e
const ZERO = 0x30
const ONE = 0x31

/** Writes CSV of control-character separators, the fast form. @see reference/starrocks.md 1.5 */
export class CsvEncoder implements RowEncoder {
  readonly format = 'csv'
  readonly columns: readonly number[]
  fieldStart = 0
  fieldEnd = 0
  readonly #plan: EncoderPlan
  readonly #writers: readonly FieldWriter[]
  readonly #sources: Int32Array
  readonly #keyCount: number
  readonly #keyText: readonly boolean[]
  readonly #keyFixedBytes: number
  readonly #fieldOf = new Map<number, number>()
  #badField = -1
  #badCode = 0

  constructor(plan: EncoderPlan) {
    this.#plan = plan
    this.columns = plan.columns.map((column) => column.source)
    this.#writers = plan.columns.map((column) => column.codec.encode.csv)
    this.#sources = Int32Array.from(plan.columns, (column) => column.source)
    this.#keyCount = plan.keyCount
    this.#keyText = keyTextFlags(plan)
    this.#keyFixedBytes = fixedKeyBytes(plan)
    for (const [field, column] of plan.columns.entries()) this.#fieldOf.set(column.source, field)
  }

  appendUpsert(row: RowView, out: ByteBuffer): number {
    return this.#appendWhole(row, out, ZERO)
  }

  appendMarked(row: RowView, out: ByteBuffer): number {
    return this.#appendWhole(row, out, ONE)
  }

  appendDelete(row: RowView, out: ByteBuffer): number {
    const keyBytes = this.#appendKey(row, out)
    if (keyBytes < 0) return keyBytes
    const count = this.#sources.length
    for (let field = this.#keyCount; field < count; field++) this.#appendNull(out)
    this.#appendEnd(out, ONE, ONE)
    return keyBytes
  }

  /** Never asked of this format. */
  appendRecoded(): number {
    throw new RangeError('a record becomes CSV only by appendUpsert')
  }

  /** Never asked of this format. */
  appendRecodedKey(): number {
    throw new RangeError('a key becomes CSV only by appendDelete')
  }

  findField(body: Buffer, rowStart: number, rowEnd: number, column: number): boolean {
    const field = this.#fieldOf.get(column)
    if (field === undefined) return false
    let start = rowStart
    for (let passed = 0; passed < field; passed++) start = body.indexOf(CSV_SEPARATOR, start) + 1
    const end = body.indexOf(CSV_SEPARATOR, start)
    this.fieldStart = start
    this.fieldEnd = end
    if (field < this.#keyCount) return true
    if (body[rowEnd - 2] === ONE) return false
    return end - start !== 1 || body[start] !== UNCHANGED_PLACEHOLDER
  }

  lastBadRow(): BadRow {
    return describeBadRow(this.#plan, this.#badField, this.#badCode)
  }

  #appendWhole(row: RowView, out: ByteBuffer, mark: number): number {
    const rowStart = out.length
    const keyBytes = this.#appendKey(row, out)
    if (keyBytes < 0) return keyBytes
    const count = this.#sources.length
    for (let field = this.#keyCount; field < count; field++) {
      const code = this.#appendField(row, field, out)
      if (code !== WRITTEN) return this.#takeBack(out, rowStart, field, code)
    }
    this.#appendEnd(out, mark, ZERO)
    return keyBytes
  }

  #appendKey(row: RowView, out: ByteBuffer): number {
    const rowStart = out.length
    let size = this.#keyFixedBytes
    for (let field = 0; field < this.#keyCount; field++) {
      const start = out.length
      const kind = row.kinds[this.#sources[field] ?? 0]
      const code = kind === KIND_TEXT || kind === KIND_ENCODED ? this.#appendField(row, field, out) : KEY_MISSING
      if (code !== WRITTEN) return this.#takeBack(out, rowStart, field, code)
      if (this.#keyText[field] === true) size += out.length - start - 1
      if (size > MAX_KEY_BYTES) return this.#takeBack(out, rowStart, field, KEY_TOO_LARGE)
    }
    return out.length - rowStart
  }

  #appendField(row: RowView, field: number, out: ByteBuffer): number {
    const source = this.#sources[field] ?? 0
    const kind = row.kinds[source]
    if (kind === KIND_TEXT) {
      out.reserve((row.lengths[source] ?? 0) + FIELD_SLACK_BYTES)
      const start = out.length
      const code = this.#writers[field]?.(row, source, out) ?? MALFORMED
      if (code === AS_NULL) {
        out.length = start
        return this.#appendNull(out)
      }
      if (code !== WRITTEN) return code
      out.bytes[out.length++] = CSV_SEPARATOR
      return WRITTEN
    }
    if (kind === KIND_NULL) return this.#appendNull(out)
    return this.#appendOther(row, source, out)
  }

  #appendOther(row: RowView, source: number, out: ByteBuffer): number {
    if (row.kinds[source] === KIND_ENCODED) {
      const start = row.starts[source] ?? 0
      out.append(row.encodedBuffer, start, start + (row.lengths[source] ?? 0))
    } else {
      out.reserve(FIELD_SLACK_BYTES)
      out.bytes[out.length++] = UNCHANGED_PLACEHOLDER
    }
    out.reserve(FIELD_SLACK_BYTES)
    out.bytes[out.length++] = CSV_SEPARATOR
    return WRITTEN
  }

  #appendNull(out: ByteBuffer): number {
    out.reserve(FIELD_SLACK_BYTES)
    out.bytes[out.length++] = BACKSLASH
    out.bytes[out.length++] = LETTER_N
    out.bytes[out.length++] = CSV_SEPARATOR
    return WRITTEN
  }

  #appendEnd(out: ByteBuffer, deleted: number, operation: number): void {
    out.reserve(FIELD_SLACK_BYTES)
    if (this.#plan.softDelete) {
      out.bytes[out.length++] = deleted
      out.bytes[out.length++] = CSV_SEPARATOR
    }
    out.bytes[out.length++] = operation
    out.bytes[out.length++] = CSV_ROW_END
  }

  #takeBack(out: ByteBuffer, rowStart: number, field: number, code: number): number {
    out.length = rowStart
    if (code === NEEDS_JSON) return NEEDS_JSON
    this.#badField = field
    this.#badCode = code
    return BAD_ROW
  }
}
