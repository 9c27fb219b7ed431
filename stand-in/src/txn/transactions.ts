import type { IncomingHttpHeaders } from 'node:http'
import type { Catalog } from '../catalog/catalog.ts'
import type { TableDef } from '../catalog/table-def.ts'
import type { Clock } from '../clock.ts'
import type { ErrorLogs } from '../load/error-log.ts'
import { LoadFailure } from '../load/field-row.ts'
import { type LoadParams, loadParams, paramsForVersion } from '../load/load-params.ts'
import { TableLoad } from '../load/table-load.ts'
import { messageOf } from '../stand-in-error.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Settings } from '../settings.ts'
import type { Duck } from '../storage/duck.ts'
import { type Publication, publicationOf, strikeAfter, strikeBefore } from './commit-faults.ts'
import type { DataQuota } from './data-quota.ts'
import type { LabelTable } from './label-table.ts'
import type { Publisher } from './publisher.ts'
import type { TaskJournal } from './task-journal.ts'
import { Transaction } from './transaction.ts'
import type { TxnLimits } from './txn-limits.ts'
import type { ServerVersion } from '../version.ts'
import { TxnRefusal } from './txn-refusal.ts'
import type { BeginRequest, CommitRequest } from './txn-request.ts'
import { record } from './txn-store.ts'

/** What transactions work with. */
export interface TransactionsDeps {
  readonly duck: Duck
  readonly catalog: Catalog
  readonly labels: LabelTable
  readonly publisher: Publisher
  readonly errorLogs: ErrorLogs
  readonly clock: Clock
  readonly version: ServerVersion
  readonly settings: Settings
  readonly limits: TxnLimits
  readonly quota: DataQuota
  readonly metrics: Metrics
  readonly tasks: TaskJournal
  /** Whether loads into this table are counted and thrown away. */
  readonly throwsAway: (table: TableDef) => boolean
}

/** Begins, feeds, ends transactions of every kind; the HTTP listeners and SQL statements only word the answers. */
export class Transactions {
  readonly labels: LabelTable
  readonly limits: TxnLimits
  /** Since the start, for the metrics of the FE (8). */
  readonly counts = { begun: 0, rejected: 0, visible: 0, aborted: 0 }
  readonly #deps: TransactionsDeps

  constructor(deps: TransactionsDeps) {
    this.#deps = deps
    this.labels = deps.labels
    this.limits = deps.limits
  }

  /** @throws {TxnRefusal} when a limit forbids it (7). */
  begin(request: BeginRequest): Transaction {
    const { limits, catalog, clock, labels } = this.#deps
    try {
      limits.checkBegin(request)
    } catch (error) {
      this.counts.rejected++
      throw error
    }
    const txn = new Transaction({ ...request, id: request.id ?? catalog.nextId(), nowMs: clock.nowMs() })
    txn.idleTimeoutMs = request.idleTimeoutMs
    txn.backEndId = request.backEndId
    labels.add(txn)
    if (txn.kind === 'multi') this.#deps.tasks.begin(txn)
    this.counts.begun++
    return txn
  }

