import type { ByteBuffer } from '../../src/core/byte-buffer.ts'
import { type BadRow, NEEDS_JSON, type RowEncoder } from '../../src/core/row-encoder.ts'
import { KIND_ENCODED, KIND_NULL, KIND_TEXT, type RowView } from '../../src/core/row-view.ts'

const FIELD = 0x01
const RECORD = 0x02
const MISSING = '\u0003'

/**
 * The simplest encoder that keeps the contract: key columns first, one byte per operation last. Its "JSON" is the same with every byte
 * in hex, so that nothing needs escaping.
 */
export class PlainEncoder implements RowEncoder {
  readonly columns: readonly number[]
  fieldStart = 0
  fieldEnd = 0
  readonly format: 'csv' | 'json'
  readonly #key: readonly number[]

  constructor(format: 'csv' | 'json', columnCount: number, key: readonly number[]) {
    this.format = format
    this.#key = key
    const others = Array.from({ length: columnCount }, (_, i) => i).filter((column) => !key.includes(column))
    this.columns = [...key, ...others]
  }

  appendUpsert(row: RowView, out: ByteBuffer): number {
    return this.#append(row, out, 'u')
  }

  appendDelete(row: RowView, out: ByteBuffer): number {
    return this.#append(row, out, 'd')
  }

  appendMarked(row: RowView, out: ByteBuffer): number {
    return this.#append(row, out, 'm')
  }

  appendRecoded(csv: Buffer, start: number, end: number, out: ByteBuffer): number {
    const fields = csv.toString('latin1', start, end - 1).split('\u0001')
    const op = fields.pop() ?? ''
    return this.#write(
      fields.map((field) => (field === MISSING ? MISSING : this.#recode(field))),
      op,
      out,
    )
  }

  appendRecodedKey(csvKey: Buffer, out: ByteBuffer): number {
    const from = out.length
    for (const field of csvKey.toString('latin1').split('\u0001').slice(0, -1)) {
      const bytes = Buffer.from(`${this.#recode(field)}\u0001`, 'latin1')
      out.append(bytes, 0, bytes.length)
    }
    return out.length - from
  }

  findField(body: Buffer, rowStart: number, rowEnd: number, column: number): boolean {
    const position = this.columns.indexOf(column)
    const fields = body.toString('latin1', rowStart, rowEnd - 1).split('\u0001')
    const field = fields[position]
    if (field === undefined || field === MISSING || fields.at(-1) === 'd') return false
    this.fieldStart = rowStart + fields.slice(0, position).reduce((sum, one) => sum + one.length + 1, 0)
    this.fieldEnd = this.fieldStart + field.length
    return true
  }

  lastBadRow(): BadRow {
    return { column: '?', reason: 'none' }
  }

  /** Reads a body back: [fields, operation] of each record, decoded. */
  decode(body: Buffer): readonly { readonly fields: readonly (string | null)[]; readonly op: string }[] {
    const records = body.toString('latin1').split('\u0002').slice(0, -1)
    return records.map((record) => {
      const fields = record.split('\u0001')
      const op = fields.pop() ?? ''
      return { fields: fields.map((field) => this.decodeField(field)), op }
    })
  }

  /** The value of an encoded field. */
  decodeField(field: string): string | null {
    if (field === '~') return null
    return this.format === 'json'
      ? Buffer.from(field, 'hex').toString('utf8')
      : Buffer.from(field, 'latin1').toString('utf8')
  }

  #append(row: RowView, out: ByteBuffer, operation: 'u' | 'd' | 'm'): number {
    const count = operation === 'd' ? this.#key.length : this.columns.length
    const fields: string[] = []
    for (const [position, column] of this.columns.entries()) {
      if (position >= count) fields.push('~')
      else fields.push(this.#field(row, column))
    }
    if (this.format === 'csv' && fields.some(cannotStand)) return NEEDS_JSON
    return this.#write(fields, operation, out)
  }

  #field(row: RowView, column: number): string {
    const start = row.starts[column] ?? 0
    const end = start + (row.lengths[column] ?? 0)
    const kind = row.kinds[column]
    if (kind === KIND_NULL) return '~'
    if (kind === KIND_ENCODED) return row.encodedBuffer.toString('latin1', start, end)
    if (kind !== KIND_TEXT) return MISSING
    return row.buffer.toString(this.format === 'json' ? 'hex' : 'latin1', start, end)
  }

  #recode(field: string): string {
    return field === '~' ? '~' : Buffer.from(field, 'latin1').toString('hex')
  }

  #write(fields: readonly string[], op: string, out: ByteBuffer): number {
    const keyLength = this.#key.map((_, i) => (fields[i] ?? '').length + 1).reduce((sum, one) => sum + one, 0)
    const bytes = Buffer.from([...fields, op].join(String.fromCharCode(FIELD)) + String.fromCharCode(RECORD), 'latin1')
    out.append(bytes, 0, bytes.length)
    return keyLength
  }
}

/** A value that holds one of the three bytes with a meaning. */
function cannotStand(field: string): boolean {
  return field !== MISSING && ['\u0001', '\u0002', '\u0003'].some((byte) => field.includes(byte))
}
