import { setTimeout as delay } from 'node:timers/promises'
import { parseLsn } from '../../src/core/lsn.ts'
import type { TestDatabase } from './postgres.ts'
import type { StandInProcess } from './stand-in-process.ts'

/** Between two looks: a batch takes longer, and the cores are for those who are tested. */
const PAUSE_MS = 20

/**
 * Looks again and again whether what the source may forget is in the target, and keeps every time that it was not. The slot is asked
 * first: the checkpoint may move in between, and never goes back.
 */
export class SlotWatch implements AsyncDisposable {
  readonly wrong: string[] = []
  /** Looks that were taken. */
  count = 0
  readonly #running: Promise<void>
  #stopping = false

  constructor(source: TestDatabase, standIn: StandInProcess) {
    this.#running = this.#run(source, standIn)
  }

  async #run(source: TestDatabase, standIn: StandInProcess): Promise<void> {
    const client = await source.connect()
    try {
      while (!this.#stopping) {
        const { rows } = await client.query<{ lsn: string }>(
          'select confirmed_flush_lsn::text as lsn from pg_replication_slots where database = $1',
          [source.name],
        )
        const [row] = await standIn.query(`select end_lsn from ${source.name}._sync_checkpoint`)
        this.#compare(rows[0]?.lsn ?? '', String(row?.['end_lsn']))
        await delay(PAUSE_MS)
      }
    } finally {
      await client.end()
    }
  }

  #compare(confirmed: string, held: string): void {
    this.count++
    if (parseLsn(confirmed) > parseLsn(held)) this.wrong.push(`the slot is at ${confirmed}, the checkpoint at ${held}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    await this.#running
  }
}
