import type { Vector } from '@duckdb/node-bindings'
import { ColumnWriter, type PutCode, putBad, putOk } from './column-writer.ts'
import { type DateParts, readDateTime, showDays } from './date-text.ts'
import { IntegerSlots } from './integer-slots.ts'

const parts: DateParts = { days: 0, seconds: 0, micros: 0 }
const exactSeconds = 9_000_000_000

/** DATE; a time after it is read and dropped. */
export class DateColumn extends ColumnWriter {
  readonly #slots = new IntegerSlots(4)

  override put(bytes: Buffer, start: number, end: number, row: number): PutCode {
    if (!readDateTime(bytes, start, end, parts)) return putBad
    this.#slots.setNumber(row, parts.days)
    return putOk
  }

  override moveValue(from: number, to: number): void {
    this.#slots.move(from, to)
  }

  override literal(row: number): string {
    return `DATE '${showDays(Number(this.#slots.get(row)))}'`
  }

  override keyBytes(): number {
    return 4
  }

  protected override flushValues(vector: Vector, rows: number): void {
    this.#slots.flush(vector, rows)
  }
}

/** DATETIME with microseconds; a time zone after it is ignored in silence (reference/starrocks.md 1.7). */
export class DateTimeColumn extends ColumnWriter {
  readonly #slots = new IntegerSlots(8)

  override put(bytes: Buffer, start: number, end: number, row: number): PutCode {
    if (!readDateTime(bytes, start, end, parts)) return putBad
    const seconds = parts.days * 86400 + parts.seconds
    if (seconds < exactSeconds && seconds > -exactSeconds) {
      this.#slots.setNumber(row, seconds * 1_000_000 + parts.micros)
    } else {
      this.#slots.setBig(row, BigInt(seconds) * 1_000_000n + BigInt(parts.micros))
    }
    return putOk
  }

  override moveValue(from: number, to: number): void {
    this.#slots.move(from, to)
  }

  override literal(row: number): string {
    return `make_timestamp(${this.#slots.get(row)})`
  }

  override keyBytes(): number {
    return 8
  }

  protected override flushValues(vector: Vector, rows: number): void {
    this.#slots.flush(vector, rows)
  }
}
