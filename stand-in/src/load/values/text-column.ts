import type { Vector } from '@duckdb/node-bindings'
import { ColumnWriter, type PutCode, putBad, putOk, putTooLong } from './column-writer.ts'
import { canonicalJson, canonicalNested } from './json-text.ts'
import { blobText, TextSlots } from './text-slots.ts'

/** CHAR, VARCHAR and STRING: any bytes up to the column's length in **bytes** (reference/starrocks.md 1.5, 4). */
export class TextColumn extends ColumnWriter {
  protected readonly slots = new TextSlots()
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    super()
    this.#maxBytes = maxBytes
  }

  override put(bytes: Buffer, start: number, end: number, row: number): PutCode {
    if (end - start > this.#maxBytes) return putTooLong
    this.slots.set(row, bytes, start, end)
    return putOk
  }

  override moveValue(from: number, to: number): void {
    this.slots.move(from, to)
  }

  override literal(row: number): string {
    return this.slots.literal(row)
  }

  override keyBytes(row: number): number {
    return this.slots.byteLength(row)
  }

  protected override flushValues(vector: Vector, rows: number): void {
    this.slots.flush(vector, rows, this.nulls)
  }
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** VARBINARY: base64 text if it is such, else the raw bytes (1.5, read in varbinary_converter.cpp). */
export class BinaryColumn extends TextColumn {
  override put(bytes: Buffer, start: number, end: number, row: number): PutCode {
    const text = bytes.toString('latin1', start, end)
    if (!base64.test(text)) return super.put(bytes, start, end, row)
    const decoded = Buffer.from(text, 'base64')
    return super.put(decoded, 0, decoded.length, row)
  }

  override putBinary(bytes: Buffer, row: number): PutCode {
    return super.put(bytes, 0, bytes.length, row)
  }

  override literal(row: number): string {
    return `'${blobText(this.slots.get(row))}'::BLOB`
  }
}

const maxJsonBytes = 16 * 1024 * 1024

/** JSON: any JSON value, at most 16 MB (4), stored as a SELECT shows it. */
export class JsonColumn extends TextColumn {
  constructor() {
    super(maxJsonBytes)
  }

  override put(bytes: Buffer, start: number, end: number, row: number): PutCode {
    const text = canonicalJson(bytes.toString('utf8', start, end))
    if (text === undefined) return putBad
    const shown = Buffer.from(text)
    return super.put(shown, 0, shown.length, row)
  }
}

/** ARRAY, MAP and STRUCT: bracketed text with quoted strings and inner `null` (1.5). */
export class NestedColumn extends TextColumn {
  readonly #opening: '[' | '{'

  constructor(kind: 'array' | 'map' | 'struct') {
    super(maxJsonBytes)
    this.#opening = kind === 'array' ? '[' : '{'
  }

  override put(bytes: Buffer, start: number, end: number, row: number): PutCode {
    const text = bytes.toString('utf8', start, end).trim()
    if (!text.startsWith(this.#opening)) return putBad
    const shown = canonicalNested(text)
    if (shown === undefined) return putBad
    const value = Buffer.from(shown)
    return super.put(value, 0, value.length, row)
  }
}
