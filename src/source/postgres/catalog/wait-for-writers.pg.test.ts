import type pg from 'pg'
import { expect, test } from 'vitest'
import type { Blocker } from '../../../core/source.ts'
import { startOwnCluster } from '../../../../test/support/own-cluster.ts'
import { openDatabase, type TestDatabase } from '../../../../test/support/postgres.ts'
import { openSource } from '../../../../test/support/postgres-source.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'

const never = new AbortController().signal

async function begin(database: TestDatabase, sql: string): Promise<pg.Client> {
  const client = await database.connect()
  await client.query('begin')
  await client.query(sql)
  return client
}

/** Starts a wait and tells whether it is over and who was named. */
async function startWaiting(database: TestDatabase, table: string, signal = never) {
  const test = openSource(database)
  const schema = await test.table(table)
  const told: (readonly Blocker[])[] = []
  const state = { isOver: false }
  const waiting = test.source
    .waitForWriters(schema, (blockers) => told.push(blockers), signal)
    .finally(() => {
      state.isOver = true
    })
  return { test, told, state, waiting }
}

test('waits for who may have written, not for readers nor for those who begin later', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await database.query('create table others (id int primary key)')
  const writer = await begin(database, 'insert into items values (1)')
  await begin(database, 'select from items')
  await begin(database, 'insert into others values (1)')
  const { test, told, state, waiting } = await startWaiting(database, 'items')
  await using _test = test
  await waitFor(() => told.length > 1, { describe: 'the wait to look twice' })
  await begin(database, 'insert into items values (2)')
  expect(told.at(-1)).toMatchObject([{ query: 'insert into items values (1)', state: 'idle in transaction' }])
  expect(state.isOver).toBe(false)
  await writer.query('rollback')
  await waiting
})

test('takes no lock and resolves at once when nobody writes', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  const alterer = await begin(database, 'select 1')
  const { test, told, waiting } = await startWaiting(database, 'items')
  await using _test = test
  await waiting
  expect(told).toEqual([])
  await alterer.query('lock table items in access exclusive mode nowait')
})

test('waits for who writes into a partition directly', async () => {
  await using database = await openDatabase()
  await database.query('create table events (id int primary key) partition by range (id)')
  await database.query('create table events_1 partition of events for values from (0) to (100)')
  const writer = await begin(database, 'insert into events_1 values (1)')
  const { test, told, waiting } = await startWaiting(database, 'events')
  await using _test = test
  await waitFor(() => told.length > 0, { describe: 'the writer to be told' })
  await writer.query('commit')
  await waiting
})

test('goes on waiting for a transaction that is prepared meanwhile, and shows how to end it', async () => {
  await using server = await startOwnCluster({ max_prepared_transactions: '5' })
  await using database = await openDatabase({ clusterUrl: server.url })
  await database.query('create table items (id int primary key)')
  const writer = await begin(database, 'insert into items values (1)')
  const { test, told, state, waiting } = await startWaiting(database, 'items')
  await using _test = test
  await waitFor(() => told.length > 0, { describe: 'the writer to be told' })
  await writer.query(`prepare transaction 'left over'`)
  const [prepared] = await waitFor(() => told.find((blockers) => blockers[0]?.state === 'prepared'), {
    describe: 'the prepared transaction to be told',
  })
  expect(prepared?.query).toBe(`ROLLBACK PREPARED 'left over' -- or COMMIT PREPARED`)
  expect(state.isOver).toBe(false)
  await database.query(`commit prepared 'left over'`)
  await waiting
})

test('stops waiting when it is told to', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await begin(database, 'insert into items values (1)')
  const stop = new AbortController()
  const { test, waiting } = await startWaiting(database, 'items', stop.signal)
  await using _test = test
  stop.abort(new Error('stop now'))
  await expect(waiting).rejects.toThrow('stop now')
})
