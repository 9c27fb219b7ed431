import type { Checkpoint } from '../core/checkpoint.ts'
import type { Clock, Random } from '../core/clock.ts'
import type { Lsn } from '../core/lsn.ts'
import type { Ownership } from '../core/ownership.ts'
import type { CreateScratchFile } from '../core/scratch-file.ts'
import type { Signals } from '../core/signals.ts'
import type { BatchWriter, Sink, TableRecord } from '../core/sink.ts'
import type { Source } from '../core/source.ts'
import { asSyncError, SyncError } from '../core/sync-error.ts'
import { backOffMs } from './back-off.ts'
import type { Batch, BatchTable } from './batch.ts'
import { allLoads, loadsOf } from './batch-loads.ts'
import { batchCommitted, countsByTable } from './batch-signal.ts'
import { failureReaction } from './failure-rule.ts'
import type { Gate } from './gate.ts'
import { afterCommit, noteAhead, recordsDue, recordsKept } from './table-lifecycle.ts'
import type { Lessons } from './lessons.ts'
import type { TableRegistry } from './table-registry.ts'
import { PartSender } from './part-sender.ts'
import { sendLoads } from './send-loads.ts'
import { truncateTarget } from './truncate-target.ts'
import { fillUnchangedValues } from './unchanged-values.ts'

/** Pauses between attempts of one batch. */
const RETRY_BOUNDS = { firstMs: 200, maxMs: 30_000 }

/** What the applier works with. */
export interface ApplierDeps {
  readonly sink: Sink
  readonly source: Source
  readonly ownership: Ownership
  readonly gate: Gate
  readonly registry: TableRegistry
  readonly lessons: Lessons
  readonly signals: Signals
  readonly clock: Clock
  readonly random: Random
  /** Takes a table whose rows are refused out of everything that is held for it. */
  readonly quarantine: (
    table: TableRecord['table'],
    problem: { readonly reason: string; readonly rowKey?: string | undefined },
  ) => TableRecord
  readonly createScratchFile: CreateScratchFile
  /** Values that updates left out are read into memory up to about half of it at once. */
  readonly maxBatchBytes: number
  /** Rows up to this many are deleted one by one when the source empties a table. */
  readonly truncateAsDeletesUpToRows: number
}

/** Brings batches into the target, one after another: the only place that moves the checkpoint. */
export class Applier {
  /** What the target holds. */
  checkpoint: Checkpoint
  readonly #deps: ApplierDeps
  /** The open target transaction of a large source transaction. */
  #writer: BatchWriter | null = null
  /** What of it was sent. */
  readonly #parts: PartSender
  /** Monotonic time at which all rows of the last attempt were sent. */
  #sentAtMs = 0

  constructor(checkpoint: Checkpoint, deps: ApplierDeps) {
    this.checkpoint = checkpoint
    this.#deps = deps
    this.#parts = new PartSender(deps.createScratchFile)
  }

  /** Sends what a large transaction has so far; its batch stays open. @throws {SyncError} whatever failed: the session begins anew. */
  async sendPart(batch: Batch): Promise<void> {
    try {
      await this.#pass(batch)
      await this.#complete(batch)
      await this.#sendNow([...batch.tables.values()])
    } catch (error) {
      const known = asSyncError(error)
      if (failureReaction(known, { partsSent: 1 }) !== 'blame') throw known
      this.#blameLarge(known)
    }
    batch.partsSent++
    batch.sentRows = batch.rows
    batch.bytes = 0
  }

