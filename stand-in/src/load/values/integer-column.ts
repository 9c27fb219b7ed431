import type { Vector } from '@duckdb/node-bindings'
import { ColumnWriter, type PutCode, putBad, putOk } from './column-writer.ts'
import { IntegerSlots } from './integer-slots.ts'

/** Whether a byte is white space, which number texts may have around them. */
export const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13)

/** TINYINT to LARGEINT: optional sign and digits, white space around them (reference/starrocks.md 1.5). */
export class IntegerColumn extends ColumnWriter {
  readonly #slots: IntegerSlots
  readonly #max: bigint
  readonly #safeMax: number

  constructor(bits: 8 | 16 | 32 | 64 | 128) {
    super()
    const widths = { 8: 1, 16: 2, 32: 4, 64: 8, 128: 16 } as const
    this.#slots = new IntegerSlots(widths[bits])
    this.#max = (1n << BigInt(bits - 1)) - 1n
    this.#safeMax = bits <= 32 ? Number(this.#max) : Number.MAX_SAFE_INTEGER
  }

  override put(bytes: Buffer, start: number, end: number, row: number): PutCode {
    while (start < end && isSpace(bytes[start])) start++
    while (end > start && isSpace(bytes[end - 1])) end--
    const first = bytes[start]
    const negative = first === 0x2d
    const digits = negative || first === 0x2b ? start + 1 : start
    if (digits >= end) return putBad
    if (end - digits > 15) return this.#putLong(bytes, digits, end, negative, row)
    let value = 0
    for (let at = digits; at < end; at++) {
      const digit = (bytes[at] ?? 0) - 0x30
      if (digit < 0 || digit > 9) return putBad
      value = value * 10 + digit
    }
    if (value > this.#safeMax && !(negative && value === this.#safeMax + 1)) return putBad
    this.#slots.setNumber(row, negative ? -value : value)
    return putOk
  }

  #putLong(bytes: Buffer, start: number, end: number, negative: boolean, row: number): PutCode {
    const text = bytes.toString('latin1', start, end)
    if (!/^\d+$/.test(text)) return putBad
    const magnitude = BigInt(text)
    const value = negative ? -magnitude : magnitude
    if (value > this.#max || value < -this.#max - 1n) return putBad
    if (this.#slots.width >= 8) this.#slots.setBig(row, value)
    else this.#slots.setNumber(row, Number(value))
    return putOk
  }

  override moveValue(from: number, to: number): void {
    this.#slots.move(from, to)
  }

  override literal(row: number): string {
    return this.#slots.get(row).toString()
  }

  override keyBytes(): number {
    return this.#slots.width
  }

  protected override flushValues(vector: Vector, rows: number): void {
    this.#slots.flush(vector, rows)
  }
}
