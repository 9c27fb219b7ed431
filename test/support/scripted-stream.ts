import type { ChangeHandler, ChangeStream } from '../../src/core/change-stream.ts'
import type { Lsn } from '../../src/core/lsn.ts'
import type { SyncError } from '../../src/core/sync-error.ts'
import type { TableSchema } from '../../src/core/table-schema.ts'
import { rowViewOf } from './row-view-of.ts'
import { type ChangeCalls, ScriptedDrafts } from './scripted-drafts.ts'
import type { Change, Transaction } from './scripted-log.ts'

interface StreamParts {
  readonly handler: ChangeHandler
  readonly startedAt: Lsn
  readonly log: readonly Transaction[]
  readonly schemas: readonly TableSchema[]
  readonly end: () => Lsn
  readonly draftTaken: () => void
  readonly confirmed: (position: Lsn) => void
}

/** Changes of one transaction that come with one read, at most. */
const MOST_CHANGES_READ = 3

/** Delivers a log as a replication stream does: in turns of the event loop, from a position on. */
export class ScriptedStream implements ChangeStream {
  readonly startedAt: Lsn
  readonly #parts: StreamParts
  readonly #ended = Promise.withResolvers<void>()
  #next = 0
  #paused = true
  #closed = false
  #idleAt = 0n
  /** What is left of the transaction that is being delivered. */
  #underway: Generator<void> | null = null
  readonly #drafts: ScriptedDrafts

  constructor(parts: StreamParts) {
    this.#parts = parts
    this.startedAt = parts.startedAt
    this.#drafts = new ScriptedDrafts(parts.handler, (change, to) => this.#deliverChange(change, to))
    this.#ended.promise.catch(() => undefined)
  }

  get ended(): Promise<void> {
    return this.#ended.promise
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.poke()
  }

  confirm(position: Lsn): void {
    if (!this.#closed) this.#parts.confirmed(position)
  }

  progress(): { serverWalEnd: Lsn; receivedBytes: number; spooledBytes: number } {
    return { serverWalEnd: this.#parts.end(), receivedBytes: 0, spooledBytes: 0 }
  }

  fail(error: SyncError): void {
    this.#closed = true
    this.#ended.reject(error)
  }

  /** Delivers one or more transactions soon, as a read brings them. */
  poke(): void {
    setImmediate(() => {
      for (let more = Math.floor(Math.random() * 3); more >= 0; more--) this.#pump()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#ended.resolve()
  }

  #pump(): void {
    if (this.#paused || this.#closed) return
    if (this.#underway !== null) {
      this.#goOn(this.#underway)
      return
    }
    const { handler, log, end } = this.#parts
    const one = log[this.#next]
    for (const later of log.slice(this.#next)) if (later.streamed === true) this.#drafts.sendSome(later)
    if (one) {
      this.#next++
      if (one.endLsn > this.startedAt && one.unseen !== true) this.#goOn(this.#deliver(one))
      else this.poke()
    } else if (end() > this.#idleAt) {
      this.#idleAt = end()
      handler.idle(end())
    }
  }

  /** A read brings a few messages of a transaction, the next one more of them; a pause holds between two. */
  #goOn(delivery: Generator<void>): void {
    this.#underway = delivery
    for (let more = Math.floor(Math.random() * MOST_CHANGES_READ); more >= 0; more--) {
      if (delivery.next().done === true) {
        this.#underway = null
        break
      }
      if (this.#paused || this.#closed) return
    }
    this.poke()
  }

  *#deliver(one: Transaction): Generator<void> {
    const { handler, draftTaken } = this.#parts
    if (this.#drafts.isTaken(one)) {
      draftTaken()
      return
    }
    handler.begin({ xid: one.xid, commitLsn: one.commitLsn, commitTimeUs: 0n })
    for (const change of one.changes) {
      this.#deliverChange(change, handler)
      yield
    }
    if (one.message) handler.message(one.message.prefix, Buffer.from(one.message.content), true)
    handler.commit(one.endLsn)
  }

  #deliverChange(change: Change, handler: ChangeCalls): void {
    const { schemas } = this.#parts
    const oid = schemas.find((schema) => schema.id === change.table)?.oid ?? 0
    const none = rowViewOf([])
    if (change.kind === 'insert') handler.insert(oid, rowViewOf(change.row))
    else if (change.kind === 'delete') handler.delete(oid, rowViewOf([change.id, null, null]), 'key')
    else if (change.kind === 'truncate') handler.truncate([oid])
    else {
      const row = rowViewOf([change.row[0], change.row[1], change.keep ? undefined : change.row[2]])
      const moved = change.from !== change.row[0]
      handler.update(oid, row, moved ? rowViewOf([change.from, null, null]) : none, moved ? 'key' : 'none')
    }
  }
}
