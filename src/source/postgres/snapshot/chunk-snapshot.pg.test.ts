import { expect, test } from 'vitest'
import { parseLsn } from '../../../core/lsn.ts'
import { startOwnCluster } from '../../../../test/support/own-cluster.ts'
import { openDatabase, type TestDatabase } from '../../../../test/support/postgres.ts'
import { openSource } from '../../../../test/support/postgres-source.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'

const WHOLE = { tag: 'ctid', fromBlock: 0, toBlock: null } as const
const never = new AbortController().signal

async function transactionId(
  database: TestDatabase,
  sql: string,
): Promise<{ xid: number; commit: () => Promise<void> }> {
  const client = await database.connect()
  await client.query('begin')
  await client.query(sql)
  const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
  return {
    xid: Number(BigInt(rows[0]?.xid ?? 0) & 0xffff_ffffn),
    commit: async () => {
      await client.query('commit')
      await client.end()
    },
  }
}

test('takes its snapshot after the lock: what the holder of the table committed is seen', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await using test = openSource(database)
  const table = await test.table('items')
  const holder = await transactionId(database, 'lock table items in access exclusive mode')
  const opening = test.source.openChunk(table, WHOLE, never)
  await waitFor(
    async () =>
      (await database.query(`select from pg_locks where mode = 'AccessShareLock' and not granted`)).length > 0,
    { describe: 'the chunk to wait for its lock' },
  )
  await database.query('select 1')
  const writer = await transactionId(database, 'select 1')
  await writer.commit()
  await holder.commit()
  await using chunk = await opening
  expect(chunk.snapshot.sees(writer.xid)).toBe(true)
  expect(chunk.snapshot.sees(holder.xid)).toBe(true)
})

test('gives up behind a statement that changes the table, and works once that is over', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await using test = openSource(database, { lockTimeoutMs: 50, snapshotConnections: 1 })
  const table = await test.table('items')
  const reader = await transactionId(database, 'select from items')
  const alterer = await database.connect()
  const altering = alterer.query('alter table items add column more text')
  await waitFor(
    async () => (await database.query('select from pg_locks where not granted and relation is not null')).length > 0,
    { describe: 'the ALTER TABLE to wait' },
  )
  await expect(test.source.openChunk(table, WHOLE, never)).rejects.toMatchObject({
    code: 'SOURCE_QUERY',
    retry: 'auto',
    message: expect.stringContaining('is locked by a statement'),
  })
  await reader.commit()
  await altering
  await using chunk = await test.source.openChunk(table, WHOLE, never)
  expect(chunk.relfilenode).not.toBe('')
})

test('knows which transactions it sees, and a position that lies behind all of them', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await using test = openSource(database)
  const table = await test.table('items')
  const before = await transactionId(database, 'insert into items values (1)')
  const during = await transactionId(database, 'insert into items values (2)')
  await before.commit()
  const [committed] = await database.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn')
  await using chunk = await test.source.openChunk(table, WHOLE, never)
  expect(chunk.upperLsn).toBeGreaterThanOrEqual(parseLsn(committed?.lsn ?? ''))
  await during.commit()
  const after = await transactionId(database, 'insert into items values (3)')
  await after.commit()
  expect([before, during, after].map(({ xid }) => chunk.snapshot.sees(xid))).toEqual([true, false, false])
  expect([before, during, after].map(({ xid }) => chunk.snapshot.isSettled(xid))).toEqual([
    expect.any(Boolean),
    false,
    false,
  ])
  const ids: unknown[] = []
  await chunk.read(
    (row) => ids.push(row.text(0)),
    () => undefined,
  )
  expect(ids).toEqual(['1'])
})

test('does not see a commit that is in the WAL but waits for a synchronous standby', async () => {
  await using server = await startOwnCluster()
  await using database = await openDatabase({ clusterUrl: server.url })
  await database.query('create table items (id int primary key)')
  await using test = openSource(database)
  const table = await test.table('items')
  await database.query(`alter system set synchronous_standby_names = 'nobody'`)
  await database.query('select pg_reload_conf()')
  const inserting = await database.connect()
  await waitFor(
    async () =>
      (await inserting.query('show synchronous_standby_names')).rows[0]?.synchronous_standby_names === 'nobody',
    { describe: 'the standby to be asked for' },
  )
  await inserting.query('begin')
  await inserting.query('insert into items values (1)')
  const { rows } = await inserting.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
  const xid = Number(rows[0]?.xid)
  const committing = inserting.query('commit')
  await waitFor(
    async () => (await database.query(`select from pg_stat_activity where wait_event = 'SyncRep'`)).length > 0,
    { describe: 'the commit to wait for the standby' },
  )
  {
    await using chunk = await test.source.openChunk(table, WHOLE, never)
    expect(chunk.snapshot.sees(xid)).toBe(false)
  }
  await database.query('alter system reset synchronous_standby_names')
  await database.query('select pg_reload_conf()')
  await committing
  await using chunk = await test.source.openChunk(table, WHOLE, never)
  expect(chunk.snapshot.sees(xid)).toBe(true)
})
