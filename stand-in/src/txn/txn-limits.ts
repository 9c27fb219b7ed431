import type { IncomingHttpHeaders } from 'node:http'
import type { Catalog } from '../catalog/catalog.ts'
import { LoadFailure } from '../load/field-row.ts'
import type { LoadParams } from '../load/load-params.ts'
import type { Settings } from '../settings.ts'
import type { TabletVersions } from '../storage/tablet-versions.ts'
import type { DataQuota } from './data-quota.ts'
import type { LabelTable } from './label-table.ts'
import type { BeginRequest } from './txn-request.ts'
import type { Transaction } from './transaction.ts'
import { TxnRefusal } from './txn-refusal.ts'

/** What the limits look at. */
export interface LimitsDeps {
  readonly settings: Settings
  readonly labels: LabelTable
  readonly catalog: Catalog
  readonly quota: DataQuota
  readonly versions: TabletVersions
}

/** FeNameFormat.java: hyphens are allowed, whatever the manual says (reference/starrocks.md 1.2). */
const labelForm = /^[-\w]{1,128}$/

/** The limits that bite (7): each throws what StarRocks says. All of them are settings. */
export class TxnLimits {
  readonly #deps: LimitsDeps
  /** Bytes of the bodies of transactions that are not over. */
  #heldBytes = 0

  constructor(deps: LimitsDeps) {
    this.#deps = deps
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  /** `streaming_load_max_mb` (1.8). */
  get maxBodyBytes(): number {
    return this.#deps.settings.number('streaming_load_max_mb') * 1024 * 1024
  }

  /**
   * In the order of FrontendServiceImpl.loadTxnBegin and DatabaseTransactionMgr.beginTransaction.
   * @throws {TxnRefusal} when no transaction can begin.
   */
  checkBegin(request: BeginRequest): void {
    this.#checkBackEnd(request)
    this.#checkTimeout(request)
    this.#deps.quota.check(request.database)
    if (!labelForm.test(request.label)) {
      throw new TxnRefusal('INTERNAL_ERROR', `Label format error. regex: ^[-\\w]{1,128}$, label: ${request.label}`)
    }
    const { labels, catalog, settings } = this.#deps
    const running = labels.runningIn(request.database)
    const limit = settings.number('max_running_txn_num_per_db')
    if (running < limit) return
    const { id } = catalog.database(request.database)
    throw new TxnRefusal('INTERNAL_ERROR', `current running txns on db ${id} is ${running}, larger than limit ${limit}`)
  }

  /** Of stream loads and transactions of one table (GlobalTransactionMgr.checkValidTimeoutSecond). */
  #checkTimeout({ kind, timeoutMs }: BeginRequest): void {
    if (kind === 'multi' || kind === 'insert') return
    const { settings } = this.#deps
    const [least, most] = [
      settings.number('min_load_timeout_second'),
      settings.number('max_stream_load_timeout_second'),
    ]
    const seconds = timeoutMs / 1000
    if (seconds >= least && seconds <= most) return
    throw new TxnRefusal(
      'INTERNAL_ERROR',
      `Invalid timeout: ${seconds}. Timeout should between ${least} and ${most} seconds`,
    )
  }

  #checkBackEnd({ backEndId }: BeginRequest): void {
    const limit = this.#deps.settings.number('stream_load_max_txn_num_per_be')
    if (limit < 0 || backEndId === undefined) return
    let count = 0
    for (const txn of this.#deps.labels.open) if (txn.isRunning && txn.backEndId === backEndId) count++
    if (count < limit) return
    throw new TxnRefusal(
      'INTERNAL_ERROR',
      `streamload txn num per be exceeds limit, be: 127.0.0.1, txn_num: ${count}, limit: ${limit}`,
    )
  }

  /**
   * A body is announced: its size counts with those before it in the transaction (2).
   * @throws {LoadFailure} when that is too much.
   */
  checkAnnounced(txn: Transaction, params: LoadParams, headers: IncomingHttpHeaders): void {
    const { settings } = this.#deps
    txn.bodyBytes += Number(headers['content-length'] ?? 0)
    const maxBytes = this.maxBodyBytes
    if (txn.bodyBytes > maxBytes) {
      const brief = `id=${txn.id}, job_id=-1, txn_id: ${txn.id}, label=${txn.label}, db=${txn.database}`
      throw new LoadFailure(
        `body size ${txn.bodyBytes} exceed limit: ${maxBytes}, ${brief}. You can increase the limit by setting streaming_load_max_mb in be.conf.`,
      )
    }
    const maxJsonBytes = settings.number('streaming_load_max_batch_size_mb') * 1024 * 1024
    if (params.format === 'json' && !params.ignoreJsonSize && txn.bodyBytes > maxJsonBytes) {
      throw new LoadFailure(
        `The size of this batch exceed the max size [${maxJsonBytes}]  of json type data  data [ ${txn.bodyBytes} ]. Set ignore_json_size to skip the check, although it may lead huge memory consuming.`,
      )
    }
  }

  /**
   * A piece of a body has arrived; `bodyBytes` is the body so far.
   * @throws {LoadFailure} when all open loads together are too large.
   * @throws {TxnRefusal} when a JSON body of a transaction is.
   */
  checkReceived(txn: Transaction, params: LoadParams, size: { readonly piece: number; readonly body: number }): void {
    const { settings } = this.#deps
    const jsonLimit = settings.number('json_payload_limit_bytes')
    if (params.format === 'json' && (txn.kind === 'single' || txn.kind === 'multi') && size.body > jsonLimit) {
      throw new TxnRefusal(
        'MEM_LIMIT_EXCEEDED',
        `payload size [${size.body}] of single write beyond the JSON payload limit [${jsonLimit}]`,
      )
    }
    txn.heldBytes += size.piece
    this.#heldBytes += size.piece
    const memoryLimit = settings.number('mem_limit')
    if (memoryLimit === 0 || this.#heldBytes <= memoryLimit) return
    throw new LoadFailure(
      `Memory of process exceed limit. Start execute plan fragment. Backend: 127.0.0.1, Used: ${this.#heldBytes}, Limit: ${memoryLimit}. Mem usage has exceed the limit of BE`,
    )
  }

  /** A transaction is over: what it held is free. */
  release(txn: Transaction): void {
    this.#heldBytes -= txn.heldBytes
    txn.heldBytes = 0
  }

  /** @throws {LoadFailure} when a table that the transaction loads into has too many versions. */
  checkVersions(txn: Transaction): void {
    for (const load of txn.loads.values()) {
      const refusal = this.#deps.versions.refusal(load.table.id)
      if (refusal !== undefined) throw new LoadFailure(refusal)
    }
  }
}
