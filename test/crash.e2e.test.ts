import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { FAIL_POINTS } from '../src/core/fail-points.ts'
import { endedWhileDisturbed } from './support/ended-while-disturbed.ts'
import { openDatabase } from './support/postgres.ts'
import { seededRandom } from './support/seeded-random.ts'
import { writePipelineFile } from './support/service-process.ts'
import { ServiceStarts } from './support/service-starts.ts'
import { SlotWatch } from './support/slot-watch.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { makeAccounts, TotalReader, Transfers, untilStreaming } from './support/transfers.ts'
import { expectEqual, untilCaughtUp } from './support/until-equal.ts'

const KILLS = process.env['TEST_LONG'] ? 500 : Number(process.env['KILLS'] ?? 50)

/**
 * A rollback follows a failure of the target; a checkpoint load and a ledger of their own belong to the converging guarantee. They are
 * reached in per-table.e2e.test.ts.
 */
const UNREACHED = /rollback|batch.checkpoint|batch.tables|ledger/

/** Positions are confirmed three times in it: often enough for a process that lives a second. */
const SENDER_TIMEOUT_MS = 1_500

it.concurrent(`never shows a total that the source never had, through ${KILLS} kills at random instants`, async () => {
  const { random, seed } = seededRandom()
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  await makeAccounts(source)
  await source.query(`alter database ${source.name} set wal_sender_timeout = '${SENDER_TIMEOUT_MS}ms'`)
  const sync = '  checkpoint_interval: 1s'
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name, sync })
  await using last = new ServiceStarts(file.path)
  await untilStreaming(standIn, { database: source.name, tables: 2, story: () => last.service.story })
  await using transfers = new Transfers(source, random)
  await using reader = new TotalReader(standIn, source.name)
  await using watch = new SlotWatch(source, standIn)
  for (let kill = 0; kill < KILLS; kill++) {
    await delay(100 + random() * 1500)
    last.service.kill('SIGKILL')
    assert.deepEqual(watch.wrong, [], `seed ${seed}`)
    await last.restart()
  }
  await transfers[Symbol.asyncDispose]()
  await untilCaughtUp(source, standIn, last.service)
  await reader[Symbol.asyncDispose]()
  await watch[Symbol.asyncDispose]()
  assert.deepEqual(watch.wrong, [], `seed ${seed}`)
  assert.deepEqual(reader.wrong, [], `seed ${seed}`)
  expect(reader.count).toBeGreaterThan(KILLS)
  expect(watch.count).toBeGreaterThan(KILLS)
  expect(transfers.count).toBeGreaterThan(KILLS)
  await expectEqual(source, standIn)
  await last[Symbol.asyncDispose]()
  await source.dropReplication()
})

it.concurrent('never shows a total that the source never had when it is killed at any durable step', async () => {
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
  await using watch = new SlotWatch(source, standIn)
  const missed: string[] = []
  for (const point of FAIL_POINTS.filter((name) => !UNREACHED.test(name))) {
    last.service.kill('SIGKILL')
    assert.deepEqual(watch.wrong, [], `seed ${seed}`)
    // A session takes over once; every other step is taken again and again.
    const occurrence = point.startsWith('takeover') || random() < 0.5 ? 1 : 2
    await last.restart({ SYNC_FAIL_POINT: `${point}:${occurrence}:SIGKILL` })
    const ending = await endedWhileDisturbed({ source, standIn, service: last.service }, point)
    if (ending !== 'SIGKILL') missed.push(point)
  }
  last.service.kill('SIGKILL')
  await last.restart()
  await transfers[Symbol.asyncDispose]()
  await untilCaughtUp(source, standIn, last.service)
  await untilStreaming(standIn, { database: source.name, tables: 3, story: () => last.service.story })
  await reader[Symbol.asyncDispose]()
  await watch[Symbol.asyncDispose]()
  assert.deepEqual(watch.wrong, [], `seed ${seed}`)
  assert.deepEqual(reader.wrong, [], `seed ${seed}`)
  expect(missed).toEqual([])
  await expectEqual(source, standIn)
  await last[Symbol.asyncDispose]()
  await source.dropReplication()
})
