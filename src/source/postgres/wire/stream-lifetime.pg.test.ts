import { expect, test } from 'vitest'
import { openDatabase } from '../../../../test/support/postgres.ts'
import { RecordedChanges } from '../../../../test/support/recorded-changes.ts'
import { caughtUp, createSlot, currentLsn, openStream, slotState } from '../../../../test/support/replication.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { lsn } from '../../../core/lsn.ts'

test('moves with an idle database, and confirms what it was told to and nothing else', async () => {
  await using database = await openDatabase()
  await database.query('create table watched (id int primary key)')
  await database.query('create table unwatched (id int)')
  await createSlot(database, 'for table watched')
  const recorded = new RecordedChanges()
  {
    await using stream = await openStream(database, recorded)
    expect(stream.startedAt).toBe((await slotState(database)).confirmed)
    await database.query('insert into unwatched select generate_series(1, 1000)')
    const position = await currentLsn(database)
    await waitFor(() => recorded.idleAt >= position, { describe: 'an idle position' })
    expect(stream.progress().serverWalEnd).toBeGreaterThanOrEqual(position)
    expect((await slotState(database)).confirmed).toBe(stream.startedAt)

    stream.confirm(position)
    stream.confirm(stream.startedAt)
    await waitFor(async () => (await slotState(database)).confirmed === position, { describe: 'the confirmation' })
  }
  expect(recorded.rows).toEqual([])
  await database.dropReplication()
})

test('starts again from the confirmed position, with the first transaction after it', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await createSlot(database)
  const recorded = new RecordedChanges()
  {
    await using stream = await openStream(database, recorded)
    for (const id of [1, 2, 3]) await database.query('insert into items values ($1)', [id])
    await caughtUp(database, recorded)
    stream.confirm(lsn(recorded.commits[1] ?? 0n))
  }
  const { confirmed } = await slotState(database)
  expect(confirmed).toBe(recorded.commits[1])
  const again = new RecordedChanges()
  {
    await using stream = await openStream(database, again)
    expect(stream.startedAt).toBe(confirmed)
    await caughtUp(database, again)
  }
  expect(again.rows).toMatchObject([{ row: { id: '3' } }])
  await database.dropReplication()
})

test('stays connected while a handler pauses for three times the sender time-out, and delivers nothing meanwhile', async () => {
  await using database = await openDatabase()
  await database.query(`alter database ${database.name} set wal_sender_timeout = '2s'`)
  await database.query('create table items (id int primary key, body text)')
  await createSlot(database)
  const recorded = new RecordedChanges()
  {
    await using stream = await openStream(database, recorded)
    recorded.onChange = (change) => {
      if (change.tag !== 'insert') return
      recorded.onChange = undefined
      stream.pause()
    }
    const until = performance.now() + 6000
    // More than all buffers between hold, so the server waits for us.
    await database.query(`insert into items select i, repeat('x', 1000) from generate_series(1, 30000) i`)
    await waitFor(() => performance.now() > until, { describe: '6 s', timeoutMs: 7000 })
    expect(recorded.rows).toHaveLength(1)
    expect((await slotState(database)).activePid).toBe(stream.backendPid)
    stream.resume()
    await caughtUp(database, recorded)
    expect(recorded.rows).toHaveLength(30_000)
  }
  await database.dropReplication()
})

test('stays connected to an idle server for longer than the sender time-out', async () => {
  await using database = await openDatabase()
  await database.query(`alter database ${database.name} set wal_sender_timeout = '500ms'`)
  await createSlot(database)
  const recorded = new RecordedChanges()
  {
    await using stream = await openStream(database, recorded)
    const until = performance.now() + 2000
    await waitFor(() => performance.now() > until, { describe: '2 s' })
    expect((await slotState(database)).activePid).toBe(stream.backendPid)
  }
  await database.dropReplication()
})

test('frees the slot within a second, whatever it was doing', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, body text)')
  await createSlot(database)
  await database.query(`insert into items select i, repeat('x', 1000) from generate_series(1, 60000) i`)
  for (const pauses of [false, true]) {
    const recorded = new RecordedChanges()
    const stream = await openStream(database, recorded)
    if (pauses) stream.pause()
    await waitFor(() => pauses || recorded.rows.length > 100, { describe: 'the stream to be busy' })
    const before = performance.now()
    await stream[Symbol.asyncDispose]()
    expect(performance.now() - before).toBeLessThan(1500)
    await expect(stream.ended).resolves.toBeUndefined()
    await waitFor(async () => (await slotState(database)).activePid === null, { describe: 'the slot to be free' })
    const count = recorded.changes.length
    await database.query('select 1')
    expect(recorded.changes).toHaveLength(count)
  }
  await database.dropReplication()
})

