import { expect, test } from 'vitest'
import { openDatabase, type TestDatabase } from '../../../../test/support/postgres.ts'
import { connectionOf, openSource } from '../../../../test/support/postgres-source.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'

async function slots(database: TestDatabase) {
  return await database.query(
    `select slot_name::text as name, plugin::text, to_jsonb(s) ->> 'failover' as failover
       from pg_replication_slots s where database = $1`,
    [database.name],
  )
}

test('creates the slot once, kept for failover where the server can, and adopts it afterwards', async () => {
  await using database = await openDatabase()
  const [version] = await database.query<{ num: string }>(`select current_setting('server_version_num') as num`)
  await using test = openSource(database)
  const made = await test.source.ensureSlot(true)
  expect(made.created).toBe(true)
  expect(await slots(database)).toEqual([
    { name: database.name, plugin: 'pgoutput', failover: Number(version?.num) >= 170_000 ? 'true' : null },
  ])
  expect(await test.source.ensureSlot(false)).toEqual({ ...made, created: false })
})

test('says that the slot is missing when it may not be made', async () => {
  await using database = await openDatabase()
  await using test = openSource(database)
  await expect(test.source.ensureSlot(false)).rejects.toMatchObject({ code: 'SLOT_MISSING', retry: 'never' })
})

test('refuses a slot of another plugin, of another database and a physical one', async () => {
  await using database = await openDatabase()
  await using other = await openDatabase()
  await database.query(`select pg_create_logical_replication_slot($1, 'test_decoding')`, [database.name])
  {
    await using test = openSource(database)
    await expect(test.source.ensureSlot(true)).rejects.toMatchObject({ code: 'SLOT_UNUSABLE' })
  }
  await other.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [`${other.name}_far`])
  {
    await using test = openSource(database, { slot: `${other.name}_far` })
    await expect(test.source.ensureSlot(true)).rejects.toThrow(/belongs to database/)
  }
  await other.query(`select pg_drop_replication_slot($1)`, [`${other.name}_far`])
  await database.query(`select pg_create_physical_replication_slot($1)`, [`${database.name}_p`])
  {
    await using test = openSource(database, { slot: `${database.name}_p` })
    await expect(test.source.ensureSlot(true)).rejects.toThrow(/physical/)
  }
  await database.query(`select pg_drop_replication_slot($1)`, [`${database.name}_p`])
})

test('refuses a slot that decodes prepared transactions', async () => {
  await using database = await openDatabase()
  await database.query(`select pg_create_logical_replication_slot($1, 'pgoutput', false, true)`, [database.name])
  await using test = openSource(database)
  await expect(test.source.ensureSlot(true)).rejects.toThrow(/two_phase/)
})

test('tells who holds the making of the slot up, a prepared transaction included', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  const holder = await database.connect()
  await holder.query(`set application_name = 'nightly report'`)
  await holder.query('begin')
  await holder.query('insert into items values (1)')
  await using test = openSource(database)
  const making = test.source.ensureSlot(true)
  const blocked = await waitFor(() => test.signals.find((signal) => signal.tag === 'blocked'), {
    describe: 'a blocker to be told',
  })
  expect(blocked).toMatchObject({
    what: `making slot ${database.name}`,
    blockers: expect.arrayContaining([
      expect.objectContaining({
        applicationName: 'nightly report',
        state: 'idle in transaction',
        query: 'insert into items values (1)',
      }),
    ]),
  })
  await holder.query('commit')
  expect((await making).created).toBe(true)
})

test('leaves no slot and no session behind when it is given up', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  const holder = await database.connect()
  await holder.query('begin')
  await holder.query('insert into items values (1)')
  {
    await using test = openSource(database)
    const making = test.source.ensureSlot(true).catch((error: unknown) => error)
    await waitFor(() => test.signals.some((signal) => signal.tag === 'blocked'), { describe: 'the making to wait' })
    await test.source[Symbol.asyncDispose]()
    expect(await making).toMatchObject({ message: 'the source was closed' })
    await holder.query('commit')
    expect(await slots(database)).toEqual([])
  }
})

test('says what a role needs that may not make slots', async () => {
  await using database = await openDatabase()
  const role = { user: `${database.name}_r`, password: 'secret' }
  await database.query(`create role ${role.user} login password 'secret'`)
  {
    await using test = openSource(database, { connection: connectionOf(database, role) })
    await expect(test.source.ensureSlot(true)).rejects.toMatchObject({
      code: 'SOURCE_PRIVILEGE',
      remedy: expect.stringContaining('REPLICATION'),
    })
  }
  await database.query(`drop role ${role.user}`)
})

test('says that the password is wrong, without showing it', async () => {
  await using database = await openDatabase()
  const connection = { ...connectionOf(database), password: 'not-the-password' }
  await using test = openSource(database, { connection })
  const error: unknown = await test.source.identify().catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'SOURCE_AUTH' })
  expect(String(error)).not.toContain('not-the-password')
})
