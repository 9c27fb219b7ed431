import { expect, test } from 'vitest'
import type { SourceType } from '../../../core/table-schema.ts'
import { openDatabase } from '../../../../test/support/postgres.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { openSource, routeOf } from '../../../../test/support/postgres-source.ts'

/** The essence of a type: kind, name and what it is made of. */
function outline(type: SourceType): string {
  const labels = type.enumLabels ? ` (${type.enumLabels.join(', ')})` : ''
  const attributes = type.attributes?.map((attribute) => `${attribute.name}: ${outline(attribute.type)}`)
  const inside = attributes ? ` { ${attributes.join('; ')} }` : ''
  return `${type.kind} ${type.display}${labels}${inside}${type.inner ? ` of ${outline(type.inner)}` : ''}`
}

test('reads columns in order with their types down to the ground', async () => {
  await using database = await openDatabase()
  await database.query(`create type mood as enum ('sad', 'ok')`)
  await database.query(`alter type mood add value 'fine' before 'ok'`)
  await database.query('create domain price as numeric(10,2) check (value >= 0)')
  await database.query('create domain prices as price[]')
  await database.query('create type spot as (x float8, tags varchar(5)[], m mood)')
  await database.query('create type span as range (subtype = price)')
  await database.query(`
    create table things (
      gone int, id int primary key, name varchar(20) not null, num numeric, fixed numeric(12,3), moods mood[], cost price,
      costs prices, at spot, places spot[], during span, spans datemultirange, vector int2vector, small "char")`)
  await database.query('alter table things drop column gone')
  await using test = openSource(database)
  const table = await test.table('things')
  expect(table.columns.map((column) => `${column.name}: ${outline(column.type)}`)).toMatchInlineSnapshot(`
    [
      "id: base integer",
      "name: base character varying(20)",
      "num: base numeric",
      "fixed: base numeric(12,3)",
      "moods: array public.mood[] of enum public.mood (sad, fine, ok)",
      "cost: domain public.price of base numeric(10,2)",
      "costs: domain public.prices of array public.price[] of domain public.price of base numeric(10,2)",
      "at: composite public.spot { x: base double precision; tags: array character varying(5)[] of base character varying(5); m: enum public.mood (sad, fine, ok) }",
      "places: array public.spot[] of composite public.spot { x: base double precision; tags: array character varying(5)[] of base character varying(5); m: enum public.mood (sad, fine, ok) }",
      "during: range public.span of domain public.price of base numeric(10,2)",
      "spans: multirange datemultirange of range daterange of base date",
      "vector: base int2vector",
      "small: base "char"",
    ]
  `)
  expect(table.columns.map(({ attnum }) => attnum)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
  expect(table).toMatchObject({ key: [0], keySource: 'primary-key', replicaIdentity: 'default', kind: 'table' })
  expect(table.columns.filter(({ toastable }) => toastable).map(({ name }) => name)).toMatchInlineSnapshot(`
    [
      "name",
      "num",
      "fixed",
      "moods",
      "cost",
      "costs",
      "at",
      "places",
      "during",
      "spans",
    ]
  `)
})

test('sees nothing toastable in a table whose rows are too small to have a TOAST table', async () => {
  await using database = await openDatabase()
  await database.query('create table small (id int primary key, price numeric(8,2), code varchar(3))')
  await using test = openSource(database)
  const table = await test.table('small')
  expect(table.columns.filter(({ toastable }) => toastable)).toEqual([])
})

test('takes the key from the primary key, else from the replica identity, in the order of the index', async () => {
  await using database = await openDatabase()
  await database.query('create table ordered (a int, b int, c int, primary key (c, a))')
  await database.query('create table by_index (a int not null, b int not null, c int)')
  await database.query('create unique index by_index_key on by_index (b, a) include (c)')
  await database.query('alter table by_index replica identity using index by_index_key')
  await database.query('create table both_keys (a int primary key, b int not null unique)')
  await database.query('alter table both_keys replica identity using index both_keys_b_key')
  await database.query('create table whole (a int primary key, b text)')
  await database.query('alter table whole replica identity full')
  await using test = openSource(database)
  const { tables } = await test.source.discover()
  const found = tables.map(({ schema }) => [schema.name, schema.key, schema.keySource, schema.replicaIdentity])
  expect(found).toEqual([
    ['both_keys', [1], 'replica-identity-index', 'index'],
    ['by_index', [1, 0], 'replica-identity-index', 'index'],
    ['ordered', [2, 0], 'primary-key', 'default'],
    ['whole', [0], 'primary-key', 'full'],
  ])
})

test('refuses what cannot be kept equal, with the reason and the SQL, and leaves it out of the publication', async () => {
  await using database = await openDatabase()
  await database.query('create table good (id int primary key)')
  await database.query('create table "no Key" (id int)')
  await database.query('create table candidate (id int not null unique)')
  await database.query('create table nothing (id int primary key)')
  await database.query('alter table nothing replica identity nothing')
  await database.query('create table later (id int primary key deferrable)')
  await database.query('create unlogged table unlogged (id int primary key)')
  await database.query('create view looks as select * from good')
  await database.query('create materialized view stands as select * from good')
  await using test = openSource(database)
  const { tables, refused } = await test.source.discover()
  expect(tables.map(({ schema }) => schema.id)).toEqual(['public.good'])
  expect(refused.map(({ table, code, remedy }) => [table, code, remedy])).toEqual([
    [
      'public.candidate',
      'TABLE_NO_KEY',
      'ALTER TABLE "public"."candidate" REPLICA IDENTITY USING INDEX "candidate_id_key";',
    ],
    ['public.later', 'TABLE_NO_KEY', 'ALTER TABLE "public"."later" ADD PRIMARY KEY (...); -- not deferrable'],
    ['public.looks', 'TABLE_UNSUPPORTED', 'Leave it out of the patterns under tables.'],
    ['public.no Key', 'TABLE_NO_KEY', 'ALTER TABLE "public"."no Key" ADD PRIMARY KEY (...); -- not deferrable'],
    [
      'public.nothing',
      'TABLE_NO_KEY',
      'ALTER TABLE "public"."nothing" REPLICA IDENTITY DEFAULT; -- with a primary key',
    ],
    ['public.stands', 'TABLE_UNSUPPORTED', 'Leave it out of the patterns under tables.'],
    ['public.unlogged', 'TABLE_UNSUPPORTED', 'ALTER TABLE "public"."unlogged" SET LOGGED;'],
  ])
  const published = await database.query(`select tablename::text as name from pg_publication_tables`)
  expect(published).toEqual([{ name: 'good' }])
  // Its users can still do everything.
  await database.query('insert into "no Key" values (1)')
  await database.query('update "no Key" set id = 2')
  await database.query('delete from nothing')
})

test('takes a partitioned table as one, and its partitions not separately', async () => {
  await using database = await openDatabase()
  await database.query(
    'create table events (id int, day date, note text, primary key (id, day)) partition by range (day)',
  )
  await database.query(`create table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01')`)
  await database.query(
    `create table events_2 partition of events for values from ('2026-02-01') to ('2026-03-01') partition by hash (id)`,
  )
  await database.query('create table events_2_0 partition of events_2 for values with (modulus 1, remainder 0)')
  await database.query(`insert into events select i, '2026-01-01'::date + i % 50, 'n' from generate_series(1, 1000) i`)
  await database.query('analyze events')
  await database.query('create table parent (id int primary key)')
  await database.query('create table child (primary key (id), more int) inherits (parent)')
  await using test = openSource(database)
  const { tables, refused } = await test.source.discover()
  expect(refused).toEqual([])
  const events = tables.find(({ schema }) => schema.name === 'events')?.schema
  expect(tables.map(({ schema }) => [schema.name, schema.kind])).toEqual([
    ['child', 'table'],
    ['events', 'partitioned'],
    ['parent', 'table'],
  ])
  expect(events).toMatchObject({ estimatedRows: 1000, key: [0, 1] })
  expect(events?.sizeBytes).toBeGreaterThan(8_192)
  expect(events?.columns[2]?.toastable).toBe(true)
})

test('takes a partition whose partitioned table is not meant as a table of its own', async () => {
  await using database = await openDatabase()
  await database.query('create table events (id int primary key) partition by range (id)')
  await database.query('create table events_1 partition of events for values from (1) to (9)')
  const matches = (schema: string, table: string) => (table === 'events_1' ? routeOf(schema, table) : null)
  await using test = openSource(database, { matches })
  const { tables } = await test.source.discover()
  expect(tables.map(({ schema }) => [schema.name, schema.kind])).toEqual([['events_1', 'table']])
})

test('refuses a partitioned table one of whose partitions cannot carry its changes', async () => {
  await using database = await openDatabase()
  await database.query('create table events (id int primary key) partition by range (id)')
  await database.query('create table events_1 partition of events for values from (1) to (9)')
  await database.query('alter table events_1 replica identity nothing')
  await database.query('create table logs (id int primary key) partition by range (id)')
  await database.query('create unlogged table logs_1 partition of logs for values from (1) to (9)')
  await using test = openSource(database)
  const { tables, refused } = await test.source.discover()
  expect(tables).toEqual([])
  expect(refused.map(({ table, code, remedy }) => [table, code, remedy])).toEqual([
    ['public.events', 'TABLE_NO_KEY', 'ALTER TABLE "public"."events_1" REPLICA IDENTITY DEFAULT;'],
    ['public.logs', 'TABLE_UNSUPPORTED', 'ALTER TABLE "public"."logs_1" SET LOGGED;'],
  ])
})

test('publishes stored generated columns where the server can, and then reads them', async () => {
  await using database = await openDatabase()
  await database.query(`create table sums (id int primary key, a int, twice int generated always as (a * 2) stored)`)
  const [version] = await database.query<{ num: string }>(`select current_setting('server_version_num') as num`)
  await using test = openSource(database)
  const table = await test.table('sums')
  const names = Number(version?.num) >= 180_000 ? ['id', 'a', 'twice'] : ['id', 'a']
  expect(table.columns.map(({ name }) => name)).toEqual(names)
})

test('numbers the shapes of a table', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await using test = openSource(database)
  expect((await test.table('items')).version).toBe(1)
  await database.query('insert into items values (1)')
  await database.query('analyze items')
  expect((await test.table('items')).version).toBe(1)
  await database.query('alter table items add column name text')
  expect((await test.table('items')).version).toBe(2)
})

test('identifies the server', async () => {
  await using database = await openDatabase()
  await using test = openSource(database)
  const identity = await test.source.identify()
  const [row] = await database.query<{ id: string; num: string }>(
    `select system_identifier::text as id, current_setting('server_version_num') as num from pg_control_system()`,
  )
  expect(identity).toMatchObject({ systemId: row?.id, timeline: 1, serverVersionNum: Number(row?.num) })
  expect(identity.flushedLsn).toBeGreaterThan(0n)
  const marker = await test.source.emitMarker('hello')
  expect(marker).toBeGreaterThan(identity.flushedLsn)
  // Before PostgreSQL 17 the WAL writer flushes it a moment later.
  await waitFor(async () => (await test.source.identify()).flushedLsn >= marker, {
    describe: 'the marker to be flushed',
  })
})
