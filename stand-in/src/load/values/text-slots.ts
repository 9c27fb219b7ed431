import duckdb, { type Vector } from '@duckdb/node-bindings'
import { quoteText } from '../../storage/duck.ts'
import { batchRows } from './column-writer.ts'

/** DuckDB keeps strings up to this length inside their 16-byte slot. */
const inlineBytes = 12
const empty = Buffer.alloc(0)

/** Byte strings of a batch. They are views of the body they came from until the batch is flushed. */
export class TextSlots {
  readonly #values: Buffer[] = Array.from<Buffer>({ length: batchRows }).fill(empty)
  readonly #slots = new Uint8Array(batchRows * 16)

  set(row: number, value: Buffer): void {
    this.#values[row] = value
  }

  get(row: number): Buffer {
    return this.#values[row] ?? empty
  }

  move(from: number, to: number): void {
    this.#values[to] = this.get(from)
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
      const value = this.get(row)
      const length = value.length
      if (nulls[row] === 1) continue
      if (length > inlineBytes) {
        long++
        continue
      }
      slots[row * 16] = length
      for (let at = 0, to = row * 16 + 4; at < length; at++, to++) slots[to] = value[at] ?? 0
    }
    duckdb.copy_data_to_vector(vector, 0, slots.buffer, 0, rows * 16)
    for (let row = 0; long > 0 && row < rows; row++) {
      if (nulls[row] === 1 || this.get(row).length <= inlineBytes) continue
      duckdb.vector_assign_string_element_len(vector, row, this.get(row))
      long--
    }
    this.#values.fill(empty, 0, rows)
  }
}

/** The inside of a DuckDB BLOB literal. */
export function blobText(value: Buffer): string {
  return value.toString('hex').replaceAll(/../g, String.raw`\x$&`)
}
