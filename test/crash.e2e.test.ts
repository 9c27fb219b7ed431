import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { FAIL_POINTS } from '../src/core/fail-points.ts'
import { openDatabase, type TestDatabase } from './support/postgres.ts'
import { seededRandom } from './support/seeded-random.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { makeAccounts, TotalReader, Transfers, untilStreaming } from './support/transfers.ts'
import { expectEqual, untilCaughtUp } from './support/until-equal.ts'

const KILLS = process.env['TEST_LONG'] ? 500 : Number(process.env['KILLS'] ?? 50)

/** A rollback follows a failure of the target; a checkpoint load and a ledger of their own belong to the converging guarantee. */
const UNREACHED = /rollback|batch.checkpoint|batch.tables|ledger/

it(`never shows a total that the source never had, through ${KILLS} kills at random instants`, async () => {
  const { random, seed } = seededRandom()
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  await makeAccounts(source)
  const sync = '  checkpoint_interval: 1s'
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name, sync })
  await using last = new ServiceStarts(file.path)
  await untilStreaming(standIn, { database: source.name, tables: 2, story: () => last.service.story })
  await using transfers = new Transfers(source, random)
  await using reader = new TotalReader(standIn, source.name)
  for (let kill = 0; kill < KILLS; kill++) {
    await delay(100 + random() * 1500)
    last.service.kill('SIGKILL')
    await last.restart()
  }
  await transfers[Symbol.asyncDispose]()
  await untilCaughtUp(source, standIn, last.service)
  await reader[Symbol.asyncDispose]()
  assert.deepEqual(reader.wrong, [], `seed ${seed}`)
  expect(reader.count).toBeGreaterThan(KILLS)
  expect(transfers.count).toBeGreaterThan(KILLS)
  await expectEqual(source, standIn)
  await last[Symbol.asyncDispose]()
  await source.dropReplication()
})

it('never shows a total that the source never had when it is killed at any durable step', async () => {
  const { random, seed } = seededRandom()
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  await makeAccounts(source)
  await source.query('create table scratch (id int primary key)')
  const sync = '  truncate_as_deletes_up_to: 0\n  discovery_interval: 500ms'
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name, sync })
  await using last = new ServiceStarts(file.path)
  await untilStreaming(standIn, { database: source.name, tables: 3, story: () => last.service.story })
  await using transfers = new Transfers(source, random)
  await using reader = new TotalReader(standIn, source.name)
  const missed: string[] = []
  for (const point of FAIL_POINTS.filter((name) => !UNREACHED.test(name))) {
    last.service.kill('SIGKILL')
    // A session takes over once; every other step is taken again and again.
    const occurrence = point.startsWith('takeover') || random() < 0.5 ? 1 : 2
    await last.restart({ SYNC_FAIL_POINT: `${point}:${occurrence}:SIGKILL` })
    const ending = await endedWhileDisturbed(source, last.service, point)
    if (ending !== 'SIGKILL') missed.push(point)
  }
  last.service.kill('SIGKILL')
  await last.restart()
  await transfers[Symbol.asyncDispose]()
  await untilCaughtUp(source, standIn, last.service)
  await untilStreaming(standIn, { database: source.name, tables: 3, story: () => last.service.story })
  await reader[Symbol.asyncDispose]()
  assert.deepEqual(reader.wrong, [], `seed ${seed}`)
  expect(missed).toEqual([])
  await expectEqual(source, standIn)
  await last[Symbol.asyncDispose]()
  await source.dropReplication()
})

/** Asks for a copy, empties a table and makes new ones until the service ends, so that every kind of step is taken. */
async function endedWhileDisturbed(
  source: TestDatabase,
  service: ServiceProcess,
  point: string,
): Promise<NodeJS.Signals | null> {
  const request = JSON.stringify({ do: 'resync', table: 'public.savings' })
  for (let round = 0; round < 25; round++) {
    await source.query(`select pg_logical_emit_message(false, 'pg_starrocks_sync:shop', $1)`, [request])
    await source.query('truncate scratch')
    await source.query('insert into scratch select generate_series(1, 3)')
    if (point.startsWith('table.'))
      await source.query(`create table extra_${round}_${point.length} (id int primary key)`)
    const ending = await Promise.race([service.ended, delay(1_000, null)])
    if (ending) return ending.signal
  }
  return null
}

/** One service after the other on the same file. */
class ServiceStarts implements AsyncDisposable {
  service: ServiceProcess
  readonly #path: string

  constructor(path: string) {
    this.#path = path
    this.service = new ServiceProcess(path)
  }

  /** Starts the next one once the one before is gone. */
  async restart(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.service.isRunning) await this.service.ended
    this.service = new ServiceProcess(this.#path, environment)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]()
  }
}
