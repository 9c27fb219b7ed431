import pg from 'pg'
import type { Random } from '../../../core/clock.ts'
import { newCounts, type MutableCounts, type ShopCounts } from './shop-counts.ts'
import type { ShopSize } from './shop-data.ts'

const DEADLOCK = '40P01'

/** What all sessions of a shop share. */
export interface ShopFloor {
  readonly size: ShopSize
  /** Highest number given out so far; each session takes further ones from here. */
  readonly last: { order: number; auditEntry: number; visit: number; event: number }
  /** Whether the table `promotions` is there yet. */
  hasPromotions: boolean
}

/** One customer or clerk: a connection, its dice and the count of what it committed. */
export class ShopSession implements AsyncDisposable {
  readonly random: Random
  readonly floor: ShopFloor
  /** What the transaction at hand did; added to `counts` when it commits. */
  pending: MutableCounts = newCounts()
  readonly #counts: MutableCounts = newCounts()
  readonly #client: pg.Client

  private constructor(client: pg.Client, random: Random, floor: ShopFloor) {
    this.#client = client
    this.random = random
    this.floor = floor
  }

  /** Connects; the caller disposes of the session. */
  static async open(url: string, random: Random, floor: ShopFloor): Promise<ShopSession> {
    const client = new pg.Client({ connectionString: url, application_name: 'shop' })
    // A connection that is lost shows in the next statement.
    client.on('error', () => undefined)
    await client.connect()
    return new ShopSession(client, random, floor)
  }

  /** What was committed so far. */
  get counts(): ShopCounts {
    return this.#counts
  }

  /** Runs a statement and counts the rows that it changed. Returns its rows. */
  async run(sql: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> {
    const { command, rowCount, rows } = await this.#client.query<Record<string, unknown>>(sql, [...values])
    const count = rowCount ?? 0
    if (command === 'INSERT') this.pending.inserts += count
    if (command === 'UPDATE') this.pending.updates += count
    if (command === 'DELETE') this.pending.deletes += count
    return rows
  }

  /** Runs `work` as one transaction; it may answer `rollback`. A deadlock is counted and forgotten: the work is not done. */
  async transact(work: (session: ShopSession) => Promise<'rollback' | void>): Promise<void> {
    this.pending = newCounts()
    try {
      await this.#client.query('begin')
      const wish = await work(this)
      await this.#client.query(wish === 'rollback' ? 'rollback' : 'commit')
      if (wish === 'rollback') this.#counts.rollbacks += 1
      else this.#commitPending()
    } catch (error) {
      if (!isDeadlock(error)) throw error
      await this.#client.query('rollback')
      this.#counts.deadlocks += 1
    }
  }

  /** Runs `work` behind a savepoint and takes it back. */
  async runAndTakeBack(work: () => Promise<unknown>): Promise<void> {
    const before = { ...this.pending }
    await this.#client.query('savepoint detour')
    await work()
    await this.#client.query('rollback to savepoint detour')
    this.pending = { ...before, savepoints: before.savepoints + 1 }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end().catch(() => undefined)
  }

  #commitPending(): void {
    this.pending.transactions += 1
    addCounts(this.#counts, this.pending)
  }
}

/** Adds `more` to `sum`. */
export function addCounts(sum: MutableCounts, more: ShopCounts): void {
  sum.transactions += more.transactions
  sum.inserts += more.inserts
  sum.updates += more.updates
  sum.deletes += more.deletes
  sum.keyChanges += more.keyChanges
  sum.untouchedLargeValues += more.untouchedLargeValues
  sum.rollbacks += more.rollbacks
  sum.savepoints += more.savepoints
  sum.deadlocks += more.deadlocks
  sum.truncates += more.truncates
  sum.addedTables += more.addedTables
  sum.largeTransactions += more.largeTransactions
}

function isDeadlock(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === DEADLOCK
}
