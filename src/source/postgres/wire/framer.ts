import { freeNow } from '../pgoutput/free-now.ts'
import { SyncError } from '../../../core/sync-error.ts'

/** Takes the messages of the server one after another. */
export interface FrameSink {
  /** Whether no message may be delivered now. Asked before each one. */
  readonly held: boolean
  /** The message of type `type` with the body `buffer[start, end)`, valid during the call. */
  frame(type: number, buffer: Buffer, start: number, end: number): void
}

/** PostgreSQL allocates a message as one piece, and its allocator ends at 1 GB. */
const LARGEST_BODY_BYTES = 0x4000_0000

const TYPE_BYTES = 1
const HEADER_BYTES = 5
const SMALL_MESSAGE_BYTES = 64 * 1024

/**
 * Cuts the bytes of the server into messages: one byte type, 32 bits length that count themselves, body.
 *
 * A message that lies whole in what is fed is delivered in place. One that is split is put together in a buffer of its
 * own: each of its bytes is copied once, whatever its size and the number of pieces.
 */
export class Framer {
  readonly #sink: FrameSink
  readonly #maxBodyBytes: number
  readonly #small = Buffer.allocUnsafeSlow(SMALL_MESSAGE_BYTES)
  /** The message that is put together; its first `#have` bytes are there. */
  #partial: Buffer = this.#small
  #have = 0

  /** @param maxBodyBytes a larger message ends the stream with ROW_TOO_LARGE instead of being put together. */
  constructor(sink: FrameSink, maxBodyBytes: number = LARGEST_BODY_BYTES) {
    this.#sink = sink
    this.#maxBodyBytes = maxBodyBytes
  }

  /** Bytes of memory taken by a message that has not come whole. */
  get partialBytes(): number {
    return this.#partial === this.#small ? 0 : this.#partial.length
  }

  /**
   * Delivers the messages in `bytes[start, end)`. Returns the offset up to which they were taken: `end`, or less when
   * the sink is held; then the rest must be fed again later, before anything else.
   * @throws {SyncError} STREAM_PROTOCOL or ROW_TOO_LARGE; errors of the sink
   */
  feed(bytes: Buffer, start: number, end: number): number {
    let at = start
    if (this.#have > 0) {
      at = this.#complete(bytes, at, end)
      if (this.#have > 0) return at
    }
    const sink = this.#sink
    while (end - at >= HEADER_BYTES && !sink.held) {
      const frameEnd = at + TYPE_BYTES + this.#frameLength(bytes, at)
      if (frameEnd > end) break
      sink.frame(bytes[at] ?? 0, bytes, at + HEADER_BYTES, frameEnd)
      at = frameEnd
    }
    return sink.held ? at : this.#keep(bytes, at, end)
  }

  /** Goes on with the split message. Nothing of it is left when it could be delivered. */
  #complete(bytes: Buffer, start: number, end: number): number {
    let at = start
    if (this.#have < HEADER_BYTES) {
      at = this.#copy(bytes, at, Math.min(end, at + HEADER_BYTES - this.#have))
      if (this.#have < HEADER_BYTES) return at
      this.#makeRoom()
    }
    const total = TYPE_BYTES + this.#frameLength(this.#partial, 0)
    at = this.#copy(bytes, at, Math.min(end, at + total - this.#have))
    if (this.#have < total || this.#sink.held) return at
    this.#deliver(total)
    return at
  }

  #deliver(total: number): void {
    const whole = this.#partial
    this.#partial = this.#small
    this.#have = 0
    this.#sink.frame(whole[0] ?? 0, whole, HEADER_BYTES, total)
    if (whole !== this.#small) freeNow(whole)
  }

  /** Keeps the beginning of a message whose end has not come. */
  #keep(bytes: Buffer, start: number, end: number): number {
    const at = this.#copy(bytes, start, Math.min(end, start + HEADER_BYTES))
    if (this.#have < HEADER_BYTES) return at
    this.#makeRoom()
    return this.#copy(bytes, at, end)
  }

  /** Turns to a buffer that holds the whole message. The system gives memory only for the pages that are filled. */
  #makeRoom(): void {
    const total = TYPE_BYTES + this.#frameLength(this.#partial, 0)
    if (total <= this.#small.length) return
    const large = Buffer.allocUnsafeSlow(total)
    this.#small.copy(large, 0, 0, this.#have)
    this.#partial = large
  }

  #copy(bytes: Buffer, start: number, end: number): number {
    bytes.copy(this.#partial, this.#have, start, end)
    this.#have += end - start
    return end
  }

  #frameLength(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32BE(at + TYPE_BYTES)
    if (length < HEADER_BYTES - TYPE_BYTES || length > LARGEST_BODY_BYTES) {
      throw new SyncError('STREAM_PROTOCOL', `The replication stream is malformed: a message of ${length} bytes.`)
    }
    if (length > this.#maxBodyBytes) {
      throw new SyncError('ROW_TOO_LARGE', `The stream holds a message of ${length} bytes; ${this.#maxBodyBytes} fit.`)
    }
    return length
  }
}
