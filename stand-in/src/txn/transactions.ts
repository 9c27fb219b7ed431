import type { IncomingHttpHeaders } from 'node:http'
import type { Catalog } from '../catalog/catalog.ts'
import type { TableDef } from '../catalog/table-def.ts'
import type { Clock } from '../clock.ts'
import type { Fault } from '../fault.ts'
import type { ErrorLogs } from '../load/error-log.ts'
import { LoadFailure } from '../load/field-row.ts'
import { type LoadParams, loadParams } from '../load/load-params.ts'
import { TableLoad } from '../load/table-load.ts'
import { messageOf } from '../stand-in-error.ts'
import type { Duck } from '../storage/duck.ts'
import type { LabelTable } from './label-table.ts'
import type { Publisher } from './publisher.ts'
import { Transaction, type TxnKind } from './transaction.ts'
import { TxnRefusal } from './txn-refusal.ts'
import { record } from './txn-store.ts'

/** What transactions work with. */
export interface TransactionsDeps {
  readonly duck: Duck
  readonly catalog: Catalog
  readonly labels: LabelTable
  readonly publisher: Publisher
  readonly errorLogs: ErrorLogs
  readonly clock: Clock
  readonly maxRunning: number
  /** Whether loads into this table are counted and thrown away. */
  readonly throwsAway: (table: TableDef) => boolean
}

/** `streaming_load_max_mb` and `streaming_load_max_batch_size_mb` in bytes (reference/starrocks.md 1.8). */
const maxBodyBytes = 102400 * 1024 * 1024
const maxJsonBytes = 104857600

/** `prepared_transaction_default_timeout_second` (2). */
const preparedTimeoutMs = 86_400_000

/** What a new transaction is begun with. */
export interface BeginRequest {
  readonly database: string
  readonly label: string
  readonly kind: TxnKind
  readonly table?: TableDef | undefined
  readonly timeoutMs: number
  readonly idleTimeoutMs?: number | undefined
}

/** Begins, feeds, ends transactions of every kind; the HTTP listeners and SQL statements only word the answers. */
export class Transactions {
  readonly labels: LabelTable
  readonly #deps: TransactionsDeps

  constructor(deps: TransactionsDeps) {
    this.#deps = deps
    this.labels = deps.labels
  }

  /** @throws {TxnRefusal} when the database runs as many transactions as it may (7). */
  begin(request: BeginRequest): Transaction {
    const { labels, catalog, clock, maxRunning } = this.#deps
    const running = labels.runningIn(request.database)
    if (running >= maxRunning) {
      throw new TxnRefusal(
        'INTERNAL_ERROR',
        `current running txns on db ${catalog.database(request.database).id} is ${running}, larger than limit ${maxRunning}`,
      )
    }
    const txn = new Transaction({ ...request, id: catalog.nextId(), nowMs: clock.nowMs() })
    txn.idleTimeoutMs = request.idleTimeoutMs
    labels.add(txn)
    return txn
  }

  /**
   * A body for one table begins: checks the headers and the accumulated size (2).
   * @throws {LoadFailure} when the load cannot go into this transaction; the caller aborts it.
   */
  openLoad(txn: Transaction, table: TableDef, headers: IncomingHttpHeaders): TableLoad {
    const inTransaction = txn.kind !== 'plain'
    const params = loadParams(headers, inTransaction)
    const existing = txn.loads.get(table.name)
    if (existing !== undefined && existing.params.identity !== params.identity) {
      throw new LoadFailure('load request not equal last.')
    }
    this.#checkSize(txn, params, headers)
    return existing ?? this.addLoad(txn, table, params)
  }

  /** The rows of one table of the transaction, which nothing has been written to yet. */
  addLoad(txn: Transaction, table: TableDef, params: LoadParams): TableLoad {
    const { errorLogs, clock, publisher } = this.#deps
    const load = new TableLoad({
      table,
      params,
      unterminatedIsRefused: txn.kind === 'single' || txn.kind === 'multi',
      errors: errorLogs.open(`${txn.id}_${table.id}`),
      nowMs: clock.nowMs(),
      stageName: `s${txn.id}_${table.id}`,
      connection: () => publisher.connectionOf(txn),
      throwAway: this.#deps.throwsAway(table),
    })
    txn.loads.set(table.name, load)
    txn.tableNames.add(table.name)
    return load
  }

