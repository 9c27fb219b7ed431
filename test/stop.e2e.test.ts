import assert from 'node:assert/strict'
import { expect, it } from 'vitest'
import { differencesOf } from './support/compare-tables.ts'
import { openDatabase } from './support/postgres.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { untilStreaming } from './support/transfers.ts'
import { waitFor } from './support/wait-for.ts'

it('ends within ten seconds of SIGTERM although the target does not answer, and nothing is lost', async () => {
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  await source.query('create table items (id int primary key)')
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name })
  const start = async () => {
    const service = new ServiceProcess(file.path)
    await untilStreaming(standIn, { database: source.name, tables: 1, story: () => service.story })
    return service
  }
  await using first = await start()
  const started = performance.now()
  await standIn.faults([{ match: { path: 'commit' }, action: 'delay', ms: 120_000, times: 1 }])
  await source.query('insert into items values (1)')
  // The batch is on its way when no further one is committed for a while; then the commit hangs.
  await waitFor(() => performance.now() - started > 1_500, { describe: 'the batch to be sent' })
  const asked = performance.now()
  first.kill('SIGTERM')
  expect((await first.ended).code).toBe(0)
  expect(performance.now() - asked).toBeLessThan(10_000)
  await standIn.clearFaults()
  await using second = await start()
  await waitFor(async () => (await differencesOf(source, standIn, 'items', `${source.name}.items`)).length === 0, {
    timeoutMs: 30_000,
    describe: () => second.story,
  })
  assert.deepEqual(await differencesOf(source, standIn, 'items', `${source.name}.items`), [])
  await second[Symbol.asyncDispose]()
  await source.dropReplication()
})