  /**
   * A body for one table begins: checks the headers and the accumulated size (2).
   * @throws {LoadFailure} when the load cannot go into this transaction; the caller aborts it.
   */
  openLoad(txn: Transaction, table: TableDef, headers: IncomingHttpHeaders): TableLoad {
    const inTransaction = txn.kind === 'single' || txn.kind === 'multi'
    const params = paramsForVersion(loadParams(headers, inTransaction), this.#deps.version)
    const existing = txn.loads.get(table.name)
    if (existing !== undefined && existing.params.identity !== params.identity) {
      throw new LoadFailure('load request not equal last.')
    }
    this.#deps.limits.checkAnnounced(txn, params, headers)
    return existing ?? this.addLoad(txn, table, params)
  }

  /** The rows of one table of the transaction, which nothing has been written to yet. */
  addLoad(txn: Transaction, table: TableDef, params: LoadParams): TableLoad {
    const { errorLogs, clock, publisher } = this.#deps
    const load = new TableLoad({
      table,
      params,
      unterminatedIsRefused: txn.kind !== 'plain',
      errors: errorLogs.open(`${txn.id}_${table.id}`, {
        keeps: params.rejectedRecords,
        folders: [txn.database, txn.label],
      }),
      maxLineBytes: this.#deps.settings.number('csv_line_limit_bytes'),
      nowMs: clock.nowMs(),
      stageName: `s${txn.id}_${table.id}`,
      connection: () => publisher.connectionOf(txn),
      throwAway: this.#deps.throwsAway(table),
      emptyIsError: this.#deps.settings.isOn('empty_load_as_error'),
      maxKeyBytes: this.#deps.settings.number('primary_key_limit_size'),
    })
    txn.loads.set(table.name, load)
    txn.tableNames.add(table.name)
    return load
  }

  /** The client is alive: the idle timeout starts again. */
  touch(txn: Transaction): void {
    txn.lastActiveMs = this.#deps.clock.nowMs()
  }

  /** A request works on the transaction; `leave` must follow. */
  enter(txn: Transaction, request: string): void {
    txn.busy.add(request)
    this.touch(txn)
  }

  /** The request is over; the last one to leave a finished transaction releases what it held. */
  async leave(txn: Transaction, request: string): Promise<void> {
    txn.busy.delete(request)
    this.touch(txn)
    if (txn.isFinal && txn.busy.size === 0) await this.#deps.publisher.release(txn)
  }

  /**
   * PREPARE to VISIBLE, or to COMMITTED when the publication takes longer than the caller waits.
   * @returns whether it is visible on return.
   * @throws {LoadFailure} when the rows are not good enough; the transaction is then ABORTED.
   */
  async commit(txn: Transaction, request: CommitRequest = {}): Promise<boolean> {
    const { fault } = request
    this.#beginEnd(txn)
    try {
      this.#judge(txn)
      this.#deps.limits.checkVersions(txn)
      strikeBefore(fault)
      const publication = publicationOf(request, this.#deps.settings.number('publish_ms'))
      if (publication !== undefined) {
        await this.#deps.publisher.harden(txn, 'COMMITTED')
        return await this.#publishLater(txn, publication)
      }
      await this.#deps.publisher.publish(txn)
    } catch (error) {
      txn.isEnding = false
      this.#refuseIfLost(txn)
      await this.abort(txn, messageOf(error))
      if (fault?.action === 'false-ok') return true
      throw error
    }
    await this.#close(txn)
    strikeAfter(fault)
    return true
  }

  /** COMMITTED now, VISIBLE after the delay and before any later commit of the same tables. */
  async #publishLater(txn: Transaction, { delayMs, waitMs }: Publication): Promise<boolean> {
    const published = this.publishCommitted(txn, delayMs)
    if (delayMs <= waitMs) {
      await published
      return true
    }
    void published.catch(() => undefined)
    if (waitMs > 0) await new Promise<void>((resolve) => void this.#deps.clock.after(waitMs, resolve))
    return false
  }

  #beginEnd(txn: Transaction): void {
    if (txn.isFinal || txn.isEnding) throw new LoadFailure('current transaction is aborted')
    txn.isEnding = true
  }

  /** A back end that restarted in the middle knows nothing of the transaction: its rows went from under the work. */
  #refuseIfLost(txn: Transaction): void {
    if (txn.status !== 'ABORTED') return
    throw new TxnRefusal('TXN_NOT_EXISTS', `transaction with label ${txn.label} not exists`)
  }

