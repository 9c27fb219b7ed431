import type { Vector } from '@duckdb/node-bindings'
import { ColumnWriter, type PutCode, putBad, putOk } from './column-writer.ts'
import { IntegerSlots } from './integer-slots.ts'

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
    this.#safeMax = bits <= 32 ? Number(this.#max) : Number.MAX_SAFE_INTEGER - 1
  }

  override put(bytes: Buffer, start: number, end: number, row: number): PutCode {
    const negative = bytes[start] === 0x2d
    const digits = negative ? start + 1 : start
    if (digits >= end || end - digits > 15) return this.#putAny(bytes.toString('latin1', start, end), row)
    let value = 0
    for (let at = digits; at < end; at++) {
      const digit = (bytes[at] ?? 0) - 0x30
      if (digit < 0 || digit > 9) return this.#putAny(bytes.toString('latin1', start, end), row)
      value = value * 10 + digit
    }
    if (negative) value = -value
    if (value > this.#safeMax || value < -this.#safeMax - 1) return putBad
    this.#slots.setNumber(row, value)
    return putOk
  }

  /** Long numbers, a plus sign, white space around. */
  #putAny(text: string, row: number): PutCode {
    const trimmed = text.trim()
    if (!/^[+-]?\d+$/.test(trimmed)) return putBad
    const value = BigInt(trimmed.replace('+', ''))
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
