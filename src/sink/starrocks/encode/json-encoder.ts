import type { ByteBuffer } from '../../../core/byte-buffer.ts'
import { BAD_ROW, NEEDS_JSON, type BadRow, type RowEncoder } from '../../../core/row-encoder.ts'
import { KIND_ENCODED, KIND_NULL, KIND_TEXT, RowView } from '../../../core/row-view.ts'
import { MAX_KEY_BYTES } from '../type-rules/column-codec.ts'
import { CSV_SEPARATOR, UNCHANGED_PLACEHOLDER } from './csv-encoder.ts'
import {
  describeBadRow,
  KEY_MISSING,
  KEY_TOO_LARGE,
  fixedKeyBytes,
  keyTextFlags,
  type EncoderPlan,
} from './encoder-plan.ts'
import { AS_NULL, FIELD_SLACK_BYTES, MALFORMED, WRITTEN, type FieldWriter } from './field-writer.ts'
import { jsonValueEnd } from './json-scan.ts'
import { appendConstant, constantText, type ConstantText } from './word-copy.ts'

const ONE = 0x31
const LETTER_N = 0x4e
const BACKSLASH = 0x5c
const NULL = constantText('null')

/** What follows the last column: the mark of a soft delete, the operation, the end of the line. */
const rowEnd = (softDelete: boolean, end: { readonly marked: 0 | 1; readonly operation: 0 | 1 }): ConstantText => {
  const mark = softDelete ? `,"_sync_deleted":"${end.marked}"` : ''
  return constantText(`${mark},"__op":${end.operation}}\n`)
}

/** How the line of a delete ends; nothing else does. */
const DELETE_END = Buffer.from(',"__op":1}\n')

/** Writes JSON lines: slower and larger than CSV, and carries every value. @see reference/starrocks.md 1.6 */
export class JsonEncoder implements RowEncoder {
  readonly format = 'json'
  readonly columns: readonly number[]
  fieldStart = 0
  fieldEnd = 0
  readonly #plan: EncoderPlan
  readonly #writers: readonly FieldWriter[]
  readonly #rawWriters: readonly FieldWriter[]
  readonly #names: readonly ConstantText[]
  readonly #upsertEnd: ConstantText
  readonly #markedEnd: ConstantText
  readonly #deleteEnd: ConstantText
  readonly #keyText: readonly boolean[]
  readonly #keyFixedBytes: number
  /** One CSV field that is written anew. */
  readonly #csvField = new RowView(1)
  #badField = -1
  #badCode = 0

  constructor(plan: EncoderPlan, fieldNames: readonly string[]) {
    this.#plan = plan
    this.columns = plan.columns.map((column) => column.source)
    this.#writers = plan.columns.map((column) => column.codec.encode.json)
    this.#rawWriters = plan.columns.map((column) => column.codec.encode.raw)
    this.#names = fieldNames.map((name, field) => constantText(`${field === 0 ? '{' : ','}${JSON.stringify(name)}:`))
    this.#upsertEnd = rowEnd(plan.softDelete, { marked: 0, operation: 0 })
    this.#markedEnd = rowEnd(plan.softDelete, { marked: 1, operation: 0 })
    this.#deleteEnd = rowEnd(plan.softDelete, { marked: 1, operation: 1 })
    this.#keyText = keyTextFlags(plan)
    this.#keyFixedBytes = fixedKeyBytes(plan)
  }

  appendUpsert(row: RowView, out: ByteBuffer): number {
    return this.#appendWhole(row, out, this.#upsertEnd)
  }

  appendMarked(row: RowView, out: ByteBuffer): number {
    return this.#appendWhole(row, out, this.#markedEnd)
  }

