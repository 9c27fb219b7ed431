import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { readStatus } from '../src/app/read-status.ts'
import { requestOfPipeline } from '../src/app/request-resync.ts'
import { systemClock } from '../src/app/system-clock.ts'
import { verify } from '../src/app/verify.ts'
import type { Config } from '../src/config/config.ts'
import { loadConfig } from '../src/config/load-config.ts'
import { tableId } from '../src/core/table-id.ts'
import { openDatabase, type TestDatabase } from './support/postgres.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { waitFor } from './support/wait-for.ts'

const clock = systemClock()
const around = () => ({ clock, abort: AbortSignal.timeout(60_000) })

const TABLES = `
create table plain (id int primary key, name text, at timestamptz, price numeric(10,2), ratio float8, flag boolean, doc jsonb, raw bytea);
insert into plain select i, 'n' || i, timestamptz '2026-01-01 00:00:00.123456Z' + i * interval '1 hour', i / 7.0, i / 3.0, i % 2 = 0,
  jsonb_build_object('b', i, 'a', null), decode(md5(i::text), 'hex') from generate_series(1, 500) i;
create table people (id int primary key, name text, secret text, region text not null);
insert into people select i, 'p' || i, 'hidden' || i, (array['eu', 'us'])[1 + i % 2] from generate_series(1, 100) i;
create table odd (code bytea, day date, kind boolean, words text[], size numeric(6,3), primary key (code, day, kind, words, size));
insert into odd select decode(md5(i::text), 'hex'), date '2026-01-01' + i, i % 2 = 0, array['a "b"', i::text], i / 8.0 from generate_series(1, 40) i;
`

const ROUTES = `tables:
  - { source: public.people, exclude_columns: [secret], where: "region = 'eu'", delete: soft }
  - source: public.*
`

const changes = async (database: TestDatabase) => {
  await database.query(`update people set region = 'us' where id = 2`)
  await database.query(`update people set region = 'eu' where id = 1`)
  await database.query('delete from people where id in (3, 4)')
  await database.query(`update plain set id = -id, name = E'\\\\N' where id in (5, 6)`)
  await database.query('update odd set size = 0 where day = $1', ['2026-01-02'])
  await database.query('delete from plain where id = 7')
}

async function compare(config: Config, tables: 'all' | readonly string[] = 'all') {
  const sentences: string[] = []
  const wanted = tables === 'all' ? tables : tables.map((name) => tableId('public', name))
  const report = await verify(config, {
    tables: wanted,
    showValues: true,
    actor: 'cli:anna',
    ...around(),
    onProgress: (sentence) => sentences.push(sentence),
  })
  const differences = report.tables.flatMap((table) => table.differences.map((one) => ({ table: table.table, ...one })))
  const unsettled = report.tables.reduce((sum, table) => sum + table.rowsUnsettled, 0)
  return { report, differences, unsettled, sentences }
}

const untilStreaming = async (config: Config, service: ServiceProcess) => {
  await waitFor(
    async () => {
      const { tables } = await readStatus(config, clock)
      return tables.length === 3 && tables.every(({ state }) => state.tag === 'streaming')
    },
    { timeoutMs: 60_000, describe: () => `every table to stream\n${service.story}` },
  )
}

