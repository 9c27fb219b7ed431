import { lsn, ZERO_LSN, type Lsn } from '../../../core/lsn.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { readErrorResponse } from './error-response.ts'
import type { ServerError } from './server-error.ts'

/** What the messages of a replication session mean. */
export interface CopyBothEvents {
  /** START_REPLICATION was accepted. */
  started(): void
  /** The plugin's output `buffer[start, end)`. */
  data(buffer: Buffer, start: number, end: number): void
  /** The server has sent everything up to `walEnd`. */
  keepalive(walEnd: Lsn, replyRequested: boolean): void
  /** The server reports an error. */
  failed(error: ServerError): void
  /** The server has ended the stream. */
  finished(): void
  /** The session is back in its idle state. */
  ready(): void
}

/** Types of messages of the server, and of what is in CopyData. @see PostgreSQL manual, Message Formats */
const TYPE = {
  copyData: 0x64, // d
  copyBoth: 0x57, // W
  copyDone: 0x63, // c
  error: 0x45, // E
  ready: 0x5a, // Z
} as const

/** Messages that may come at any time, or around the end of a command, and change nothing: N S A C. */
const IGNORED: ReadonlySet<number> = new Set([0x4e, 0x53, 0x41, 0x43])

const WAL_DATA = 0x77 // w
const KEEPALIVE = 0x6b // k
const WAL_DATA_HEADER_BYTES = 25
const KEEPALIVE_BYTES = 18

/** Reads the messages of a replication session and keeps the positions that they tell. */
export class CopyBothReader {
  readonly #events: CopyBothEvents
  /** The two halves of the position of the last piece of data: a bigint per row would cost more than the row. */
  #dataHigh = 0
  #dataLow = 0
  #keepaliveLsn = ZERO_LSN

  constructor(events: CopyBothEvents) {
    this.#events = events
  }

  /** The furthest position that the server has told. */
  get walEnd(): Lsn {
    const data = lsn((BigInt(this.#dataHigh) << 32n) | BigInt(this.#dataLow))
    return data > this.#keepaliveLsn ? data : this.#keepaliveLsn
  }

  /** Takes a message. @throws {SyncError} STREAM_PROTOCOL */
  frame(type: number, buffer: Buffer, start: number, end: number): void {
    if (type === TYPE.copyData) this.#copyData(buffer, start, end)
    else if (type === TYPE.copyBoth) this.#events.started()
    else if (type === TYPE.error) this.#events.failed(readErrorResponse(buffer, start, end))
    else if (type === TYPE.copyDone) this.#events.finished()
    else if (type === TYPE.ready) this.#events.ready()
    else if (!IGNORED.has(type)) throw malformed(`a message of type ${type}`)
  }

  #copyData(buffer: Buffer, start: number, end: number): void {
    const kind = start < end ? buffer[start] : undefined
    if (kind === WAL_DATA && end - start >= WAL_DATA_HEADER_BYTES) {
      // Its own position, and the end of WAL, which logical decoding gives as the same.
      this.#dataHigh = buffer.readUInt32BE(start + 9)
      this.#dataLow = buffer.readUInt32BE(start + 13)
      this.#events.data(buffer, start + WAL_DATA_HEADER_BYTES, end)
    } else if (kind === KEEPALIVE && end - start === KEEPALIVE_BYTES) {
      const walEnd = lsn(buffer.readBigUInt64BE(start + 1))
      if (walEnd > this.#keepaliveLsn) this.#keepaliveLsn = walEnd
      this.#events.keepalive(walEnd, buffer[start + KEEPALIVE_BYTES - 1] === 1)
    } else {
      throw malformed(`${end - start} bytes of copy data of kind ${String(kind)}`)
    }
  }
}

function malformed(what: string): SyncError {
  return new SyncError('STREAM_PROTOCOL', `The replication stream is malformed: ${what}.`)
}