  #checkSize(txn: Transaction, params: LoadParams, headers: IncomingHttpHeaders): void {
    txn.bodyBytes += Number(headers['content-length'] ?? 0)
    const brief = `id=${txn.id}, job_id=-1, txn_id: ${txn.id}, label=${txn.label}, db=${txn.database}`
    if (txn.bodyBytes > maxBodyBytes) {
      throw new LoadFailure(
        `body size ${txn.bodyBytes} exceed limit: ${maxBodyBytes}, ${brief}. You can increase the limit by setting streaming_load_max_mb in be.conf.`,
      )
    }
    if (params.format === 'json' && !params.ignoreJsonSize && txn.bodyBytes > maxJsonBytes) {
      throw new LoadFailure(
        `The size of this batch exceed the max size [${maxJsonBytes}]  of json type data  data [ ${txn.bodyBytes} ]. Set ignore_json_size to skip the check, although it may lead huge memory consuming.`,
      )
    }
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
   * PREPARE to VISIBLE. `publish-timeout` leaves it COMMITTED for a while.
   * @returns whether it is visible on return.
   * @throws {LoadFailure} when the rows are not good enough; the transaction is then ABORTED.
   */
  async commit(txn: Transaction, fault?: Fault): Promise<boolean> {
    this.#beginEnd(txn)
    try {
      this.#judge(txn)
      this.#strike(fault)
      if (fault?.action === 'publish-timeout') {
        await this.#commitSlowly(txn, fault.ms)
        return false
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
    return true
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

  #strike(fault: Fault | undefined): void {
    if (fault?.action === 'fail' || fault?.action === 'false-ok') throw new LoadFailure(fault.text)
    if (fault?.action === 'too-many-versions') {
      throw new LoadFailure('Too many versions. tablet_id: 10012, version_count: 1230, limit: 1000, replica_state: 0')
    }
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
      txn.trackingLog += load.errors.text
    }
    if (failure !== undefined) throw failure
  }

  /** COMMITTED now, VISIBLE after `delayMs`, and before any later commit of the same tables. */
  async #commitSlowly(txn: Transaction, delayMs: number): Promise<void> {
    await this.#deps.publisher.harden(txn, 'COMMITTED')
    void this.publishCommitted(txn, delayMs).catch(() => undefined)
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
      txn.preparedTimeoutMs = timeoutMs ?? preparedTimeoutMs
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

  /** PREPARED to VISIBLE. */
  async commitPrepared(txn: Transaction, fault?: Fault): Promise<boolean> {
    this.#beginEnd(txn)
    try {
      this.#strike(fault)
      if (fault?.action === 'publish-timeout') {
        await this.#commitSlowly(txn, fault.ms)
        return false
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
    await this.#close(txn)
    await record(this.#deps.duck, txn, wasRecorded)
  }

  async #close(txn: Transaction): Promise<void> {
    if (txn.status === 'VISIBLE') txn.multiState = 'COMMITED'
    if (txn.status === 'ABORTED') txn.multiState = 'CANCELLED'
    this.labels.finish(txn)
    if (txn.busy.size === 0) await this.#deps.publisher.release(txn)
  }

  /** Transactions that have taken, or been left alone for, too long are ended (2, 2.1). */
  async abortOverdue(): Promise<void> {
    const nowMs = this.#deps.clock.nowMs()
    for (const txn of Array.from(this.labels.open)) {
      const idle =
        txn.status === 'PREPARE' && txn.idleTimeoutMs !== undefined && nowMs - txn.lastActiveMs > txn.idleTimeoutMs
      const late = txn.status === 'PREPARE' && nowMs - txn.beginMs > txn.timeoutMs
      const unclaimed = txn.status === 'PREPARED' && nowMs - (txn.preparedMs ?? nowMs) > txn.preparedTimeoutMs
      if (idle || late || unclaimed) await this.abort(txn, 'timeout by txn manager')
    }
    this.labels.forgetOld(nowMs)
  }

  /** What a BE restart does: PREPARE is lost, PREPARED survives (2). */
  async loseUnprepared(reason: string): Promise<number> {
    const lost = [...this.labels.open].filter((txn) => txn.status === 'PREPARE')
    for (const txn of lost) await this.abort(txn, reason)
    return lost.length
  }
}
