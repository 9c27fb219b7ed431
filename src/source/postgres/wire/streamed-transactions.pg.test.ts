import { expect, test } from 'vitest'
import { openDatabase, type TestDatabase } from '../../../../test/support/postgres.ts'
import { RecordedChanges } from '../../../../test/support/recorded-changes.ts'
import { caughtUp, createSlot, openStream, recordWhile, slotState } from '../../../../test/support/replication.ts'
import { ZERO_LSN } from '../../../core/lsn.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'

/** A database whose walsender streams transactions as soon as they hold 64 kB. */
async function openStreamingDatabase(): Promise<TestDatabase> {
  const database = await openDatabase()
  await database.query(`alter database ${database.name} set logical_decoding_work_mem = '64kB'`)
  await database.query('create table items (id int primary key, body text)')
  return database
}

const fill = (from: number, to: number): string =>
  `insert into items select i, repeat('x', 100) from generate_series(${from}, ${to}) i`

const ids = (recorded: RecordedChanges): number[] =>
  recorded.rows.map((change) => (change.tag === 'insert' ? Number(change.row['id']) : -1))

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

test.each([1, 2, 3, 4] as const)('with protocol %d leaves out what savepoints rolled back', async (protocol) => {
  await using database = await openStreamingDatabase()
  const recorded = new RecordedChanges()
  const work = async (): Promise<void> => {
    await database.query('begin')
    await database.query(fill(1, 2000))
    await database.query('savepoint a')
    await database.query(fill(10_001, 12_000))
    await database.query('savepoint b')
    await database.query(fill(20_001, 22_000))
    await database.query('rollback to a')
    await database.query(fill(2001, 4000))
    await database.query('savepoint c')
    await database.query(fill(4001, 6000))
    await database.query('release c')
    await database.query('commit')
  }
  await recordWhile(database, recorded, work, { protocol })
  expect(ids(recorded)).toEqual(range(1, 6000))
  expect(recorded.commits).toHaveLength(1)
})

test('holds a transaction back while it is in progress, and drops it when it aborts', async () => {
  await using database = await openStreamingDatabase()
  await createSlot(database)
  const recorded = new RecordedChanges()
  {
    await using stream = await openStream(database, recorded)
    const other = await database.connect()
    await other.query('begin')
    await other.query(fill(1, 20_000))
    await waitFor(() => stream.progress().spooledBytes > 500_000, { describe: 'a spooled transaction' })
    expect(stream.progress().memoryBytes).toBeGreaterThan(0)
    await database.query(fill(30_001, 30_001))
    await caughtUp(database, recorded)
    expect(ids(recorded)).toEqual([30_001])
    await other.query('rollback')
    await database.query(fill(30_002, 30_002))
    await caughtUp(database, recorded)
    await waitFor(() => stream.progress().spooledBytes === 0, { describe: 'the spool to be dropped' })
    expect(stream.progress().memoryBytes).toBe(0)
  }
  expect(ids(recorded)).toEqual([30_001, 30_002])
  await database.dropReplication()
})

test('delivers transactions that are streamed at the same time one after another', async () => {
  await using database = await openStreamingDatabase()
  const recorded = new RecordedChanges()
  await recordWhile(database, recorded, async () => {
    const sessions = await Promise.all([database.connect(), database.connect(), database.connect()])
    for (const session of sessions) await session.query('begin')
    for (let part = 0; part < 5; part += 1) {
      for (const [index, session] of sessions.entries()) {
        const from = index * 100_000 + part * 1000
        await session.query(fill(from + 1, from + 1000))
      }
    }
    for (const session of sessions.toReversed()) await session.query('commit')
  })
  expect(ids(recorded)).toEqual([...range(200_001, 205_000), ...range(100_001, 105_000), ...range(1, 5000)])
  expect(recorded.commits).toHaveLength(3)
})

test('spools past the memory limit to disk, and replays while the handler pauses again and again', async () => {
  await using database = await openStreamingDatabase()
  const recorded = new RecordedChanges()
  await createSlot(database)
  {
    await using stream = await openStream(database, recorded, {
      spool: { directory: '/tmp', memoryBytes: 1024 * 1024 },
    })
    let held = false
    recorded.onChange = () => {
      expect(held).toBe(false)
      if (recorded.changes.length % 5000 !== 0) return
      held = true
      stream.pause()
      setTimeout(() => {
        held = false
        stream.resume()
      }, 5)
    }
    const most = { spooled: 0, memory: 0 }
    const watch = setInterval(() => {
      const { spooledBytes, memoryBytes } = stream.progress()
      most.spooled = Math.max(most.spooled, spooledBytes)
      most.memory = Math.max(most.memory, memoryBytes)
    }, 1)
    await database.query(fill(1, 60_000))
    await database.query('delete from items where id > 100')
    await caughtUp(database, recorded)
    clearInterval(watch)
    expect(most.spooled).toBeGreaterThan(6_000_000)
    expect(most.memory).toBeLessThan(13_000_000)
  }
  expect(ids(recorded).slice(0, 60_000)).toEqual(range(1, 60_000))
  expect(recorded.rows).toHaveLength(60_000 + 59_900)
  await database.dropReplication()
})

test('lets a shape that was changed inside a streamed transaction count from its commit', async () => {
  await using database = await openStreamingDatabase()
  await database.query('create table others (id int primary key, body text)')
  const recorded = new RecordedChanges()
  await recordWhile(database, recorded, async () => {
    const other = await database.connect()
    await other.query('begin')
    await other.query(fill(1, 2000))
    await other.query('savepoint a')
    await other.query('alter table items add lost int')
    await other.query(`insert into items select i, 'y', 1 from generate_series(2001, 4000) i`)
    await other.query('rollback to a')
    await other.query('alter table items add kept int')
    await other.query(`insert into items select i, 'z', 2 from generate_series(2001, 4000) i`)
    await database.query(`insert into others values (1, 'meanwhile')`)
    await other.query('commit')
    await database.query(`insert into items values (4001, 'after', 3)`)
  })
  const shapes = recorded.changes.flatMap((change) =>
    change.tag === 'relation' ? [`${change.table}: ${change.columns.join(' ')}`] : [],
  )
  expect(shapes).toEqual(['public.others: id body', 'public.items: id body', 'public.items: id body kept'])
  expect(recorded.rows.at(-1)).toMatchObject({ row: { id: '4001', body: 'after', kept: '3' } })
  expect(recorded.rows).toHaveLength(4002)
})

test('begins streamed transactions anew after a reconnect, though what came later was confirmed', async () => {
  await using database = await openStreamingDatabase()
  await createSlot(database)
  const recorded = new RecordedChanges()
  const other = await database.connect()
  {
    await using stream = await openStream(database, recorded)
    await other.query('begin')
    await other.query(fill(1, 5000))
    await waitFor(() => stream.progress().spooledBytes > 0, { describe: 'a spooled transaction' })
    await database.query(fill(7001, 7001))
    await caughtUp(database, recorded)
    stream.confirm(recorded.commits[0] ?? ZERO_LSN)
  }
  expect(ids(recorded)).toEqual([7001])
  expect((await slotState(database)).confirmed).toBe(recorded.commits[0])
  const again = new RecordedChanges()
  {
    await using _stream = await openStream(database, again)
    await other.query(fill(5001, 6000))
    await other.query('commit')
    await caughtUp(database, again)
  }
  expect(ids(again)).toEqual(range(1, 6000))
  await database.dropReplication()
})