  /** Finishes every load and adds up its counters. */
  #judge(txn: Transaction): void {
    let failure: Error | undefined
    for (const load of txn.loads.values()) {
      try {
        load.finish()
      } catch (error) {
        failure ??= error instanceof Error ? error : new LoadFailure(String(error))
      }
      txn.counts.total += load.counts.total
      txn.counts.filtered += load.counts.filtered
      txn.counts.unselected += load.counts.unselected
      txn.counts.loaded += load.loadedRows
      txn.counts.bytes += load.receivedBytes
      if (!load.errors.isEmpty) txn.errorLog = load.errors.name
      txn.rejectedPath ??= load.errors.rejectedPath
      txn.trackingLog += load.errors.text
    }
    if (failure !== undefined) throw failure
  }

  /** Ends what a publish timeout, or a restart, left COMMITTED. */
  async publishCommitted(txn: Transaction, delayMs = 0): Promise<void> {
    if (txn.status !== 'COMMITTED') return
    await this.#deps.publisher.lockedPublishHardened(txn, delayMs)
    await this.#close(txn)
  }

  /** PREPARE to PREPARED: the rows are judged and survive a restart (2). */
  async prepare(txn: Transaction, timeoutMs: number | undefined): Promise<void> {
    this.#beginEnd(txn)
    try {
      this.#judge(txn)
      txn.preparedTimeoutMs =
        timeoutMs ?? this.#deps.settings.number('prepared_transaction_default_timeout_second') * 1000
      txn.preparedMs = this.#deps.clock.nowMs()
      await this.#deps.publisher.harden(txn, 'PREPARED')
    } catch (error) {
      txn.isEnding = false
      this.#refuseIfLost(txn)
      await this.abort(txn, messageOf(error))
      throw error
    }
    txn.isEnding = false
  }

  /** PREPARED to VISIBLE, or to COMMITTED when the publication takes longer than the caller waits. */
  async commitPrepared(txn: Transaction, request: CommitRequest = {}): Promise<boolean> {
    this.#beginEnd(txn)
    try {
      strikeBefore(request.fault)
      const publication = publicationOf(request, this.#deps.settings.number('publish_ms'))
      if (publication !== undefined) {
        await this.#deps.publisher.harden(txn, 'COMMITTED')
        return await this.#publishLater(txn, publication)
      }
      await this.#deps.publisher.lockedPublishHardened(txn)
    } finally {
      txn.isEnding = false
    }
    await this.#close(txn)
    return true
  }

  /** Ends a transaction without effect. Safe to call again. */
  async abort(txn: Transaction, reason: string): Promise<void> {
    if (txn.isFinal || txn.isEnding || txn.status === 'COMMITTED') return
    const wasRecorded = txn.status === 'PREPARED'
    txn.status = 'ABORTED'
    txn.reason = reason
    txn.finishMs = this.#deps.clock.nowMs()
    // Recorded before its label can be evicted: what is forgotten first would come back at the next start.
    await record(this.#deps.duck, txn, wasRecorded)
    await this.#close(txn)
  }

  async #close(txn: Transaction): Promise<void> {
    if (txn.kind === 'multi') this.#deps.tasks.end(txn)
    if (txn.status === 'VISIBLE') txn.multiState = 'COMMITED'
    if (txn.status === 'ABORTED') txn.multiState = 'CANCELLED'
    this.labels.finish(txn)
    this.#deps.limits.release(txn)
    if (txn.status === 'VISIBLE') {
      this.counts.visible++
      this.#deps.metrics.visible(txn)
    } else this.counts.aborted++
    if (txn.busy.size === 0) await this.#deps.publisher.release(txn)
    if (txn.status === 'VISIBLE') await this.#deps.quota.refresh(txn.database)
  }

  /** Ends a transaction as if it had never been: nobody finds its label any more, but for the task of a multi-table one. */
  async drop(txn: Transaction, reason: string): Promise<void> {
    if (txn.kind === 'multi') {
      txn.finishMs = this.#deps.clock.nowMs()
      this.labels.loseTask(txn)
    } else {
      this.labels.drop(txn)
      Object.assign(txn, { status: 'ABORTED', reason })
    }
    this.#deps.limits.release(txn)
    if (txn.busy.size === 0) await this.#deps.publisher.release(txn)
  }
}
