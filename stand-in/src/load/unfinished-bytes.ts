import { LoadFailure } from './field-row.ts'

const empty = Buffer.alloc(0)

/**
 * What a reader has not been able to finish yet. Pieces are joined only when they have doubled what was there: a row
 * of many megabytes would else be copied and scanned again with every piece.
 */
export class UnfinishedBytes {
  readonly #maxBytes: number
  #pieces: Buffer[] = []
  #bytes = 0
  #tryAt = 0

  /** `maxBytes`: of one row of CSV, with StarRocks' words for a longer one (reference/starrocks.md 1.5). */
  constructor(maxBytes = Number.POSITIVE_INFINITY) {
    this.#maxBytes = maxBytes
  }

  /** All bytes so far, when it is worth trying again; else undefined. */
  add(piece: Buffer): Buffer | undefined {
    this.#pieces.push(piece)
    this.#bytes += piece.length
    return this.#bytes < this.#tryAt && this.#bytes <= this.#maxBytes ? undefined : this.all()
  }

  /** All bytes so far. */
  all(): Buffer {
    const all = this.#pieces.length === 1 ? (this.#pieces[0] ?? empty) : Buffer.concat(this.#pieces)
    this.#pieces = [all]
    return all
  }

  /**
   * Replaces everything by what a try has left over.
   * @throws {LoadFailure} when that is longer than a row may be.
   */
  keep(rest: Buffer): void {
    if (rest.length > this.#maxBytes) throw new LoadFailure(`CSV line length exceed limit ${this.#maxBytes}`)
    this.#pieces = rest.length === 0 ? [] : [rest]
    this.#bytes = rest.length
    this.#tryAt = rest.length * 2
  }

  /** Takes everything away. */
  take(): Buffer {
    const all = this.#bytes === 0 ? empty : this.all()
    this.keep(empty)
    return all
  }
}
