import { asSyncError, type SyncError } from '../../../core/sync-error.ts'
import type { DraftFeed } from './draft-feed.ts'
import { CHUNK_BYTES, SpoolChunks } from './spool-chunks.ts'
import { protocolError } from './message-reader.ts'
import { TransactionSpool } from './transaction-spool.ts'

/** Where and how much in-progress transactions are held back. */
export interface SpoolLimits {
  /** Directory of the spool files. */
  readonly directory: string
  /** Beyond it the oldest parts of the largest transactions go to disk. Parts that are being filled stay. */
  readonly memoryBytes: number
}

/** Tells the reader of the stream what it must react to. */
export interface SpoolEvents {
  /** Memory is over the limit and the disk does not keep up: read on only after `false` was told. */
  congested(isCongested: boolean): void
  failed(error: SyncError): void
  /** A transaction has come: where its draft is written, or null. */
  feed(xid: number): DraftFeed | null
}

/** How far memory may run ahead of the disk before reading stops. */
const WRITE_AHEAD_BYTES = 8 * CHUNK_BYTES

/** The in-progress transactions that the stream holds back, and the one writer that takes them to disk. */
export class SpoolSet implements AsyncDisposable {
  readonly #limits: SpoolLimits
  readonly #events: SpoolEvents
  readonly #chunks = new SpoolChunks()
  readonly #spools = new Map<number, TransactionSpool>()
  readonly #discards = new Set<Promise<void>>()
  #writer: Promise<void> | null = null
  #congested = false
  #closed = false

  constructor(limits: SpoolLimits, events: SpoolEvents) {
    this.#limits = limits
    this.#events = events
  }

  /** Bytes of messages held back, in memory and on disk. */
  get spooledBytes(): number {
    let bytes = 0
    for (const spool of this.#spools.values()) bytes += spool.spooledBytes
    return bytes
  }

  /** Bytes of memory that hold messages. */
  get memoryBytes(): number {
    return this.#chunks.lentBytes
  }

  /** The spool of a top-level transaction, new when this is its first segment. @throws {SyncError} STREAM_PROTOCOL */
  open(xid: number, isFirstSegment: boolean): TransactionSpool {
    const known = this.#spools.get(xid)
    if (known !== undefined && !isFirstSegment) return known
    if (known !== undefined || !isFirstSegment) {
      throw protocolError(`transaction ${xid} is streamed ${isFirstSegment ? 'anew' : 'without a beginning'}`)
    }
    const spool = new TransactionSpool(xid, this.#chunks, this.#events.feed(xid))
    this.#spools.set(xid, spool)
    return spool
  }

  /** Copies a message into an open spool. */
  append(spool: TransactionSpool, buffer: Buffer, start: number, end: number): void {
    if (spool.append(buffer, start, end)) this.#relieve()
  }

  /** Drops a transaction, or has one of its subtransactions left out. One that is not known needs nothing. */
  abort(xid: number, subxid: number): void {
    const spool = this.#spools.get(xid)
    if (spool === undefined) return
    if (subxid !== xid) {
      spool.abortSubtransaction(subxid)
      return
    }
    this.#spools.delete(xid)
    this.#discard(spool)
  }

  /** The spool of a transaction that commits; it stays counted until {@link end}. @throws {SyncError} STREAM_PROTOCOL */
  commit(xid: number): TransactionSpool {
    const spool = this.#spools.get(xid)
    if (spool === undefined) throw protocolError(`transaction ${xid} commits and was never streamed`)
    return spool
  }

  /** Forgets a transaction that was replayed. */
  end(spool: TransactionSpool): void {
    this.#spools.delete(spool.xid)
    this.#discard(spool)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    for (const spool of this.#spools.values()) this.#discard(spool)
    this.#spools.clear()
    await this.#writer
    await Promise.all(this.#discards)
  }

  #relieve(): void {
    if (this.#writer === null && this.#nextToWrite() !== null) this.#writer = this.#write()
    this.#tellCongestion()
  }

  async #write(): Promise<void> {
    try {
      for (let spool = this.#nextToWrite(); spool !== null; spool = this.#nextToWrite()) {
        await spool.writeOne(this.#limits.directory)
        this.#tellCongestion()
      }
    } catch (error) {
      this.#events.failed(asSyncError(error))
    }
    this.#writer = null
    this.#tellCongestion()
  }

  #nextToWrite(): TransactionSpool | null {
    if (this.#closed || this.memoryBytes <= this.#limits.memoryBytes) return null
    let largest: TransactionSpool | null = null
    for (const spool of this.#spools.values()) {
      if (spool.canWrite && spool.memoryBytes > (largest?.memoryBytes ?? 0)) largest = spool
    }
    return largest
  }

  #tellCongestion(): void {
    const congested = this.#writer !== null && this.memoryBytes > this.#limits.memoryBytes + WRITE_AHEAD_BYTES
    if (congested === this.#congested) return
    this.#congested = congested
    this.#events.congested(congested)
  }

  #discard(spool: TransactionSpool): void {
    const discard = spool
      .discard()
      .catch((error: unknown) => this.#events.failed(asSyncError(error)))
      .finally(() => this.#discards.delete(discard))
    this.#discards.add(discard)
  }
}
