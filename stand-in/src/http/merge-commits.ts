import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { TableDef } from '../catalog/table-def.ts'
import type { Clock } from '../clock.ts'
import type { Fault } from '../fault.ts'
import { loadParams } from '../load/load-params.ts'
import { messageOf } from '../stand-in-error.ts'
import type { Transaction } from '../txn/transaction.ts'
import type { Transactions } from '../txn/transactions.ts'

/** One request of a merge commit. */
export interface MergeRequest {
  readonly table: TableDef
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly intervalMs: number
  readonly backEndId: number
  readonly timeoutMs: number
  readonly fault: Fault | undefined
}

/** The transaction that a request became part of. */
export interface Merged {
  readonly txn: Transaction
  /** How long the transaction still took requests. */
  readonly leftMs: number
  /** Resolves to how it ended; never rejects. */
  readonly ended: Promise<MergeEnd>
}

/** How the whole group ended, for each of its requests. */
export interface MergeEnd {
  readonly status: 'Success' | 'Publish Timeout' | 'Fail'
  readonly message: string
}

interface Group {
  readonly txn: Transaction
  readonly closeAtMs: number
  readonly ended: Promise<MergeEnd>
  queue: Promise<void>
  failure: Error | undefined
}

/**
 * Merge commit (reference/starrocks.md 2.3): requests for one table with the same parameters that come within one
 * interval are one transaction, whose label is the server's. One bad row fails them all.
 */
export class MergeCommits {
  readonly #groups = new Map<string, Group>()
  readonly #transactions: Transactions
  readonly #clock: Clock
  /** Requests that wait for their transaction. */
  readonly pending = { requests: 0, bytes: 0 }

  constructor(transactions: Transactions, clock: Clock) {
    this.#transactions = transactions
    this.#clock = clock
  }

  /**
   * Adds a body to the group of its like, and opens one if there is none.
   * @throws {Error} when no transaction can begin or the body cannot be taken.
   */
  async append(request: MergeRequest): Promise<Merged> {
    const key = groupKey(request)
    const group = this.#groups.get(key) ?? this.#open(key, request)
    this.pending.requests++
    this.pending.bytes += request.body.length
    void group.ended.then(() => {
      this.pending.requests--
      this.pending.bytes -= request.body.length
    })
    group.queue = group.queue.then(() => this.#write(group, request))
    await group.queue
    const leftMs = Math.max(0, group.closeAtMs - this.#clock.nowMs())
    return { txn: group.txn, leftMs, ended: group.ended }
  }

  #open(key: string, request: MergeRequest): Group {
    const { table, intervalMs } = request
    const txn = this.#transactions.begin({
      database: table.database,
      label: `merge_commit_${randomUUID()}`,
      kind: 'merge',
      table,
      timeoutMs: request.timeoutMs,
      backEndId: request.backEndId,
    })
    this.#transactions.enter(txn, table.name)
    const { promise: ended, resolve } = Promise.withResolvers<MergeEnd>()
    const closeAtMs = this.#clock.nowMs() + intervalMs
    const group: Group = { txn, closeAtMs, ended, queue: Promise.resolve(), failure: undefined }
    this.#groups.set(key, group)
    this.#clock.after(intervalMs, () => {
      this.#groups.delete(key)
      void this.#commit(group, request).then(resolve)
    })
    return group
  }

  async #write(group: Group, { table, headers, body }: MergeRequest): Promise<void> {
    if (group.failure !== undefined) return
    try {
      const load = this.#transactions.openLoad(group.txn, table, headers)
      await load.write(body)
      load.endBody()
    } catch (error) {
      group.failure = error instanceof Error ? error : new Error(String(error))
    }
  }

  async #commit(group: Group, { table, fault, timeoutMs }: MergeRequest): Promise<MergeEnd> {
    const { txn } = group
    try {
      await group.queue
      if (group.failure !== undefined) throw group.failure
      const visible = await this.#transactions.commit(txn, { fault, waitMs: timeoutMs })
      if (visible) return { status: 'Success', message: 'OK' }
      return { status: 'Publish Timeout', message: 'Load has not been published before timeout' }
    } catch (error) {
      await this.#transactions.abort(txn, messageOf(error))
      return { status: 'Fail', message: `Load is aborted, reason: ${messageOf(error)}` }
    } finally {
      await this.#transactions.leave(txn, table.name)
    }
  }
}

/** Everything that must be the same. */
function groupKey({ table, headers, intervalMs }: MergeRequest): string {
  const { identity } = loadParams(headers, false)
  const others = ['merge_commit_parallel', 'merge_commit_async', 'timeout', 'max_filter_ratio', 'warehouse']
  return JSON.stringify([table.id, identity, intervalMs, ...others.map((name) => headers[name] ?? null)])
}
