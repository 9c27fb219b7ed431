import duckdb from '@duckdb/node-bindings'

const two32 = 4294967296

/**
 * DuckDB's memory for long strings. A vector keeps the address of each in its slot, so that a whole span of a body can be
 * copied at once and its strings be addressed inside it: a call for each string costs ten times as much.
 */
export class TextHeap {
  /** BLOB, because DuckDB would look for invalid UTF-8 in VARCHAR, where a span may begin and end anywhere. */
  readonly #chunk = duckdb.create_data_chunk([duckdb.create_logical_type(duckdb.Type.BLOB)])
  #low = 0
  #high = 0

  /** Forgets all bytes; their addresses must not be used any more. */
  reset(): void {
    duckdb.data_chunk_reset(this.#chunk)
  }

  /** Copies bytes, more than 12 of them; `write` then gives addresses inside them. */
  add(bytes: Buffer): void {
    const vector = duckdb.data_chunk_get_vector(this.#chunk, 0)
    duckdb.vector_assign_string_element_len(vector, 0, bytes)
    const slot = Buffer.from(duckdb.vector_get_data(vector, 16))
    this.#low = slot.readUInt32LE(8)
    this.#high = slot.readUInt32LE(12)
  }

  /** Writes the address of the byte at `offset` of what was added last into two 32-bit words. */
  write(offset: number, into: Uint32Array, at: number): void {
    const low = this.#low + offset
    into[at] = low
    into[at + 1] = low < two32 ? this.#high : this.#high + 1
  }
}
