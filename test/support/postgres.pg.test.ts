import pg from 'pg'
import { expect, test } from 'vitest'
import { openDatabase } from './postgres.ts'

test('each test database is empty, its own, and gone afterwards', async () => {
  await using one = await openDatabase()
  await one.query('create table things (id int primary key)')
  let name: string
  {
    await using two = await openDatabase()
    name = two.name
    expect(await two.query(`select count(*)::int as tables from pg_tables where schemaname = 'public'`)).toEqual([
      { tables: 0 },
    ])
    expect(await two.query('select $1::int + 1 as sum', [41])).toEqual([{ sum: 42 }])
  }
  expect(await one.query('select 1 from pg_database where datname = $1', [name])).toEqual([])
})

test('sessions of connect() are ended with the database and are no leak', async () => {
  const database = await openDatabase()
  const [first, second] = [await database.connect(), await database.connect()]
  await first.query('begin')
  await second.end()
  await database[Symbol.asyncDispose]()
  await expect(first.query('select 1')).rejects.toThrow(/closed/)
})

test('a connection, a slot and a publication left behind are reported, and the database goes all the same', async () => {
  const leaks: string[] = []
  const database = await openDatabase({ reportLeaks: (found) => void leaks.push(...found) })
  const stranger = new pg.Client({ connectionString: database.url, application_name: 'stranger' })
  stranger.on('error', () => undefined)
  await stranger.connect()
  await stranger.query('create publication forgotten for all tables')
  await stranger.query(`select pg_create_logical_replication_slot('${database.name}_slot', 'pgoutput')`)
  await database[Symbol.asyncDispose]()
  expect(leaks).toEqual([
    expect.stringMatching(/^client backend \d+ \(stranger\): select pg_create_logical/),
    `replication slot ${database.name}_slot`,
    'publication forgotten',
  ])
  await using other = await openDatabase()
  expect(await other.query('select 1 from pg_database where datname = $1', [database.name])).toEqual([])
})

test.fails('a test that leaves something behind fails', async () => {
  await using database = await openDatabase()
  await database.query('create publication forgotten for all tables')
})

test('dropReplication() removes slots and publications that were made on purpose', async () => {
  await using database = await openDatabase()
  await database.query('create publication made for all tables')
  await database.query(`select pg_create_logical_replication_slot('${database.name}_slot', 'pgoutput')`)
  await database.dropReplication()
})
