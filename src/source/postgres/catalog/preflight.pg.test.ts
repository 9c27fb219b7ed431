import { expect, test } from 'vitest'
import type { Finding } from '../../../core/finding.ts'
import { startOwnCluster } from '../../../../test/support/own-cluster.ts'
import { openDatabase } from '../../../../test/support/postgres.ts'
import { connectionOf, openSource, routeOf } from '../../../../test/support/postgres-source.ts'

/** Settings of the shared test cluster: not what is tested here. */
const OF_THE_CLUSTER = new Set(['SLOT_WAL_UNBOUNDED', 'SLOT_BLOCKED'])

function essence(findings: readonly Finding[]) {
  return findings
    .filter(({ code }) => !OF_THE_CLUSTER.has(code))
    .map(({ level, code, table, remedy }) => [level, code, ...(table === undefined ? [] : [table]), remedy])
}

test('finds nothing wrong where nothing is, and changes nothing', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await using test = openSource(database)
  expect(essence(await test.source.preflight())).toEqual([])
  expect(await database.query('select from pg_publication')).toEqual([])
  await test.source.discover()
  await test.source.ensureSlot(true)
  expect(essence(await test.source.preflight())).toEqual([])
})

test('finds what the tables are like', async () => {
  await using database = await openDatabase()
  await database.query('create table keyless (id int)')
  await database.query('create unlogged table unlogged (id int primary key)')
  await database.query('create table whole (id int primary key)')
  await database.query('alter table whole replica identity full')
  await database.query('create table long (id int primary key, note text)')
  await database.query('create view looks as select * from whole')
  await database.query('create publication sync for table whole, long')
  await database.query('create table sums (id int primary key, twice int generated always as (id * 2) stored)')
  await using test = openSource(database)
  expect(essence(await test.source.preflight())).toEqual([
    [
      'error',
      'TABLE_NO_KEY',
      'public.keyless',
      'ALTER TABLE "public"."keyless" ADD PRIMARY KEY (...); -- not deferrable',
    ],
    [
      'info',
      'TOAST_UNCHANGED',
      'public.long',
      'Nothing. If such updates are frequent: ALTER TABLE "public"."long" REPLICA IDENTITY FULL;',
    ],
    ['info', 'TABLE_UNSUPPORTED', 'public.looks', 'Leave it out of the patterns under tables.'],
    ['warning', 'GENERATED_NOT_PUBLISHED', 'public.sums', expect.stringContaining('publish_generated_columns')],
    ['error', 'TABLE_UNSUPPORTED', 'public.unlogged', 'ALTER TABLE "public"."unlogged" SET LOGGED;'],
    ['info', 'IDENTITY_FULL', 'public.whole', 'ALTER TABLE "public"."whole" REPLICA IDENTITY DEFAULT;'],
  ])
})

test('finds that no table matches', async () => {
  await using database = await openDatabase()
  await using test = openSource(database)
  expect(essence(await test.source.preflight())).toEqual([['error', 'TABLES_NONE', expect.any(String)]])
})

test('finds what the publication lacks and whom it harms', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await database.query('create table keyless (id int)')
  await database.query('create table events (id int primary key) partition by range (id)')
  await database.query(`create publication sync for table items, keyless with (publish = 'insert, update')`)
  const matches = (schema: string, table: string) => (table === 'keyless' ? null : routeOf(schema, table))
  await using test = openSource(database, {
    matches: (schema, table) => (schema === 'public' ? matches(schema, table) : null),
  })
  expect(essence(await test.source.preflight())).toEqual([
    ['error', 'PUBLICATION_OPERATIONS', `ALTER PUBLICATION "sync" SET (publish = 'insert, update, delete, truncate');`],
    [
      'warning',
      'PUBLICATION_HARMS',
      'public.keyless',
      'ALTER TABLE "public"."keyless" ADD PRIMARY KEY (...); or leave it out of the publication.',
    ],
    ['info', 'PUBLICATION_SUPERFLUOUS', 'ALTER PUBLICATION "sync" DROP TABLE ...; when nobody else needs them.'],
    [
      'error',
      'PUBLICATION_TABLE',
      'public.events',
      'ALTER PUBLICATION "sync" SET (publish_via_partition_root = true);',
    ],
  ])
  await database.query(
    `alter publication sync set (publish = 'insert, update, delete', publish_via_partition_root = true)`,
  )
  expect(essence(await test.source.preflight()).map(([, code]) => code)).toEqual([
    'PUBLICATION_NO_TRUNCATE',
    'PUBLICATION_HARMS',
    'PUBLICATION_SUPERFLUOUS',
  ])
})