  appendDelete(row: RowView, out: ByteBuffer): number {
    const keyBytes = this.#appendKey(row, out)
    if (keyBytes < 0) return keyBytes
    for (let field = this.#plan.keyCount; field < this.#names.length; field++) {
      this.#appendName(field, out)
      this.#appendNull(out)
    }
    appendConstant(this.#deleteEnd, out)
    return keyBytes
  }

  appendRecoded(csv: Buffer, start: number, end: number, out: ByteBuffer): number {
    const rowStart = out.length
    let at = start
    let keyBytes = 0
    for (let field = 0; field < this.#names.length; field++) {
      at = this.#appendCsvField(csv, at, field, out)
      if (field === this.#plan.keyCount - 1) keyBytes = out.length - rowStart
    }
    const deleted = csv[end - 2] === ONE
    const marked = this.#plan.softDelete && csv[at] === ONE
    appendConstant(deleted ? this.#deleteEnd : marked ? this.#markedEnd : this.#upsertEnd, out)
    return keyBytes
  }

  appendRecodedKey(csvKey: Buffer, out: ByteBuffer): number {
    const start = out.length
    let at = 0
    for (let field = 0; field < this.#plan.keyCount; field++) at = this.#appendCsvField(csvKey, at, field, out)
    return out.length - start
  }

  findField(body: Buffer, rowStart: number, rowEndAt: number, column: number): boolean {
    const field = this.#plan.columns.findIndex((planned) => planned.source === column)
    if (field === -1) return false
    let end = rowStart
    for (let passed = 0; passed <= field; passed++) {
      this.fieldStart = end + (this.#names[passed]?.length ?? 0)
      end = jsonValueEnd(body, this.fieldStart)
    }
    this.fieldEnd = end
    if (field < this.#plan.keyCount) return true
    if (DELETE_END.compare(body, rowEndAt - DELETE_END.length, rowEndAt) === 0) return false
    return body[this.fieldStart] !== UNCHANGED_PLACEHOLDER
  }

  lastBadRow(): BadRow {
    return describeBadRow(this.#plan, this.#badField, this.#badCode)
  }

  #appendWhole(row: RowView, out: ByteBuffer, end: ConstantText): number {
    const rowStart = out.length
    const keyBytes = this.#appendKey(row, out)
    if (keyBytes < 0) return keyBytes
    for (let field = this.#plan.keyCount; field < this.#names.length; field++) {
      this.#appendName(field, out)
      const code = this.#appendValue(row, field, out)
      if (code !== WRITTEN) return this.#takeBack(out, rowStart, field, code)
    }
    appendConstant(end, out)
    return keyBytes
  }

  #appendKey(row: RowView, out: ByteBuffer): number {
    const rowStart = out.length
    let size = this.#keyFixedBytes
    for (let field = 0; field < this.#plan.keyCount; field++) {
      const source = this.#plan.columns[field]?.source ?? 0
      const kind = row.kinds[source]
      if (kind === KIND_TEXT && this.#keyText[field] === true) size += this.#textBytes(row, field, out)
      if (size > MAX_KEY_BYTES) return this.#takeBack(out, rowStart, field, KEY_TOO_LARGE)
      this.#appendName(field, out)
      const code = kind === KIND_TEXT || kind === KIND_ENCODED ? this.#appendValue(row, field, out) : KEY_MISSING
      if (code !== WRITTEN) return this.#takeBack(out, rowStart, field, code)
    }
    return out.length - rowStart
  }

  /** Bytes of a key's text as the target keeps it, without what JSON adds. */
  #textBytes(row: RowView, field: number, out: ByteBuffer): number {
    const source = this.#plan.columns[field]?.source ?? 0
    const start = out.length
    out.reserve((row.lengths[source] ?? 0) + FIELD_SLACK_BYTES)
    this.#rawWriters[field]?.(row, source, out)
    const bytes = out.length - start
    out.length = start
    return bytes
  }

  #appendValue(row: RowView, field: number, out: ByteBuffer): number {
    const source = this.#plan.columns[field]?.source ?? 0
    const kind = row.kinds[source]
    const start = row.starts[source] ?? 0
    if (kind === KIND_TEXT) {
      out.reserve((row.lengths[source] ?? 0) + FIELD_SLACK_BYTES)
      const before = out.length
      const code = this.#writers[field]?.(row, source, out) ?? MALFORMED
      if (code !== AS_NULL) return code
      out.length = before
      return this.#appendNull(out)
    }
    if (kind === KIND_NULL) return this.#appendNull(out)
    if (kind === KIND_ENCODED) out.append(row.encodedBuffer, start, start + (row.lengths[source] ?? 0))
    else {
      out.reserve(1)
      out.bytes[out.length++] = UNCHANGED_PLACEHOLDER
    }
    return WRITTEN
  }

  /** Appends the CSV field that begins at `start` as this format's; answers where the next one begins. */
  #appendCsvField(csv: Buffer, start: number, field: number, out: ByteBuffer): number {
    const end = csv.indexOf(CSV_SEPARATOR, start)
    const length = end - start
    this.#appendName(field, out)
    if (length === 2 && csv[start] === BACKSLASH && csv[start + 1] === LETTER_N) this.#appendNull(out)
    else if (length === 1 && csv[start] === UNCHANGED_PLACEHOLDER) {
      out.reserve(1)
      out.bytes[out.length++] = UNCHANGED_PLACEHOLDER
    } else {
      const view = this.#csvField
      view.buffer = csv
      view.starts[0] = start
      view.lengths[0] = length
      out.reserve(length + FIELD_SLACK_BYTES)
      // A CSV field is the text that the target gives back, so it is written as what is read back is.
      this.#plan.columns[field]?.codec.readBack.json(view, 0, out)
    }
    return end + 1
  }

  #appendName(field: number, out: ByteBuffer): void {
    appendConstant(this.#names[field] ?? NULL, out)
  }

  #appendNull(out: ByteBuffer): number {
    appendConstant(NULL, out)
    return WRITTEN
  }

  #takeBack(out: ByteBuffer, rowStart: number, field: number, code: number): number {
    out.length = rowStart
    if (code === NEEDS_JSON) return NEEDS_JSON
    this.#badField = field
    this.#badCode = code
    return BAD_ROW
  }
}
