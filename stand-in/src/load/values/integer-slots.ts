import duckdb, { type Vector } from '@duckdb/node-bindings'
import { batchRows } from './column-writer.ts'

const two32 = 4294967296

/** Little-endian integers of 1, 2, 4, 8 or 16 bytes, as DuckDB keeps them. */
export class IntegerSlots {
  readonly width: 1 | 2 | 4 | 8 | 16
  readonly #buffer: ArrayBuffer
  readonly #int8: Int8Array
  readonly #int16: Int16Array
  readonly #int32: Int32Array
  readonly #int64: BigInt64Array

  constructor(width: 1 | 2 | 4 | 8 | 16) {
    this.width = width
    this.#buffer = new ArrayBuffer(width * batchRows)
    this.#int8 = new Int8Array(this.#buffer)
    this.#int16 = new Int16Array(this.#buffer)
    this.#int32 = new Int32Array(this.#buffer)
    this.#int64 = new BigInt64Array(this.#buffer)
  }

  /** `value` must be a safe integer that fits the width. */
  setNumber(row: number, value: number): void {
    switch (this.width) {
      case 1:
        this.#int8[row] = value
        break
      case 2:
        this.#int16[row] = value
        break
      case 4:
        this.#int32[row] = value
        break
      default: {
        const at = row * (this.width >> 2)
        const high = Math.floor(value / two32)
        this.#int32[at] = value - high * two32
        this.#int32[at + 1] = high
        if (this.width === 16) {
          const sign = value < 0 ? -1 : 0
          this.#int32[at + 2] = sign
          this.#int32[at + 3] = sign
        }
      }
    }
  }

  /** `value` must fit the width, which must be 8 or 16. */
  setBig(row: number, value: bigint): void {
    if (this.width === 8) {
      this.#int64[row] = value
    } else {
      this.#int64[row * 2] = BigInt.asIntN(64, value)
      this.#int64[row * 2 + 1] = value >> 64n
    }
  }

  get(row: number): bigint {
    switch (this.width) {
      case 1:
        return BigInt(this.#int8[row] ?? 0)
      case 2:
        return BigInt(this.#int16[row] ?? 0)
      case 4:
        return BigInt(this.#int32[row] ?? 0)
      case 8:
        return this.#int64[row] ?? 0n
      case 16:
        return ((this.#int64[row * 2 + 1] ?? 0n) << 64n) | BigInt.asUintN(64, this.#int64[row * 2] ?? 0n)
    }
  }

  move(from: number, to: number): void {
    this.#int8.copyWithin(to * this.width, from * this.width, (from + 1) * this.width)
  }

  flush(vector: Vector, rows: number): void {
    duckdb.copy_data_to_vector(vector, 0, this.#buffer, 0, rows * this.width)
  }
}
