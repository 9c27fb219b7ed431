import duckdb, { type Vector } from '@duckdb/node-bindings'
import { quoteText } from '../../storage/duck.ts'
import { batchRows } from './column-writer.ts'

/** DuckDB keeps strings up to this length inside their 16-byte slot. */
const inlineBytes = 12
const empty = Buffer.alloc(0)

/** Byte strings of a batch. They are spans of the body they came from until the batch is flushed. */
export class TextSlots {
  readonly #sources: Buffer[] = Array.from<Buffer>({ length: batchRows }).fill(empty)
  readonly #starts = new Int32Array(batchRows)
  readonly #ends = new Int32Array(batchRows)
  readonly #slots = new Uint8Array(batchRows * 16)

  set(row: number, source: Buffer, start: number, end: number): void {
    this.#sources[row] = source
    this.#starts[row] = start
    this.#ends[row] = end
  }

  get(row: number): Buffer {
    return (this.#sources[row] ?? empty).subarray(this.#starts[row], this.#ends[row])
  }

  byteLength(row: number): number {
    return (this.#ends[row] ?? 0) - (this.#starts[row] ?? 0)
  }

  move(from: number, to: number): void {
    this.set(to, this.#sources[from] ?? empty, this.#starts[from] ?? 0, this.#ends[from] ?? 0)
  }

  literal(row: number): string {
    const value = this.get(row)
    if (!value.includes(0)) return quoteText(value.toString('utf8'))
    return `decode('${blobText(value)}'::BLOB)`
  }

  /** Short strings go over in one copy, long ones by a call each: half the cost of a call for all. */
  flush(vector: Vector, rows: number, nulls: Uint8Array): void {
    const slots = this.#slots.fill(0, 0, rows * 16)
    let long = 0
    for (let row = 0; row < rows; row++) {
      if (nulls[row] === 1) continue
      if (this.byteLength(row) > inlineBytes) long++
      else this.#copyShort(slots, row)
    }
    duckdb.copy_data_to_vector(vector, 0, slots.buffer, 0, rows * 16)
    for (let row = 0; long > 0 && row < rows; row++) {
      if (nulls[row] === 1 || this.byteLength(row) <= inlineBytes) continue
      duckdb.vector_assign_string_element_len(vector, row, this.get(row))
      long--
    }
    this.#sources.fill(empty, 0, rows)
    this.#starts.fill(0, 0, rows)
    this.#ends.fill(0, 0, rows)
  }

  #copyShort(slots: Uint8Array, row: number): void {
    const source = this.#sources[row] ?? empty
    const start = this.#starts[row] ?? 0
    const end = this.#ends[row] ?? 0
    slots[row * 16] = end - start
    for (let at = start, to = row * 16 + 4; at < end; at++, to++) slots[to] = source[at] ?? 0
  }
}

/** The inside of a DuckDB BLOB literal. */
export function blobText(value: Buffer): string {
  return value.toString('hex').replaceAll(/../g, String.raw`\x$&`)
}