test('verify names exactly the rows that differ, whether the service runs or not', async () => {
  await using database = await openDatabase()
  await using standIn = await StandInProcess.start()
  await database.query(TABLES)
  await using file = await writePipelineFile({
    sourceUrl: database.url,
    standIn,
    database: database.name,
    more: ROUTES,
  })
  const { config } = loadConfig(file.path, {})
  await using service = new ServiceProcess(file.path)
  await untilStreaming(config, service)
  await changes(database)

  const equal = await compare(config)
  expect(equal).toMatchObject({ differences: [], unsettled: 0, report: { notCompared: [] } })
  expect(equal.report.tables.map(({ table, rowsCompared }) => [table, rowsCompared])).toEqual(
    expect.arrayContaining([
      ['public.odd', 40],
      ['public.people', 49],
      ['public.plain', 499],
    ]),
  )

  const target = `\`${database.name}\``
  await standIn.query(`delete from ${target}.plain where id = 10`)
  await standIn.query(`update ${target}.plain set name = 'other', flag = null where id = 11`)
  await standIn.query(`insert into ${target}.people (id, name, region) values (1000, 'x', 'eu')`)
  const names = expect.any(Array)
  const expected = [
    { table: 'public.people', key: ['1000'], kind: 'surplus', columns: [], values: [] },
    { table: 'public.plain', key: ['10'], kind: 'missing', columns: [], values: [] },
    {
      table: 'public.plain',
      key: ['11'],
      kind: 'different',
      columns: ['name', 'flag'],
      values: [
        { source: 'n11', target: 'other' },
        { source: '0', target: null },
      ],
    },
  ]
  const inOrder = (found: readonly { table: string; key: readonly string[] }[]) =>
    found.toSorted((a, b) => (`${a.table} ${a.key.join()}` < `${b.table} ${b.key.join()}` ? -1 : 1))
  expect(inOrder((await compare(config)).differences)).toEqual(expected)
  const program = new URL('../src/main.ts', import.meta.url).pathname
  const call = promisify(execFile)(process.execPath, [program, 'verify', '--config', file.path, 'plain', '--json'])
  const failure = await call.catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 1, stdout: expect.stringContaining('"rows_different": 2') })

  service.kill('SIGTERM')
  await service.ended
  const stopped = await compare(config)
  expect(inOrder(stopped.differences)).toEqual(expected)
  expect(stopped.sentences[0]).toMatch(/^no service is connected: the target stands at [0-9A-F/]+$/)

  await database.query(`update plain set name = 'later' where id = 20`)
  const pending = await compare(config)
  expect(inOrder(pending.differences)).toEqual(expected)
  expect(pending.unsettled).toBe(1)
  expect(pending.sentences[0]).toContain('only be late')
  await database.query('delete from plain where id = 30')
  const removing = await compare(config)
  expect(inOrder(removing.differences)).toEqual(expected.filter(({ kind }) => kind !== 'surplus'))
  expect(removing.unsettled).toBe(3)
  expect(await readStatus(config, clock)).toMatchObject({ slot: { activePid: null }, tables: names })
  await database.dropReplication()
})

test('resync, pause and resume reach the running service, and status tells what came of it', async () => {
  await using database = await openDatabase()
  await using standIn = await StandInProcess.start()
  await database.query(TABLES)
  await using file = await writePipelineFile({ sourceUrl: database.url, standIn, database: database.name })
  const { config } = loadConfig(file.path, {})
  const [plain, odd] = [tableId('public', 'plain'), tableId('public', 'odd')]
  {
    await using service = new ServiceProcess(file.path)
    await untilStreaming(config, service)
    await standIn.query(`update \`${database.name}\`.plain set name = 'other' where id = 11`)
    const wait = { onProgress: () => undefined }
    await requestOfPipeline(config, { by: 'cli:anna', do: 'resync', tables: [plain], wait, ...around() })
    expect(await compare(config)).toMatchObject({ differences: [], report: { notCompared: [] } })

    await requestOfPipeline(config, { by: 'cli:anna', do: 'pause', tables: [odd], wait, ...around() })
    await database.query('delete from odd')
    expect(await compare(config)).toMatchObject({
      differences: [],
      report: { notCompared: [{ table: odd, reason: 'it is paused' }] },
    })
    const { tables } = await readStatus(config, clock)
    expect(tables.map(({ table, state }) => [table, state.tag])).toEqual([
      [odd, 'paused'],
      ['public.people', 'streaming'],
      [plain, 'streaming'],
    ])
    await requestOfPipeline(config, { by: 'cli:anna', do: 'resume', tables: 'all', wait, ...around() })
    expect(await compare(config)).toMatchObject({ differences: [], report: { notCompared: [] } })
    await expect(
      requestOfPipeline(config, { by: 'cli:anna', do: 'pause', tables: [tableId('public', 'nope')], ...around() }),
    ).rejects.toThrow(/the source has no table public\.nope/)
  }
  await database.dropReplication()
})
