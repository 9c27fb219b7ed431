const HEADER_BYTES = 5 + 25 + 1
const COPY_DATA = 0x64
const WAL_DATA = 0x77
const INSERT = 0x49
const UPDATE = 0x55
const DELETE = 0x44
const COMMIT = 0x43
const STREAM_COMMIT = 0x63

/** Goes from message to message of a replication stream and looks at nothing but type and position. */
export class FrameWalker {
  rows = 0
  position = 0n
  readonly #end: bigint
  readonly #onEnd: () => void
  /** Bytes of the present message that are still to come, its header apart. */
  #skip = 0
  readonly #header = Buffer.alloc(HEADER_BYTES)
  #have = 0

  /** @param onEnd called at the first commit that ends at `end` or later */
  constructor(end: bigint, onEnd: () => void) {
    this.#end = end
    this.#onEnd = onEnd
  }

  feed(bytes: Buffer, start: number, end: number): void {
    let at = start
    while (at < end) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, end - at)
        this.#skip -= step
        at += step
      } else if (this.#have === 0 && end - at >= HEADER_BYTES) {
        this.#message(bytes, at)
        const size = 1 + bytes.readUInt32BE(at + 1)
        this.#skip = Math.max(0, size - (end - at))
        at = Math.min(end, at + size)
      } else {
        at = this.#collect(bytes, at)
      }
    }
  }

  #collect(bytes: Buffer, start: number): number {
    const header = this.#header
    header[this.#have++] = bytes[start] ?? 0
    const size = this.#have < 5 ? HEADER_BYTES : 1 + header.readUInt32BE(1)
    if (this.#have < Math.min(HEADER_BYTES, size)) return start + 1
    if (size >= HEADER_BYTES) this.#message(header, 0)
    this.#skip = size - this.#have
    this.#have = 0
    return start + 1
  }

  #message(bytes: Buffer, at: number): void {
    if (bytes[at] !== COPY_DATA || bytes[at + 5] !== WAL_DATA) return
    const type = bytes[at + 30]
    if (type === INSERT || type === UPDATE || type === DELETE) this.rows++
    else if (type === COMMIT || type === STREAM_COMMIT) {
      this.position = bytes.readBigUInt64BE(at + 6)
      if (this.position >= this.#end) this.#onEnd()
    }
  }
}
