import { expect, test } from 'vitest'
import { openDatabase } from '../../../../test/support/postgres.ts'
import { openSource } from '../../../../test/support/postgres-source.ts'

const NONE = 'the stream tells everything'

test('knows what happened to partitions without an event, and by which process it was looked at before does not matter', async () => {
  await using database = await openDatabase()
  await database.query('create table events (id int primary key) partition by range (id)')
  await database.query('create table events_1 partition of events for values from (0) to (100)')
  await database.query('insert into events values (1)')
  await using test = openSource(database)
  const look = async () => {
    const found = (await test.source.discover()).tables.find(({ schema }) => schema.name === 'events')
    if (!found) throw new Error('events is not among the tables')
    return found
  }
  let before = await look()
  const expectChange = async (reason: RegExp | null, ...statements: readonly string[]) => {
    for (const sql of statements) await database.query(sql)
    const now = await look()
    const change = await test.source.unseenChange(now.schema, before.origin, now.origin)
    expect([statements.at(-1), change?.reason ?? NONE].join(': ')).toMatch(reason ?? NONE)
    expect(change?.replaced).not.toBe(true)
    before = now
  }
  await expectChange(null)
  await expectChange(
    null,
    'create table events_2 partition of events for values from (100) to (200)',
    'insert into events values (101)',
  )
  await expectChange(
    null,
    'create table events_3 (id int primary key)',
    'alter table events attach partition events_3 for values from (200) to (300)',
    'insert into events values (201)',
  )
  await expectChange(
    /events_4 was attached with rows/,
    'create table events_4 (id int primary key)',
    'insert into events_4 values (301)',
    'alter table events attach partition events_4 for values from (300) to (400)',
    'insert into events values (302)',
  )
  await expectChange(
    /events_5 was attached with rows/,
    `begin;
     create table events_5 (id int primary key);
     insert into events_5 values (401);
     alter table events attach partition events_5 for values from (400) to (500);
     commit`,
  )
  await expectChange(
    /events_6a was attached with rows/,
    'create table events_6 (id int primary key) partition by range (id)',
    'create table events_6a partition of events_6 for values from (500) to (600)',
    'insert into events_6 values (501)',
    'alter table events attach partition events_6 for values from (500) to (600)',
  )
  await expectChange(/emptied/, 'truncate events_1')
  await expectChange(
    /events_7 was emptied/,
    'create table events_7 partition of events for values from (600) to (700)',
    'insert into events values (601)',
    'truncate events_7',
  )
  await expectChange(/detached/, 'alter table events detach partition events_2')
  await expectChange(/dropped/, 'drop table events_4')
  await expectChange(null, 'insert into events values (202), (402)')
})

test('knows a table that was dropped and made again', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await using test = openSource(database)
  const look = async () => (await test.source.discover()).tables[0]
  const before = await look()
  await database.query('drop table items')
  await database.query('create table items (id int primary key)')
  const now = await look()
  if (!before || !now) throw new Error('items is not among the tables')
  expect(await test.source.unseenChange(now.schema, before.origin, now.origin)).toMatchObject({ replaced: true })
})
