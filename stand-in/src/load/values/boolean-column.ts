import type { Vector } from '@duckdb/node-bindings'
import { assumptions } from '../../assumptions.ts'
import { ColumnWriter, type PutCode, putBad, putOk } from './column-writer.ts'
import { IntegerSlots } from './integer-slots.ts'

/** BOOLEAN: true/false or any number, non-zero being true; PostgreSQL's t/f are no booleans (reference/starrocks.md 1.5). */
export class BooleanColumn extends ColumnWriter {
  readonly #slots = new IntegerSlots(1)

  override put(bytes: Buffer, start: number, end: number, row: number): PutCode {
    const short =
      end - start === 1
        ? (bytes[start] ?? 0) - 0x30
        : isWord(bytes, start, end, wordTrue)
          ? 1
          : isWord(bytes, start, end, wordFalse)
            ? 0
            : -1
    if (short === 0 || short === 1) {
      this.#slots.setNumber(row, short)
      return putOk
    }
    const text = bytes.toString('latin1', start, end).trim().toLowerCase()
    const value = readBoolean(text)
    if (value === undefined) return putBad
    this.#slots.setNumber(row, value ? 1 : 0)
    return putOk
  }

  override moveValue(from: number, to: number): void {
    this.#slots.move(from, to)
  }

  override literal(row: number): string {
    return this.#slots.get(row) === 0n ? 'false' : 'true'
  }

  override keyBytes(): number {
    return 1
  }

  protected override flushValues(vector: Vector, rows: number): void {
    this.#slots.flush(vector, rows)
  }
}

const wordTrue = Buffer.from('true')
const wordFalse = Buffer.from('false')

function isWord(bytes: Buffer, start: number, end: number, word: Buffer): boolean {
  if (end - start !== word.length) return false
  for (let index = 0; index < word.length; index++) if (bytes[start + index] !== word[index]) return false
  return true
}

function readBoolean(text: string): boolean | undefined {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  if (assumptions.tAndFAreBooleans && (text === 't' || text === 'f')) return text === 't'
  if (text === '' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(text)) return undefined
  return Number(text) !== 0
}
