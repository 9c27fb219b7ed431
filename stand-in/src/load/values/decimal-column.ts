import type { Vector } from '@duckdb/node-bindings'
import { ColumnWriter, type PutCode, putBad, putOk } from './column-writer.ts'
import { readDecimal, rescale, showDecimal } from './decimal-text.ts'
import { IntegerSlots } from './integer-slots.ts'
import { TextSlots } from './text-slots.ts'

/** DECIMAL of at most 38 digits; digits past the scale are rounded (assumption `decimalsAreRounded`). */
export class DecimalColumn extends ColumnWriter {
  readonly #slots: IntegerSlots
  readonly #scale: number
  readonly #limit: bigint
  readonly #safeLimit: number

  constructor(precision: number, scale: number) {
    super()
    this.#slots = new IntegerSlots(precision <= 4 ? 2 : precision <= 9 ? 4 : precision <= 18 ? 8 : 16)
    this.#scale = scale
    this.#limit = 10n ** BigInt(precision)
    this.#safeLimit = Math.min(10 ** precision, Number.MAX_SAFE_INTEGER)
  }

  override put(bytes: Buffer, start: number, end: number, row: number): PutCode {
    if (end - start <= 15 && this.#putShort(bytes, start, end, row)) return putOk
    const decimal = readDecimal(bytes.toString('latin1', start, end).trim())
    if (decimal === undefined) return putBad
    const value = rescale(decimal, this.#scale)
    if (value >= this.#limit || value <= -this.#limit) return putBad
    if (this.#slots.width >= 8) this.#slots.setBig(row, value)
    else this.#slots.setNumber(row, Number(value))
    return putOk
  }

  /** The common case without big integers: plain digits, no more fraction digits than the scale, below 2^53. */
  #putShort(bytes: Buffer, start: number, end: number, row: number): boolean {
    const negative = bytes[start] === 0x2d
    const first = negative ? start + 1 : start
    let value = 0
    let point = end
    for (let at = first; at < end; at++) {
      const digit = (bytes[at] ?? 0) - 0x30
      if (digit >= 0 && digit <= 9) value = value * 10 + digit
      else if (digit === -2 && point === end) point = at
      else return false
    }
    const missing = this.#scale - Math.max(end - point - 1, 0)
    value *= 10 ** missing
    if (missing < 0 || value >= this.#safeLimit || !hasDigit(bytes, first, end)) return false
    this.#slots.setNumber(row, negative ? -value : value)
    return true
  }

  override moveValue(from: number, to: number): void {
    this.#slots.move(from, to)
  }

  override literal(row: number): string {
    return showDecimal(this.#slots.get(row), this.#scale)
  }

  override keyBytes(): number {
    return this.#slots.width
  }

  protected override flushValues(vector: Vector, rows: number): void {
    this.#slots.flush(vector, rows)
  }
}

/** Whether a text of digits and at most one point has a digit at all. */
const hasDigit = (bytes: Buffer, first: number, end: number): boolean =>
  end - first > 1 || (end > first && bytes[first] !== 0x2e)

/** DECIMAL of more than 38 digits (DECIMAL256, 4.0): DuckDB has none so wide, so its exact text is stored. */
export class WideDecimalColumn extends ColumnWriter {
  readonly #slots = new TextSlots()
  readonly #scale: number
  readonly #limit: bigint

  constructor(precision: number, scale: number) {
    super()
    this.#scale = scale
    this.#limit = 10n ** BigInt(precision)
  }

  override put(bytes: Buffer, start: number, end: number, row: number): PutCode {
    const decimal = readDecimal(bytes.toString('latin1', start, end).trim())
    if (decimal === undefined) return putBad
    const value = rescale(decimal, this.#scale)
    if (value >= this.#limit || value <= -this.#limit) return putBad
    const shown = Buffer.from(showDecimal(value, this.#scale), 'latin1')
    this.#slots.set(row, shown, 0, shown.length)
    return putOk
  }

  override moveValue(from: number, to: number): void {
    this.#slots.move(from, to)
  }

  override literal(row: number): string {
    return this.#slots.literal(row)
  }

  override keyBytes(): number {
    return 32
  }

  protected override flushValues(vector: Vector, rows: number): void {
    this.#slots.flush(vector, rows, this.nulls)
  }
}
