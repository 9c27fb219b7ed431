import { setImmediate as otherEvents } from 'node:timers/promises'
import type { ChangeHandler } from '../../../core/change-stream.ts'
import type { Lsn } from '../../../core/lsn.ts'
import { asSyncError, type SyncError } from '../../../core/sync-error.ts'
import { PgoutputDecoder } from './decoder.ts'
import { DraftFeed } from './draft-feed.ts'
import { Gate, HOLD } from './gate.ts'
import { PgoutputStream, type StreamedCommit } from './pgoutput-stream.ts'
import { replaySpool, type ReplayTurn } from './replay.ts'
import { SpoolSet, type SpoolLimits } from './spool-set.ts'

/** What the reader of the socket must hear. */
export interface DeliveryEvents {
  /** Messages are taken again. */
  released(): void
  failed(error: SyncError): void
}

/**
 * Delivers what the plugin sends to the handler, in commit order, and says when it can take no more: the handler asked
 * for a pause, a large transaction is being replayed, or the spool's disk does not keep up.
 *
 * Starts held, until {@link open}.
 */
export class Delivery implements AsyncDisposable {
  readonly #handler: ChangeHandler
  readonly #events: DeliveryEvents
  readonly #gate: Gate
  readonly #spools: SpoolSet
  readonly #decoder: PgoutputDecoder
  readonly #stream: PgoutputStream
  readonly #turn: ReplayTurn
  #replay: Promise<void> | null = null

  constructor(handler: ChangeHandler, spool: SpoolLimits, events: DeliveryEvents) {
    this.#handler = handler
    this.#events = events
    const gate = new Gate(() => events.released())
    gate.hold(HOLD.starting)
    this.#gate = gate
    this.#spools = new SpoolSet(spool, {
      congested: (isCongested) => (isCongested ? gate.hold(HOLD.congested) : gate.release(HOLD.congested)),
      failed: (error) => events.failed(error),
      feed: (xid) => {
        const draft = handler.draft(xid)
        return draft === null ? null : new DraftFeed(draft, xid)
      },
    })
    this.#decoder = new PgoutputDecoder(handler)
    this.#stream = new PgoutputStream(this.#decoder, this.#spools, (commit) => this.#deliver(commit))
    this.#turn = {
      get held() {
        return gate.has(HOLD.paused) || gate.has(HOLD.closed)
      },
      next: async () => {
        await otherEvents()
        await gate.unpaused()
      },
    }
  }

  /** Whether no message may be given at the moment. */
  get held(): boolean {
    return this.#gate.held
  }

  /** Bytes of in-progress transactions, in memory and on disk. */
  get spooledBytes(): number {
    return this.#spools.spooledBytes
  }

  /** Bytes of memory taken by in-progress transactions. */
  get memoryBytes(): number {
    return this.#spools.memoryBytes
  }

  /** Messages may come. */
  open(): void {
    this.#gate.release(HOLD.starting)
  }

  pause(): void {
    this.#gate.hold(HOLD.paused)
  }

  resume(): void {
    this.#gate.release(HOLD.paused)
  }

  /** Calls the handler never again; a replay that is under way ends with `reason`. */
  close(reason: SyncError): void {
    this.#gate.close(reason)
  }

  /** Takes the message `buffer[start, end)`. @throws {SyncError} STREAM_PROTOCOL; errors of the handler */
  message(buffer: Buffer, start: number, end: number): void {
    this.#stream.take(buffer, start, end)
  }

  /** The server has sent everything up to `walEnd`. */
  reached(walEnd: Lsn): void {
    // Right after a commit the server may still tell the position before it.
    if (this.#stream.isBetweenTransactions && walEnd >= this.#decoder.position) this.#handler.idle(walEnd)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#replay
    await this.#spools[Symbol.asyncDispose]()
  }

  /** A draft that is taken leaves nothing to do; else the transaction is replayed. */
  #deliver(commit: StreamedCommit): void {
    const { spool, head, endLsn } = commit
    const { feed } = spool
    if (feed !== null && this.#handler.takeDraft(feed.draft, head, endLsn)) {
      this.#decoder.adopt(feed.decoder, endLsn)
      spool.releaseDraft()
      this.#spools.end(spool)
      return
    }
    this.#gate.hold(HOLD.replaying)
    this.#replay = this.#run(commit)
  }

  async #run(commit: StreamedCommit): Promise<void> {
    try {
      await replaySpool(commit.spool, this.#decoder, commit, this.#turn)
      this.#spools.end(commit.spool)
      this.#gate.release(HOLD.replaying)
    } catch (error) {
      this.#events.failed(asSyncError(error))
    }
  }
}
