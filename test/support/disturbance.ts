import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import type { TestDatabase } from './postgres.ts'

const PAUSE_MS = 300

/**
 * Has every kind of step taken until it is disposed of: asks for a copy of `savings`, empties `scratch` and fills it again, and makes
 * a new table when it is told to.
 */
export class Disturbance implements AsyncDisposable {
  /** Whether it does anything. */
  disturbs = true
  /** Whether new tables are made. */
  makesTables = false
  readonly #source: TestDatabase
  readonly #stop = new AbortController()
  readonly #running: Promise<void>

  constructor(source: TestDatabase) {
    this.#source = source
    this.#running = this.#run()
  }

  async #run(): Promise<void> {
    const client = await this.#source.connect()
    // A process that is stopped within a chunk holds its lock for a while: nobody else waits for that.
    await client.query("set lock_timeout = '200ms'")
    try {
      for (let round = 0; !this.#stop.signal.aborted; round++) {
        if (this.disturbs) await this.#disturb(client, round)
        await delay(PAUSE_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined)
      }
    } finally {
      await client.end()
    }
  }

  async #disturb(client: Client, round: number): Promise<void> {
    const request = JSON.stringify({ do: 'resync', table: 'public.savings' })
    const orLocked = (sql: string) => client.query(sql).catch(() => undefined)
    await client.query(`select pg_logical_emit_message(false, 'pg_starrocks_sync:shop', $1)`, [request])
    await orLocked('truncate scratch')
    await orLocked('insert into scratch select generate_series(1, 3) on conflict do nothing')
    if (this.makesTables) await client.query(`create table extra_${round} (id int primary key)`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }
}
