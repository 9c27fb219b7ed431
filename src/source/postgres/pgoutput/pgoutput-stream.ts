import type { TransactionHead } from '../../../core/change-stream.ts'
import type { Lsn } from '../../../core/lsn.ts'
import type { PgoutputDecoder } from './decoder.ts'
import { MessageReader, protocolError } from './message-reader.ts'
import { MESSAGE_TYPE } from './message-type.ts'
import type { SpoolSet } from './spool-set.ts'
import type { TransactionSpool } from './transaction-spool.ts'

/** A streamed transaction that has committed: it must be replayed before the next message is taken. */
export interface StreamedCommit {
  readonly spool: TransactionSpool
  readonly head: TransactionHead
  readonly endLsn: Lsn
}

/**
 * Sorts messages as they come: those of in-progress transactions are held back, all others are decoded at once.
 *
 * A transaction that was held back and has committed is handed to `onCommit`, whose owner must replay it before the
 * next call of {@link take}.
 */
export class PgoutputStream {
  readonly #decoder: PgoutputDecoder
  readonly #spools: SpoolSet
  readonly #onCommit: (commit: StreamedCommit) => void
  readonly #reader = new MessageReader()
  #open: TransactionSpool | null = null

  constructor(decoder: PgoutputDecoder, spools: SpoolSet, onCommit: (commit: StreamedCommit) => void) {
    this.#decoder = decoder
    this.#spools = spools
    this.#onCommit = onCommit
  }

  /** Whether every transaction whose messages have come is delivered or still in progress. */
  get isBetweenTransactions(): boolean {
    return this.#open === null && !this.#decoder.inTransaction
  }

  /** Takes the message `buffer[start, end)`. @throws {SyncError} STREAM_PROTOCOL; errors of the handler */
  take(buffer: Buffer, start: number, end: number): void {
    if (end <= start) throw protocolError('an empty message')
    const type = buffer[start] ?? 0
    if (this.#open !== null) this.#takeInBlock(type, buffer, start, end)
    else if (isStreamControl(type)) this.#control(type, buffer, start, end)
    else this.#decoder.decode(buffer, start, end)
  }

  #takeInBlock(type: number, buffer: Buffer, start: number, end: number): void {
    if (type === MESSAGE_TYPE.streamStop) {
      if (end - start !== 1) throw protocolError('a stream stop has content')
      this.#open = null
    } else if (isStreamControl(type)) {
      throw protocolError('a stream block inside another one')
    } else if (this.#open !== null) {
      this.#spools.append(this.#open, buffer, start, end)
    }
  }

  #control(type: number, buffer: Buffer, start: number, end: number): void {
    const reader = this.#reader
    reader.open(buffer, start + 1, end)
    if (this.#decoder.inTransaction) throw protocolError('a stream block inside a transaction')
    if (type === MESSAGE_TYPE.streamStart) this.#start()
    else if (type === MESSAGE_TYPE.streamAbort) this.#abort()
    else if (type === MESSAGE_TYPE.streamCommit) this.#commit()
    else throw protocolError('a stream stop without a start')
    reader.expectEnd()
  }

  #start(): void {
    const xid = this.#reader.u32()
    this.#open = this.#spools.open(xid, this.#reader.u8() === 1)
  }

  #abort(): void {
    const reader = this.#reader
    const xid = reader.u32()
    const subxid = reader.u32()
    // Where and when it aborted, sent for parallel streaming only.
    if (reader.at !== reader.end) {
      reader.lsn()
      reader.timeUs()
    }
    this.#spools.abort(xid, subxid)
  }

  #commit(): void {
    const reader = this.#reader
    const xid = reader.u32()
    reader.u8() // Flags, none defined.
    const commitLsn = reader.lsn()
    const endLsn = reader.lsn()
    const head = { xid, commitLsn, commitTimeUs: reader.timeUs() }
    reader.expectEnd()
    this.#onCommit({ spool: this.#spools.commit(xid), head, endLsn })
  }
}

function isStreamControl(type: number): boolean {
  return (
    type === MESSAGE_TYPE.streamStart ||
    type === MESSAGE_TYPE.streamStop ||
    type === MESSAGE_TYPE.streamCommit ||
    type === MESSAGE_TYPE.streamAbort
  )
}
