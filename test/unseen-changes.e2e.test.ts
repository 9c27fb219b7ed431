import { expect, it } from 'vitest'
import { openDatabase } from './support/postgres.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { untilStreaming } from './support/transfers.ts'
import { expectEqual, untilCaughtUp } from './support/until-equal.ts'
import { waitFor } from './support/wait-for.ts'

const TABLES = ['events', 'logs', 'items', 'orders']

it('finds at its start what happened without an event while it did not run, and copies just those tables anew', async () => {
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  const run = async (...statements: readonly string[]) => {
    for (const sql of statements) await source.query(sql)
  }
  for (const table of ['events', 'logs'])
    await run(
      `create table ${table} (id int primary key, name text) partition by range (id)`,
      ...[0, 1, 2].map(
        (n) => `create table ${table}_${n} partition of ${table} for values from (${n}00) to (${n + 1}00)`,
      ),
      `insert into ${table} select i, 'name ' || i from generate_series(0, 299) i`,
    )
  for (const table of ['items', 'orders'])
    await run(`create table ${table} (id int primary key, name text)`, `insert into ${table} values (1, 'a'), (2, 'b')`)
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name })
  const streaming = (service: ServiceProcess) =>
    untilStreaming(standIn, { database: source.name, tables: 4, story: () => service.story })
  {
    await using first = new ServiceProcess(file.path)
    await streaming(first)
  }
  await run(
    'alter table events detach partition events_0',
    'drop table events_1',
    'truncate events_2',
    'create table events_3 (id int primary key, name text)',
    `insert into events_3 values (300, 'attached')`,
    'alter table events attach partition events_3 for values from (300) to (400)',
    'create table logs_3 partition of logs for values from (300) to (400)',
    `insert into logs values (300, 'streamed')`,
    'drop table items',
    'create table items (id int primary key, name text)',
    `insert into items values (7, 'made again')`,
    `update orders set name = 'changed' where id = 1`,
  )
  await using again = new ServiceProcess(file.path)
  const copied = () =>
    again.lines.filter((line) => line['message'] === 'Table is copied anew').map((line) => String(line['table']))
  await waitFor(() => copied().length >= 2, { timeoutMs: 15_000, describe: () => again.story })
  await untilCaughtUp(source, standIn, again)
  await streaming(again)
  await expectEqual(source, standIn, TABLES)
  expect(new Set(copied())).toEqual(new Set(['public.events', 'public.items']))
  await again[Symbol.asyncDispose]()
  await source.dropReplication()
})
