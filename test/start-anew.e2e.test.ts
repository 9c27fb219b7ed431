import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { differencesOf } from './support/compare-tables.ts'
import { openDatabase } from './support/postgres.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { untilStreaming } from './support/transfers.ts'

const run = promisify(execFile)
const MAIN = new URL('../src/main.ts', import.meta.url).pathname

it('refuses to start when its slot is gone, and resync --all mends it, deletes of the meantime included', async () => {
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  await source.query('create table items (id int primary key, name text)')
  await source.query(`insert into items select i, 'item ' || i from generate_series(1, 100) i`)
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name })
  const streaming = (service: ServiceProcess) =>
    untilStreaming(standIn, { database: source.name, tables: 1, story: () => service.story })
  {
    await using first = new ServiceProcess(file.path)
    await streaming(first)
  }
  await source.query(`select pg_drop_replication_slot('${source.name}_slot')`)
  await source.query('delete from items where id <= 50')
  await using refused = new ServiceProcess(file.path)
  expect((await refused.ended).code).toBe(1)
  expect(refused.story).toContain('SLOT_MISSING')
  expect(refused.story).toContain('sync-app resync --all')
  await run(process.execPath, [MAIN, 'resync', '--all', '--config', file.path])
  const startedAtMs = performance.now()
  await using again = new ServiceProcess(file.path)
  await streaming(again)
  // Its first label is known from before: that is no reason to wait for a row that cannot come.
  expect(performance.now() - startedAtMs).toBeLessThan(15_000)
  assert.deepEqual(await differencesOf(source, standIn, 'items', `${source.name}.items`), [])
  await again[Symbol.asyncDispose]()
  await source.dropReplication()
})
