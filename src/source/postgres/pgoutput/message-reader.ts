import { lsn, type Lsn } from '../../../core/lsn.ts'
import { SyncError } from '../../../core/sync-error.ts'

const EMPTY = Buffer.alloc(0)

/** Microseconds from 1970-01-01 to 2000-01-01, PostgreSQL's epoch. */
const POSTGRES_EPOCH_US = 946_684_800_000_000n

/** The error for bytes that do not fit the protocol. */
export function protocolError(what: string): SyncError {
  return new SyncError('STREAM_PROTOCOL', `The replication stream is malformed: ${what}.`)
}

/**
 * Reads one message where it lies in a buffer, never past its end. One reader is used for all messages.
 *
 * Every method that reads throws a SyncError STREAM_PROTOCOL when the message ends too early.
 */
export class MessageReader {
  buffer: Buffer = EMPTY
  /** Offset of the next byte. */
  at = 0
  /** Offset after the last byte of the message. */
  end = 0

  /** Turns to the message `buffer[start, end)`. */
  open(buffer: Buffer, start: number, end: number): void {
    this.buffer = buffer
    this.at = start
    this.end = end
  }

  u8(): number {
    const at = this.#take(1)
    return this.buffer[at] ?? 0
  }

  u16(): number {
    return this.buffer.readUInt16BE(this.#take(2))
  }

  u32(): number {
    return this.buffer.readUInt32BE(this.#take(4))
  }

  i32(): number {
    return this.buffer.readInt32BE(this.#take(4))
  }

  lsn(): Lsn {
    return lsn(this.buffer.readBigUInt64BE(this.#take(8)))
  }

  /** A time, as microseconds since 1970-01-01 UTC. */
  timeUs(): bigint {
    return this.buffer.readBigInt64BE(this.#take(8)) + POSTGRES_EPOCH_US
  }

  /** Text up to a zero byte. */
  cString(): string {
    const zero = this.buffer.indexOf(0, this.at)
    if (zero === -1 || zero >= this.end) throw protocolError('a text has no end')
    const text = this.buffer.toString('utf8', this.at, zero)
    this.at = zero + 1
    return text
  }

  /** A copy of the next `count` bytes. */
  bytes(count: number): Buffer {
    const at = this.#take(count)
    return Buffer.from(this.buffer.subarray(at, at + count))
  }

  /** @throws {SyncError} STREAM_PROTOCOL when bytes are left. */
  expectEnd(): void {
    if (this.at !== this.end) throw protocolError(`${this.end - this.at} bytes too many at the end of a message`)
  }

  #take(count: number): number {
    const at = this.at
    if (count < 0 || count > this.end - at) throw protocolError('a message is cut short')
    this.at = at + count
    return at
  }
}