test('finds what a role may not do', async () => {
  await using database = await openDatabase()
  const role = { user: `${database.name}_r`, password: 'secret' }
  await database.query(`create role ${role.user} login password 'secret'`)
  await database.query('create table items (id int primary key)')
  await database.query('create table guarded (id int primary key)')
  await database.query('alter table guarded enable row level security')
  await database.query(`grant select on items, guarded to ${role.user}`)
  await database.query('create table closed (id int primary key)')
  {
    await using test = openSource(database, { connection: connectionOf(database, role) })
    const expected = [
      [
        'error',
        'PUBLICATION_TABLE_MISSING',
        'public.items',
        expect.stringContaining('ADD TABLE ONLY "public"."items"'),
      ],
      ['error', 'SOURCE_PRIVILEGE', 'public.closed', expect.stringContaining('GRANT SELECT ON "public"."closed"')],
      ['error', 'SOURCE_PRIVILEGE', 'public.guarded', `ALTER ROLE "${role.user}" BYPASSRLS;`],
    ]
    expect(essence(await test.source.preflight())).toEqual([
      ['error', 'ROLE_REPLICATION', expect.stringContaining(`ALTER ROLE "${role.user}" REPLICATION;`)],
      [
        'error',
        'PUBLICATION_MISSING',
        expect.stringMatching(/^GRANT CREATE ON DATABASE .*CREATE PUBLICATION "sync" WITH/),
      ],
      ...expected,
    ])
    await database.query('create publication sync')
    await database.query(`alter role ${role.user} replication`)
    expect(essence(await test.source.preflight())).toEqual(expected)
  }
  await database.query(`drop owned by ${role.user}`)
  await database.query(`drop role ${role.user}`)
})

test('finds the settings of a server that was not made for this, and a slot that it has lost', async () => {
  await using server = await startOwnCluster({
    max_replication_slots: '1',
    wal_sender_timeout: '0',
    max_slot_wal_keep_size: '2MB',
    max_wal_size: '32MB',
    min_wal_size: '32MB',
    logical_decoding_work_mem: '64kB',
  })
  await using database = await openDatabase({ clusterUrl: server.url })
  await database.query('create table items (id int primary key, filler text)')
  await database.query(`select pg_create_logical_replication_slot('other', 'pgoutput')`)
  const settings = ['WAL_SENDER_TIMEOUT_OFF', 'SLOT_WAL_TINY', 'DECODING_WORK_MEM_SMALL']
  await using test = openSource(database)
  const codes = async (slot = test) => {
    const findings = await slot.source.preflight()
    return findings.map(({ code }) => code).filter((code) => code !== 'TOAST_UNCHANGED')
  }
  expect(await codes()).toEqual(['SLOTS_EXHAUSTED', ...settings])
  await using other = openSource(database, { slot: 'other' })
  expect(await codes(other)).toEqual([...settings, ...(server.majorVersion >= 17 ? ['SLOT_NO_FAILOVER'] : [])])
  for (let segment = 0; segment < 3; segment++) {
    await database.query(
      `insert into items select 1000 * ${segment} + i, repeat('x', 3000) from generate_series(1, 1000) i`,
    )
    await database.query('select pg_switch_wal()')
    await database.query('checkpoint')
  }
  expect(await codes(other)).toEqual([...settings, 'SLOT_LOST'])
  await expect(other.source.ensureSlot(true)).rejects.toMatchObject({ code: 'SLOT_LOST', retry: 'never' })
})