  /**
   * Applies a batch that ends at `endLsn`, trying again while that can help. Resolves when the checkpoint row says so.
   * @throws {SyncError} when the session or the process must end.
   */
  async apply(batch: Batch, endLsn: Lsn, signal: AbortSignal): Promise<void> {
    const { clock, signals } = this.#deps
    const startedAtMs = clock.monotonicMs()
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted()
      try {
        await this.#attempt(batch, endLsn)
        break
      } catch (error) {
        await this.#afterFailure(batch, { error: asSyncError(error), attempt, signal })
      }
    }
    this.#deps.lessons.lateTruncates.forgetBefore(this.checkpoint.endLsn)
    afterCommit(batch, { registry: this.#deps.registry, signals, gate: this.#deps.gate })
    signals.emit(
      batchCommitted(batch, this.checkpoint, {
        now: clock.now(),
        monotonicMs: clock.monotonicMs(),
        startedAtMs,
        sentAtMs: this.#sentAtMs,
      }),
    )
    batch.release()
    await this.#parts[Symbol.asyncDispose]()
  }

  /** Records the tables that are left out, without waiting for a batch: the session ends, and the next one must know. @throws {SyncError} */
  async recordLeftOut(): Promise<void> {
    const leftOut = this.#deps.registry
      .all()
      .filter(({ state }) => state.tag === 'quarantined' || state.tag === 'paused')
    if (leftOut.length === 0) return
    await this.moveTo(
      this.checkpoint,
      leftOut.map(({ schema, state }) => ({ table: schema.id, state })),
    )
  }

  /** Commits a checkpoint and records alone, in one attempt: the number after the present one, all else as given. @throws {SyncError} */
  async moveTo(wanted: Checkpoint, records: readonly TableRecord[] = []): Promise<void> {
    const writer = await this.#open()
    if (writer === null) return
    const next = { ...wanted, number: this.checkpoint.number + 1n }
    try {
      await writer.commit(next, recordsKept(records, this.#deps.registry))
    } catch (error) {
      await writer.rollback()
      throw error
    }
    this.checkpoint = next
  }

  /** Ends what is open. The session is over. */
  async close(): Promise<void> {
    const writer = this.#writer
    this.#writer = null
    await writer?.rollback()
    await this.#parts[Symbol.asyncDispose]()
  }

  async #attempt(batch: Batch, endLsn: Lsn): Promise<void> {
    // First the gate: what chunks in flight bring must be there when a TRUNCATE looks at what to delete.
    await this.#pass(batch)
    await this.#complete(batch)
    for (const record of recordsDue(this.#deps.registry, endLsn)) batch.records.set(record.table, record)
    this.#writer ??= await this.#open(batch.bytes)
    if (this.#writer === null) return
    await sendLoads(this.#writer, await allLoads(batch))
    this.#sentAtMs = this.#deps.clock.monotonicMs()
    const next: Checkpoint = {
      ...this.checkpoint,
      number: this.checkpoint.number + 1n,
      endLsn,
      commitTimeUs: batch.transactions > 0 ? batch.commitTimeUs : this.checkpoint.commitTimeUs,
    }
    const records = new Map([...batch.ahead, ...batch.records])
    await this.#writer.commit(next, recordsKept(records.values(), this.#deps.registry))
    this.#writer = null
    this.checkpoint = next
  }

  /** Waits at the gate of every table that the batch touches. */
  async #pass(batch: Batch): Promise<void> {
    await this.#deps.gate.pass(batch.touched)
  }

  /** The writer of what follows the checkpoint; null when an earlier attempt turns out to be in the target, which moves the checkpoint. */
  async #open(expectedBytes = 0): Promise<BatchWriter | null> {
    const opening = await this.#deps.sink.openBatch(this.checkpoint, this.#deps.ownership, expectedBytes)
    if (opening.tag === 'open') return opening.writer
    this.checkpoint = opening.checkpoint
    return null
  }

  /** Fills what updates left out, and empties what the source emptied. Done once: a further attempt finds nothing to do. */
  async #complete(batch: Batch): Promise<void> {
    const { sink, ownership, truncateAsDeletesUpToRows } = this.#deps
    for (const table of batch.tables.values()) {
      await this.#fill(batch, table)
      if (table.load.truncated)
        await truncateTarget(table.entry, table.load, {
          sink,
          ownership,
          checkpoint: this.checkpoint,
          limitRows: truncateAsDeletesUpToRows,
        })
      if (table.load.formatClash)
        throw new SyncError('TRANSACTION_REPLANNED', 'the format changed within a large transaction', {
          table: table.entry.schema.id,
        })
    }
  }

  /** When the values that updates left out are too many for memory, the rows that are whole go ahead as a part. */
  async #fill(batch: Batch, table: BatchTable): Promise<void> {
    const { entry, load } = table
    const { sink, source, signals, maxBatchBytes } = this.#deps
    const exact = entry.isExactAt(this.checkpoint.endLsn)
    const partsBefore = this.#parts.partsOf(load.table)
    // What a truncate deletes is not sent before it.
    const roomBytes = load.truncated ? Number.POSITIVE_INFINITY : Math.ceil(maxBatchBytes / 2)
    for (;;) {
      const { sent } = this.#parts
      const situation = { entry, load, exact, roomBytes, partsBefore }
      const aheadUntilLsn = await fillUnchangedValues(situation, { sink, source, signals, sent })
      if (aheadUntilLsn !== null) noteAhead(batch, entry, aheadUntilLsn)
      if (load.body.pending.size === 0 || load.formatClash) return
      // From here on the batch cannot be sent again from memory.
      batch.partsSent++
      const pending = load.body.takePending()
      await this.#sendNow([table])
      load.body.putBack(pending)
    }
  }

  /** Sends what the tables have, as a part. @throws {SyncError} */
  async #sendNow(tables: readonly BatchTable[]): Promise<void> {
    if (this.#deps.lessons.tryPartsFirst) await this.#tryLoads(tables)
    this.#writer ??= await this.#open()
    if (this.#writer === null) throw new SyncError('SINK_TRANSACTION_LOST', 'the batch was already in the target')
    await this.#parts.send(this.#writer, tables)
  }

  async #afterFailure(
    batch: Batch,
    failed: { readonly error: SyncError; readonly attempt: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const { clock, random, signals } = this.#deps
    this.#tellFailed(batch, failed.error)
    await this.close()
    const reaction = failureReaction(failed.error, batch)
    if (reaction === 'stop' || reaction === 'restart') throw failed.error
    if (reaction === 'blame') {
      await this.#blame(batch, failed.error)
      return
    }
    const waitMs = backOffMs(failed.attempt, RETRY_BOUNDS, random)
    signals.emit({ tag: 'attempt-failed', what: 'batch', error: failed.error, retryInMs: waitMs })
    await clock.sleep(waitMs, failed.signal)
  }

  /** Rows that the target refuses are told of by the state of their table; here are those that could not be brought there. */
  #tellFailed(batch: Batch, error: SyncError): void {
    if (error.retry === 'manual') return
    const tables = [...countsByTable(batch)].flatMap(([table, { inserts, updates, deletes }]) => {
      const rows = inserts + updates + deletes
      return rows > 0 ? [{ table, rows }] : []
    })
    if (tables.length > 0) this.#deps.signals.emit({ tag: 'rows-failed', code: error.code, tables })
  }

  /** Loads each table's rows alone, without committing, and takes out the tables that are refused. @throws {SyncError} when there are any. */
  async #tryLoads(tables: readonly BatchTable[]): Promise<void> {
    const rejected = await this.#deps.sink.findRejected(loadsOf(tables), this.#deps.ownership)
    for (const { table, reason, rowKey } of rejected) this.#deps.quarantine(table, { reason, rowKey })
    if (rejected.length > 0) throw new SyncError('TRANSACTION_REPLANNED', 'a row of a large transaction was refused')
  }

  /** A large transaction was refused for a row. What is not in memory cannot be sent again: the next session leaves the table out, or finds it. */
  #blameLarge(error: SyncError): never {
    if (error.table) this.#deps.quarantine(error.table, { reason: error.message, rowKey: error.rowKey })
    else this.#deps.lessons.tryPartsFirst = true
    throw new SyncError('TRANSACTION_REPLANNED', 'a row of a large transaction was refused', { cause: error })
  }

  /** Finds the tables whose rows are refused and takes them out of the batch. */
  async #blame(batch: Batch, error: SyncError): Promise<void> {
    if (batch.partsSent > 0) this.#blameLarge(error)
    const rejected =
      error.table === undefined
        ? await this.#deps.sink.findRejected(await allLoads(batch), this.#deps.ownership)
        : [{ table: error.table, reason: error.message, rowKey: error.rowKey }]
    if (rejected.length === 0)
      throw new SyncError('INTERNAL', 'rows were refused, but no table alone is', { cause: error })
    for (const { table, reason, rowKey } of rejected)
      batch.leaveOut(table, this.#deps.quarantine(table, { reason, rowKey }))
    this.#deps.signals.emit({ tag: 'attempt-failed', what: 'batch', error, retryInMs: 0 })
  }
}
