import assert from 'node:assert/strict'
import { expect, it } from 'vitest'
import { NUMBER_AND_TIME_CASES } from '../src/sink/starrocks/testing/number-and-time-cases.ts'
import { TEXT_AND_DOCUMENT_CASES } from '../src/sink/starrocks/testing/text-and-document-cases.ts'
import { openTypeDatabase, printed, titleOf, type TypeCase } from '../src/sink/starrocks/testing/type-case.ts'
import { openDatabase } from './support/postgres.ts'
import { runCommand } from './support/run-command.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { untilStreaming } from './support/transfers.ts'
import { expectEqual, untilCaughtUp } from './support/until-equal.ts'
import { waitFor } from './support/wait-for.ts'

/** A case and the table that has its literals: with even ids from before the copy, with odd ids from the stream. */
const TWINS = [...NUMBER_AND_TIME_CASES, ...TEXT_AND_DOCUMENT_CASES]
  .filter((one) => one.asKey !== true && one.values.length > 0)
  .map((one, number) => ({ one, table: `twins_${number}` }))

const insertOf = ({ one, table }: (typeof TWINS)[number], shift: number): string =>
  `insert into ${table} values ${one.values.map((literal, n) => `(${2 * n + shift}, (${literal})::${one.sql})`).join(', ')}`

it('gives the same value for the same literal, whether it was copied or streamed, for every type', async () => {
  await using source = await openTypeDatabase()
  await using standIn = await StandInProcess.start()
  for (const twin of TWINS) {
    await source.query(`create table ${twin.table} (id int primary key, v ${twin.one.sql})`)
    await source.query(insertOf(twin, 0))
  }
  const chosen = TWINS.flatMap(({ one, table }) =>
    one.columnType === undefined
      ? []
      : [`  - { source: public.${table}, column_types: { v: ${JSON.stringify(one.columnType)} } }`],
  )
  const more = `tables:\n${[...chosen, '  - source: public.*'].join('\n')}`
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name, more })
  await using service = new ServiceProcess(file.path)
  const story = () => service.story
  await untilStreaming(standIn, { database: source.name, tables: TWINS.length, story })
  for (const twin of TWINS) await source.query(insertOf(twin, 1))
  await untilCaughtUp(source, standIn, service)
  for (const { one, table } of TWINS) {
    const rows = await standIn.query(`select id, v from ${source.name}.${table} order by id`)
    const values = rows.map(({ v }) => (Buffer.isBuffer(v) ? v.toString('hex') : v))
    const copied = values.filter((_, n) => n % 2 === 0)
    assert.equal(copied.length, one.values.length, titleOf(one))
    const streamed = values.filter((_, n) => n % 2 === 1)
    assert.deepEqual(streamed, copied, titleOf(one))
    const wanted = isPlainText(one) ? await printed(source, one, one.oracle ?? 'v', one.values) : copied
    assert.deepEqual(copied, wanted, titleOf(one))
  }
  const verified = await runCommand(['verify', '--config', file.path], 60_000)
  assert.equal(verified.code, 0, verified.text)
  await service[Symbol.asyncDispose]()
  await source.dropReplication()
})

/** The target holds what the source prints, letter by letter; other forms are compared by `verify`. */
const isPlainText = (one: TypeCase): boolean => one.target.startsWith('VARCHAR') && one.json !== true

const SHAPES = `
create table parts (id int, region text, v text, primary key (id, region)) partition by list (region);
create table parts_eu partition of parts for values in ('eu');
create table parts_us partition of parts for values in ('us');
create table loose (id int, region text, v text, primary key (id, region));
create table whole (id int primary key, v text, body text);
alter table whole replica identity full;
create table by_index (id int not null, v text, unique (id));
alter table by_index replica identity using index by_index_id_key;
create table no_key (v text);
create table secrets (id int primary key, v text, secret text);
create table filtered (id int primary key, region text, v text);
insert into parts select i, case when i % 2 = 0 then 'eu' else 'us' end, 'v' || i from generate_series(1, 20) i;
insert into loose select i, 'asia', 'v' || i from generate_series(101, 110) i;
insert into whole select i, 'v' || i, repeat('b', 3000) from generate_series(1, 9) i;
insert into by_index select i, 'v' || i from generate_series(1, 9) i;
insert into no_key values ('x');
insert into secrets select i, 'v' || i, 'geheim' from generate_series(1, 9) i;
insert into filtered select i, case when i % 2 = 0 then 'eu' else 'us' end, 'v' || i from generate_series(1, 10) i;`

