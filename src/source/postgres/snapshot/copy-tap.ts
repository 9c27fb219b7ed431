/** Takes the rows of a running COPY ... TO STDOUT. Both calls come from the read loop and are synchronous. */
export interface CopyReceiver {
  /** Bytes `[start, end)` are the payload of one CopyData message; the receiver may write over them. */
  data(buffer: Buffer, start: number, end: number): void
  /** After each piece of received data that held rows; reading goes on when the promise, if there is one, resolves. */
  afterData(): Promise<void> | undefined
}

const STORE_BYTES = 1024 * 1024
/** Room for further bytes that is kept beside the longest message. */
const SMALLEST_READ_BYTES = 64 * 1024
/** A store beyond this is given back as soon as a message of ordinary size follows. */
const LARGE_STORE_BYTES = 8 * 1024 * 1024
const HEADER_BYTES = 5
const COPY_DATA = 0x64
const READY_FOR_QUERY = 0x5a

/**
 * Stands between the socket and the client library: takes CopyData messages out of the stream of bytes and lets
 * everything else through unchanged, so that the library goes on seeing a complete conversation (errors, notices, the end
 * of the statement) and the connection stays usable.
 *
 * Bytes arrive in one reused store: a message is read where it lies; only the incomplete one at the end is moved. The
 * store grows for a message larger than itself and shrinks again after it.
 *
 * @see PostgreSQL manual, "COPY Operations" and "Message Formats" of the frontend/backend protocol
 */
export class CopyTap {
  readonly #forward: (bytes: Buffer) => void
  #store: Buffer = Buffer.allocUnsafeSlow(STORE_BYTES)
  #used = 0
  #receiver: CopyReceiver | null = null

  /** `forward` takes what belongs to the client library; the bytes are its own. */
  constructor(forward: (bytes: Buffer) => void) {
    this.#forward = forward
  }

  /** Whether a COPY is running. */
  get active(): boolean {
    return this.#receiver !== null
  }

  /** From now on, to the end of the statement that is sent next, CopyData goes to `receiver`. Between statements only. */
  begin(receiver: CopyReceiver): void {
    this.#receiver = receiver
  }

  /** Where the next received bytes are to be written. Valid until {@link arrived}. Never empty. */
  space(): Buffer {
    return this.#store.subarray(this.#used)
  }

  /** Takes the first `count` bytes of {@link space}; answers the receiver's wish to wait. Throws what the receiver throws. */
  arrived(count: number): Promise<void> | undefined {
    const end = this.#used + count
    const receiver = this.#receiver
    if (receiver === null) {
      this.#pass(0, end)
      return undefined
    }
    const rest = this.#walk(receiver, end)
    this.#keep(rest, end)
    return receiver.afterData()
  }

  /** Handles every complete message of `[0, end)`; returns where the incomplete one begins. */
  #walk(receiver: CopyReceiver, end: number): number {
    const store = this.#store
    let position = 0
    while (end - position >= HEADER_BYTES) {
      const next = position + 1 + store.readInt32BE(position + 1)
      if (next > end) break
      if (store[position] === COPY_DATA) {
        receiver.data(store, position + HEADER_BYTES, next)
      } else if (store[position] === READY_FOR_QUERY) {
        // Nothing follows until the library sends its next statement: what is left, if anything, is the library's.
        this.#receiver = null
        this.#pass(position, end)
        return end
      } else {
        this.#pass(position, next)
      }
      position = next
    }
    return position
  }

  /** Moves the incomplete message `[rest, end)` to the front, into a store that has room for all of it. */
  #keep(rest: number, end: number): void {
    const wanted = this.#wantedBytes(rest, end)
    if (wanted !== this.#store.length) {
      const other = Buffer.allocUnsafeSlow(wanted)
      this.#store.copy(other, 0, rest, end)
      this.#store = other
    } else if (end > rest) {
      this.#store.copyWithin(0, rest, end)
    }
    this.#used = end - rest
  }

  #wantedBytes(rest: number, end: number): number {
    const present = this.#store.length
    const messageBytes = end - rest < HEADER_BYTES ? HEADER_BYTES : 1 + this.#store.readInt32BE(rest + 1)
    const needed = messageBytes + SMALLEST_READ_BYTES
    if (needed > present) return Math.max(needed, 2 * present)
    return present > LARGE_STORE_BYTES && needed <= STORE_BYTES ? STORE_BYTES : present
  }

  #pass(start: number, end: number): void {
    if (end > start) this.#forward(Buffer.from(this.#store.subarray(start, end)))
  }
}
