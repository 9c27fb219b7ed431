import duckdb, { type Vector } from '@duckdb/node-bindings'
import { assumptions } from '../../assumptions.ts'
import { batchRows, ColumnWriter, type PutCode, putBad, putOk } from './column-writer.ts'

const numberText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** FLOAT and DOUBLE; values beyond the type's range and, by assumption, NaN and Infinity are refused. */
export class FloatColumn extends ColumnWriter {
  readonly #values: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

  constructor(bits: 32 | 64) {
    super()
    this.#values = bits === 32 ? new Float32Array(batchRows) : new Float64Array(batchRows)
  }

  override put(bytes: Buffer, start: number, end: number, row: number): PutCode {
    const text = bytes.toString('latin1', start, end).trim()
    if (!numberText.test(text)) {
      if (assumptions.nanAndInfinityAreBadValues || text === '') return putBad
    }
    this.#values[row] = Number(text)
    return Number.isFinite(this.#values[row]) || !assumptions.nanAndInfinityAreBadValues ? putOk : putBad
  }

  override moveValue(from: number, to: number): void {
    this.#values[to] = this.#values[from] ?? 0
  }

  override literal(row: number): string {
    return String(this.#values[row])
  }

  override keyBytes(): number {
    return this.#values.BYTES_PER_ELEMENT
  }

  protected override flushValues(vector: Vector, rows: number): void {
    duckdb.copy_data_to_vector(vector, 0, this.#values.buffer, 0, rows * this.#values.BYTES_PER_ELEMENT)
  }
}
