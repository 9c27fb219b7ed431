import duckdb, { type Vector } from '@duckdb/node-bindings'
import { quoteText } from '../../storage/duck.ts'
import { batchRows } from './column-writer.ts'
import { TextHeap } from './text-heap.ts'

/** DuckDB keeps strings up to this length inside their 16-byte slot. */
const inlineBytes = 12
/** Of longer ones it keeps the beginning there. */
const prefixBytes = 4
/** Strings further apart are copied each for itself, not with all that lies between. */
const spanBytes = 1024 * 1024
const empty = Buffer.alloc(0)

/** Byte strings of a batch. They are spans of the body they came from until the batch is flushed. */
export class TextSlots {
  readonly #sources: Buffer[] = Array.from<Buffer>({ length: batchRows }).fill(empty)
  readonly #starts = new Int32Array(batchRows)
  readonly #ends = new Int32Array(batchRows)
  readonly #slots = new Uint8Array(batchRows * 16)
  /** The slots as 32-bit words: length, then the string, or its prefix and address. */
  readonly #words = new Uint32Array(this.#slots.buffer)
  #heap: TextHeap | undefined

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

  /** Fills DuckDB's slots: short strings stand inside, long ones are addressed. The vector is good until the next flush. */
  flush(vector: Vector, rows: number, nulls: Uint8Array): void {
    this.#slots.fill(0, 0, rows * 16)
    this.#heap?.reset()
    for (let first = 0; first < rows;) {
      const end = this.#spanEnd(first, rows, nulls)
      this.#writeSpan(first, end, nulls)
      first = end
    }
    duckdb.copy_data_to_vector(vector, 0, this.#slots.buffer, 0, rows * 16)
    this.#sources.fill(empty, 0, rows)
    this.#starts.fill(0, 0, rows)
    this.#ends.fill(0, 0, rows)
  }

  /** The row after those from `first` on whose strings lie close together in one source, one after another. */
  #spanEnd(first: number, rows: number, nulls: Uint8Array): number {
    const source = this.#sources[first]
    const from = this.#starts[first] ?? 0
    let to = this.#ends[first] ?? 0
    for (let row = first + 1; row < rows; row++) {
      if (nulls[row] === 1) continue
      const end = this.#ends[row] ?? 0
      if (this.#sources[row] !== source || (this.#starts[row] ?? 0) < to || end - from > spanBytes) return row
      to = end
    }
    return rows
  }

  #writeSpan(first: number, end: number, nulls: Uint8Array): void {
    const source = this.#sources[first] ?? empty
    const from = this.#starts[first] ?? 0
    let [to, hasLong] = [from, false]
    for (let row = first; row < end; row++) {
      if (nulls[row] === 1) continue
      to = this.#ends[row] ?? 0
      hasLong ||= this.byteLength(row) > inlineBytes
    }
    if (hasLong) {
      this.#heap ??= new TextHeap()
      this.#heap.add(source.subarray(from, to))
    }
    for (let row = first; row < end; row++) if (nulls[row] === 0) this.#writeSlot(source, row, from)
  }

  #writeSlot(source: Buffer, row: number, spanStart: number): void {
    const slots = this.#slots
    const start = this.#starts[row] ?? 0
    const length = (this.#ends[row] ?? 0) - start
    const at = row * 16
    this.#words[row * 4] = length
    const copied = length > inlineBytes ? prefixBytes : length
    for (let index = 0; index < copied; index++) slots[at + 4 + index] = source[start + index] ?? 0
    if (length > inlineBytes) this.#heap?.write(start - spanStart, this.#words, row * 4 + 2)
  }
}

/** The inside of a DuckDB BLOB literal. */
export function blobText(value: Buffer): string {
  return value.toString('hex').replaceAll(/../g, String.raw`\x$&`)
}
