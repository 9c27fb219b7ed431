import { freeNow } from './free-now.ts'

/** Bytes of a full-sized chunk: what is written, read back and decoded in one go. */
export const CHUNK_BYTES = 1024 * 1024

const FIRST_CHUNK_BYTES = 64 * 1024
const KEPT_CHUNKS = 8

/** Lends the chunks that spooled messages are copied into, and counts what is lent. */
export class SpoolChunks {
  readonly #free: Buffer[] = []
  /** Bytes of memory that is lent out. */
  lentBytes = 0

  /** A chunk that holds at least `wantedBytes`; the first one of a transaction is small. */
  lend(wantedBytes: number, isFirst: boolean): Buffer {
    const chunk = this.#choose(wantedBytes, isFirst)
    this.lentBytes += chunk.length
    return chunk
  }

  giveBack(chunk: Buffer): void {
    this.lentBytes -= chunk.length
    if (chunk.length === CHUNK_BYTES && this.#free.length < KEPT_CHUNKS) this.#free.push(chunk)
    else if (chunk.length > CHUNK_BYTES) freeNow(chunk)
  }

  #choose(wantedBytes: number, isFirst: boolean): Buffer {
    if (wantedBytes > CHUNK_BYTES) return Buffer.allocUnsafeSlow(wantedBytes)
    if (isFirst && wantedBytes <= FIRST_CHUNK_BYTES) return Buffer.allocUnsafeSlow(FIRST_CHUNK_BYTES)
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES)
  }
}
