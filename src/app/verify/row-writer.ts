import { ByteBuffer } from '../../core/byte-buffer.ts'
import { fieldEnd } from './canonical-fields.ts'
import type { CanonicalRow } from './table-side.ts'

/** Rows larger than this do not keep their storage. */
const KEEP_BYTES = 4 * 1024 * 1024

/** Hands on one canonical row after another, all in the same storage. */
export class RowWriter implements CanonicalRow {
  /** What the next row is written into. */
  readonly out = new ByteBuffer()
  readonly start = 0
  keyEnd = 0
  readonly #keyCount: number
  readonly #onRow: (row: CanonicalRow) => void

  constructor(keyCount: number, onRow: (row: CanonicalRow) => void) {
    this.#keyCount = keyCount
    this.#onRow = onRow
  }

  get bytes(): Buffer {
    return this.out.bytes
  }

  get end(): number {
    return this.out.length
  }

  /** Hands on the row that was written into `out`, and forgets it. */
  handOn(): void {
    let end = 0
    for (let field = 0; field < this.#keyCount; field++) end = fieldEnd(this.out.bytes, end)
    this.keyEnd = end
    this.#onRow(this)
    this.out.clear(KEEP_BYTES)
  }
}