test('says that the slot is in use, that it is missing, or that it is not ours to use', async () => {
  await using database = await openDatabase()
  await createSlot(database)
  const recorded = new RecordedChanges()
  {
    await using stream = await openStream(database, recorded)
    await expect(openStream(database, recorded)).rejects.toMatchObject({
      code: 'SLOT_BUSY',
      message: expect.stringContaining(String(stream.backendPid)),
    })
  }
  await expect(openStream(database, recorded, { slot: 'missing' })).rejects.toMatchObject({ code: 'SLOT_MISSING' })
  const physical = `physical_${database.name}`
  await database.query('select pg_create_physical_replication_slot($1)', [physical])
  await expect(openStream(database, recorded, { slot: physical })).rejects.toMatchObject({ code: 'SLOT_UNUSABLE' })
  await database.query('select pg_drop_replication_slot($1)', [physical])
  const twoPhase = `two_phase_${database.name}`
  await database.query(`select pg_create_logical_replication_slot($1, 'pgoutput', false, true)`, [twoPhase])
  await expect(openStream(database, recorded, { slot: twoPhase })).rejects.toMatchObject({ code: 'SLOT_UNUSABLE' })
  await using elsewhere = await openDatabase()
  await expect(openStream(elsewhere, recorded, { slot: database.name })).rejects.toMatchObject({
    code: 'SLOT_UNUSABLE',
    message: expect.stringContaining('another database'),
  })
  await database.dropReplication()
})

test('says that user, password or database are wrong, or that nobody answers', async () => {
  await using database = await openDatabase()
  const recorded = new RecordedChanges()
  const change = (edit: (url: URL) => void): { connection: { connectionString: string } } => {
    const url = new URL(database.url)
    edit(url)
    return { connection: { connectionString: url.href } }
  }
  const wrongPassword = openStream(
    database,
    recorded,
    change((url) => (url.password = 'wrong')),
  )
  await expect(wrongPassword).rejects.toMatchObject({ code: 'SOURCE_AUTH' })
  const wrongPort = openStream(
    database,
    recorded,
    change((url) => (url.port = '1')),
  )
  await expect(wrongPort).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE', message: expect.stringContaining('1') })
  const wrongDatabase = openStream(
    database,
    recorded,
    change((url) => (url.pathname = '/missing')),
  )
  await expect(wrongDatabase).rejects.toMatchObject({ code: 'SOURCE_NOT_READY' })
  const role = `reader_${database.name}`
  await database.query(`create role ${role} login password 'secret'`)
  const unprivileged = change((url) => {
    url.username = role
    url.password = 'secret'
  })
  await expect(openStream(database, recorded, unprivileged)).rejects.toMatchObject({ code: 'SOURCE_PRIVILEGE' })
  await database.query(`drop role ${role}`)
})

test('ends with what the publication lacks', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await createSlot(database)
  const recorded = new RecordedChanges()
  const stream = await openStream(database, recorded, { publications: ['absent'] })
  await database.query('insert into items values (1)')
  const outcome = stream.ended.then(
    () => 'ended',
    (error: unknown) => error,
  )
  const settled = await Promise.race([outcome, caughtUp(database, recorded).then(() => 'skipped')])
  // Servers before 18 end the stream; 18 goes on and publishes nothing.
  expect(settled === 'skipped' || settled).toMatchObject(settled === 'skipped' ? {} : { code: 'PUBLICATION_UNUSABLE' })
  expect(recorded.rows).toEqual([])
  await stream[Symbol.asyncDispose]()
  await database.dropReplication()
})

test('ends when the server ends the session, and when the handler throws', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await createSlot(database)
  const recorded = new RecordedChanges()
  {
    await using stream = await openStream(database, recorded)
    await database.query('select pg_terminate_backend($1)', [stream.backendPid])
    await expect(stream.ended).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
  }
  await waitFor(async () => (await slotState(database)).activePid === null, { describe: 'the slot to be free' })
  recorded.insert = () => {
    throw new RangeError('the handler is full')
  }
  {
    await using stream = await openStream(database, recorded)
    await database.query('insert into items values (1)')
    await expect(stream.ended).rejects.toMatchObject({ code: 'INTERNAL', message: 'the handler is full' })
  }
  await database.dropReplication()
})

test('refuses a row that is larger than allowed', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, body text)')
  await createSlot(database)
  {
    await using stream = await openStream(database, new RecordedChanges(), { maxMessageBytes: 100_000 })
    await database.query(`insert into items values (1, repeat('x', 200000))`)
    await expect(stream.ended).rejects.toMatchObject({ code: 'ROW_TOO_LARGE' })
  }
  await database.dropReplication()
})

test('gives up opening when it is told to', async () => {
  await using database = await openDatabase()
  await createSlot(database)
  const reason = new Error('no longer wanted')
  await expect(openStream(database, new RecordedChanges(), {}, AbortSignal.abort(reason))).rejects.toBe(reason)
  const controller = new AbortController()
  const opening = openStream(database, new RecordedChanges(), {}, controller.signal)
  setImmediate(() => controller.abort(reason))
  await expect(opening).rejects.toBe(reason)
  await database.dropReplication()
})
