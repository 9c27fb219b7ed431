import assert from 'node:assert/strict'
import fc from 'fast-check'
import { it } from 'vitest'
import { parseLsn } from '../src/core/lsn.ts'
import { differencesOf } from './support/compare-tables.ts'
import { openDatabase, type TestDatabase } from './support/postgres.ts'
import { type RandomTransaction, randomSessions, runSession, tablesSql } from './support/random-workload.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { waitFor } from './support/wait-for.ts'

/** Workloads that run side by side through one pipeline, each on tables of its own. */
const AT_ONCE = 8

/** A third of each session's transactions comes at once, the next while the tables are copied, the last when they stream. */
const THIRDS = [null, /./, /^streaming$/]
const SEED = process.env['SEED']
const RUNS = process.env['TEST_LONG'] ? 1000 : Number(process.env['RUNS'] ?? 200)

/** One pipeline for all runs: each run brings tables of its own, which are copied while its sessions work. */
class Both {
  readonly source: TestDatabase
  readonly standIn: StandInProcess
  readonly service: ServiceProcess
  #run = 0

  constructor(source: TestDatabase, standIn: StandInProcess, service: ServiceProcess) {
    this.source = source
    this.standIn = standIn
    this.service = service
  }

  async play(sessions: readonly (readonly RandomTransaction[])[]): Promise<void> {
    const run = ++this.#run
    const tables = { plain: `plain_${run}`, wide: `wide_${run}`, full: `full_${run}` }
    await this.source.query(tablesSql(tables, 20))
    const clients = await Promise.all(sessions.map(() => this.source.connect()))
    try {
      for (const [third, state] of THIRDS.entries()) {
        if (state !== null) await this.#until(async () => await this.#areAll(Object.values(tables), state))
        const work = sessions.map((transactions) => thirdOf(transactions, third))
        await Promise.all(clients.map((client, i) => runSession(client, tables, work[i] ?? [])))
      }
    } finally {
      await Promise.all(clients.map((client) => client.end()))
    }
    await this.#settled(Object.values(tables))
    for (const table of Object.values(tables)) {
      const differences = await differencesOf(this.source, this.standIn, table, `${this.source.name}.${table}`)
      assert.deepEqual(differences, [], table)
    }
    await this.source.query(`drop table ${Object.values(tables).join(', ')}`)
  }

  /** Waits until the target holds everything up to now and the tables stream. */
  async #settled(tables: readonly string[]): Promise<void> {
    const [position] = await this.source.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn')
    const end = parseLsn(position?.lsn ?? '')
    const { name } = this.source
    await this.#until(async () => {
      const [row] = await this.standIn.query(`select end_lsn from ${name}._sync_checkpoint`)
      return parseLsn(String(row?.['end_lsn'])) >= end && (await this.#areAll(tables, /^streaming$/))
    })
  }

  async #areAll(tables: readonly string[], state: RegExp): Promise<boolean> {
    const records = await this.standIn.query(`select source_table, state from ${this.source.name}._sync_tables`)
    const states = new Map(records.map((record) => [record['source_table'], String(record['state'])]))
    return tables.every((table) => state.test(states.get(`public.${table}`) ?? ''))
  }

  async #until(holds: () => Promise<boolean>): Promise<void> {
    const describe = (): string => this.service.story
    await waitFor(
      async () => {
        if (!this.service.isRunning) throw new Error('the service ended')
        return await holds()
      },
      { timeoutMs: 20_000, describe },
    )
  }
}

function thirdOf<T>(all: readonly T[], third: number): readonly T[] {
  const at = (n: number): number => Math.round((all.length * n) / 3)
  return all.slice(at(third), at(third + 1))
}

it('ends equal after anything that several sessions do while their tables are copied', async () => {
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  await source.query(`alter database ${source.name} set logical_decoding_work_mem = '64kB'`)
  const more = 'logging: { level: INFO }'
  const sync = '  discovery_interval: 100ms\n  checkpoint_interval: 1s\n  max_batch_rows: 300'
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name, more, sync })
  await using service = new ServiceProcess(file.path)
  const both = new Both(source, standIn, service)
  await fc.assert(
    fc.asyncProperty(fc.array(randomSessions, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (workloads) => {
      await Promise.all(workloads.map((sessions) => both.play(sessions)))
    }),
    { numRuns: RUNS / AT_ONCE, endOnFailure: true, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
  )
  await service[Symbol.asyncDispose]()
  await source.dropReplication()
})