const CHANGES = `
update parts set region = 'eu' where id = 1;
delete from parts where id = 2;
update whole set v = 'new', id = 20 where id = 1;
delete from whole where id = 2;
update by_index set v = 'new' where id = 1;
delete from by_index where id = 2;
update secrets set v = 'new', secret = 'GEHEIM' where id = 1;
update filtered set region = 'eu', v = 'came' where id = 1;
update filtered set region = 'us', v = 'went' where id = 2;
update filtered set id = 40 where id = 4;
delete from filtered where id in (5, 6);
insert into filtered values (50, 'us', 'out'), (51, 'eu', 'in');`

it('follows tables of every shape, and refuses one without a key while the others go on', async () => {
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  const { name } = source
  await source.query(SHAPES)
  const [version] = await source.query<{ n: string }>(`select current_setting('server_version_num') as n`)
  const hasGenerated = Number(version?.n) >= 180_000
  if (hasGenerated)
    await source.query('create table made (id int primary key, n int, twice int generated always as (n * 2) stored)')
  const more = `tables:
  - { source: public.secrets, exclude_columns: [secret] }
  - { source: public.filtered, where: "region = 'eu'" }
  - source: public.*`
  const sync = '  discovery_interval: 300ms'
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: name, sync, more })
  await using service = new ServiceProcess(file.path)
  await untilStreaming(standIn, { database: name, tables: hasGenerated ? 7 : 6, story: () => service.story })
  expect(service.lines.find((line) => line['table'] === 'public.no_key')).toMatchObject({ error_type: 'TABLE_NO_KEY' })
  await source.query(`begin; ${CHANGES} commit`)
  if (hasGenerated)
    await source.query(
      'insert into made values (1, 21); update made set n = 4 where id = 1; insert into made values (2, null)',
    )
  const equal = ['parts', 'loose', 'whole', 'by_index', ...(hasGenerated ? ['made'] : [])]
  await untilCaughtUp(source, standIn, service)
  await expectEqual(source, standIn, equal)
  const texts = (rows: readonly Record<string, unknown>[]) =>
    rows.map((row) => Object.entries(row).map(([column, value]) => `${column}=${String(value)}`))
  const expectSame = async (columns: string, table: string, where = 'true') => {
    const wanted = await source.query(`select ${columns} from ${table} where ${where} order by id`)
    const found = await standIn.query(`select * from ${name}.${table} order by id`)
    expect(texts(found)).toEqual(texts(wanted))
  }
  await expectSame('id, v', 'secrets')
  await expectSame('id, region, v', 'filtered', `region = 'eu'`)

  // Rows come and go with a whole partition, without an event for each.
  await source.query(`alter table parts attach partition loose for values in ('asia')`)
  await source.query('alter table parts detach partition parts_us')
  await waitFor(
    async () => {
      const [found] = await standIn.query(`select count(*) as n from ${name}.parts`)
      const [wanted] = await source.query<{ n: string }>('select count(*) as n from parts')
      return Number(found?.['n']) === Number(wanted?.n)
    },
    { timeoutMs: 20_000, describe: () => service.story },
  )
  await source.query(`insert into parts values (111, 'asia', 'after')`)
  await untilCaughtUp(source, standIn, service)
  await expectEqual(source, standIn, ['parts'])
  await service[Symbol.asyncDispose]()
  await source.dropReplication()
})
