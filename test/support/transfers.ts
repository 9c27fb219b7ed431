import { setTimeout as delay } from 'node:timers/promises'
import type { TestDatabase } from './postgres.ts'
import type { StandInProcess } from './stand-in-process.ts'
import { waitFor } from './wait-for.ts'

const ACCOUNTS = 100
const OPENING_BALANCE = 1000

/** Between two transfers, and between two readings: the cores are for those who are tested. */
const TRANSFER_PAUSE_MS = 5
const READ_PAUSE_MS = 20

/** The sum of both tables, always. */
export const TOTAL = 2 * ACCOUNTS * OPENING_BALANCE

/** Makes the two tables whose sum is constant. */
export async function makeAccounts(source: TestDatabase): Promise<void> {
  for (const table of ['checking', 'savings']) {
    await source.query(`create table ${table} (id int primary key, balance bigint, note text)`)
    await source.query(`alter table ${table} alter column note set storage external`)
    await source.query(
      `insert into ${table} select i, ${OPENING_BALANCE}, repeat('note', 1000) || i from generate_series(1, ${ACCOUNTS}) i`,
    )
  }
}

/** Moves money between the two tables, in transactions of both, until it is disposed of. */
export class Transfers implements AsyncDisposable {
  /** Committed transfers. */
  count = 0
  readonly #source: TestDatabase
  readonly #random: () => number
  readonly #running: Promise<void>
  #stopping = false

  constructor(source: TestDatabase, random: () => number) {
    this.#source = source
    this.#random = random
    this.#running = this.#run()
  }

  async #run(): Promise<void> {
    const client = await this.#source.connect()
    try {
      while (!this.#stopping) {
        const from = 1 + Math.floor(this.#random() * ACCOUNTS)
        const to = 1 + Math.floor(this.#random() * ACCOUNTS)
        const amount = Math.floor(this.#random() * 50)
        const [giver, taker] = this.#random() < 0.5 ? ['checking', 'savings'] : ['savings', 'checking']
        await client.query(
          `begin;
           update ${giver} set balance = balance - ${amount} where id = ${from};
           update ${taker} set balance = balance + ${amount} where id = ${to};
           ${this.#random() < 0.9 ? 'commit' : 'rollback'}`,
        )
        this.count++
        await delay(TRANSFER_PAUSE_MS)
      }
    } finally {
      await client.end()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    await this.#running
  }
}

/** Sums both tables at the target in one query, again and again, and keeps every total that is wrong. */
export class TotalReader implements AsyncDisposable {
  readonly wrong: string[] = []
  /** Totals that were read. */
  count = 0
  readonly #running: Promise<void>
  #stopping = false

  constructor(standIn: StandInProcess, database: string) {
    this.#running = this.#run(standIn, database)
  }

  async #run(standIn: StandInProcess, database: string): Promise<void> {
    while (!this.#stopping) {
      const [row] = await this.#read(
        standIn,
        `select (select sum(balance) from ${database}.checking) + (select sum(balance) from ${database}.savings) as total,
                (select checkpoint_number from ${database}._sync_checkpoint) as number`,
      )
      if (row === undefined) continue
      this.count++
      const total = Number(row?.['total'])
      if (total !== TOTAL) this.wrong.push(`${total} at checkpoint ${JSON.stringify(row?.['number'])}`)
      await delay(READ_PAUSE_MS)
    }
  }

  /** Nothing when the query met a table that was dropped while it was planned: one that a copy has just replaced. */
  async #read(standIn: StandInProcess, sql: string): Promise<readonly Record<string, unknown>[]> {
    try {
      return await standIn.query(sql)
    } catch (error) {
      if (error instanceof Error && /does not exist|Unknown table/.test(error.message)) return []
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    await this.#running
  }
}

/** Waits until all tables stream, and they are this many at least. */
export async function untilStreaming(
  standIn: StandInProcess,
  where: { readonly database: string; readonly tables: number; readonly story: () => string },
): Promise<void> {
  await waitFor(
    async () => {
      const records = await standIn.query(`select state from ${where.database}._sync_tables`)
      return records.length >= where.tables && records.every((record) => record['state'] === 'streaming')
    },
    { timeoutMs: 60_000, describe: where.story },
  )
}
