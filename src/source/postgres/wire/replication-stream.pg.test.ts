import { expect, test } from 'vitest'
import { openDatabase } from '../../../../test/support/postgres.ts'
import { RecordedChanges, UNCHANGED } from '../../../../test/support/recorded-changes.ts'
import { recordWhile } from '../../../../test/support/replication.ts'

/** A text that is stored out of line and does not compress. */
const TOASTED = `(select string_agg(md5(i::text), '') from generate_series(1, 400) i)`

test('delivers inserts, updates and deletes as whole transactions in the order of their commits', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, name text)')
  const recorded = new RecordedChanges()
  await recordWhile(database, recorded, async () => {
    const other = await database.connect()
    await other.query('begin')
    await other.query(`insert into items values (10, 'begun first, committed last')`)
    await database.query(`insert into items values (1, 'añ☃😀'), (2, null)`)
    await database.query(`update items set name = '' where id = 2`)
    await database.query(`delete from items where id = 1`)
    await other.query('commit')
    await database.query('begin')
    await database.query(`insert into items values (20, 'never')`)
    await database.query('rollback')
  })
  const table = 'public.items'
  expect(recorded.changes.map((change) => (change.tag === 'begin' ? { tag: 'begin' } : change))).toEqual([
    { tag: 'begin' },
    { tag: 'relation', table, columns: ['id', 'name'] },
    { tag: 'insert', table, row: { id: '1', name: 'añ☃😀' } },
    { tag: 'insert', table, row: { id: '2', name: null } },
    { tag: 'commit' },
    { tag: 'begin' },
    { tag: 'update', table, row: { id: '2', name: '' }, oldKind: 'none', old: {} },
    { tag: 'commit' },
    { tag: 'begin' },
    { tag: 'delete', table, oldKind: 'key', old: { id: '1', name: null } },
    { tag: 'commit' },
    { tag: 'begin' },
    { tag: 'insert', table, row: { id: '10', name: 'begun first, committed last' } },
    { tag: 'commit' },
  ])
  expect(recorded.commits).toEqual(recorded.commits.toSorted((a, b) => Number(a - b)))
})

test('gives what a transaction is: id, commit time, positions', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  const recorded = new RecordedChanges()
  let xid = ''
  const before = Date.now()
  await recordWhile(database, recorded, async () => {
    await database.query('begin')
    await database.query('insert into items values (1)')
    const [row] = await database.query<{ xid: string }>('select pg_current_xact_id()::xid::text as xid')
    xid = row?.xid ?? ''
    await database.query('commit')
  })
  const [head] = recorded.heads
  expect(head?.xid).toBe(Number(xid))
  const commitTimeMs = Number((head?.commitTimeUs ?? 0n) / 1000n)
  expect(commitTimeMs).toBeGreaterThanOrEqual(before - 1)
  expect(commitTimeMs).toBeLessThanOrEqual(Date.now() + 1)
  expect(recorded.commits[0]).toBeGreaterThan(head?.commitLsn ?? 0n)
})

test('tells key changes with the old key', async () => {
  await using database = await openDatabase()
  await database.query('create table items (a int, b text, c int, primary key (a, b))')
  const recorded = new RecordedChanges()
  await recordWhile(database, recorded, async () => {
    await database.query(`insert into items values (1, 'x', 5)`)
    await database.query(`update items set b = 'y'`)
    await database.query('update items set c = 6')
  })
  expect(recorded.rows.slice(1)).toMatchObject([
    { row: { a: '1', b: 'y', c: '5' }, oldKind: 'key', old: { a: '1', b: 'x', c: null } },
    { row: { a: '1', b: 'y', c: '6' }, oldKind: 'none' },
  ])
})

const LONG: unknown = expect.stringMatching(/^[0-9a-f]{12800}$/)

test.each([
  {
    identity: 'default',
    noted: { oldKind: 'none' },
    recoded: { oldKind: 'none' },
    removed: { oldKind: 'key', old: { id: '1', code: null, note: null, long: null } },
  },
  {
    identity: 'using index items_code',
    noted: { oldKind: 'none' },
    recoded: { oldKind: 'key', old: { id: null, code: 'a', note: null, long: null } },
    removed: { oldKind: 'key', old: { id: null, code: 'b', note: null, long: null } },
  },
  // A full old row carries the long value, so nothing is lost there.
  {
    identity: 'full',
    noted: { oldKind: 'full', old: { id: '1', code: 'a', note: null, long: LONG } },
    recoded: { oldKind: 'full', old: { id: '1', code: 'a', note: 'n', long: LONG } },
    removed: { oldKind: 'full', old: { id: '1', code: 'b', note: 'n', long: LONG } },
  },
])('with replica identity $identity gives old rows and unchanged TOASTed values', async ({ identity, ...expected }) => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, code text not null, note text, long text)')
  await database.query('alter table items alter long set storage external')
  await database.query('create unique index items_code on items (code)')
  await database.query(`alter table items replica identity ${identity}`)
  const recorded = new RecordedChanges()
  await recordWhile(database, recorded, async () => {
    await database.query(`insert into items values (1, 'a', null, ${TOASTED})`)
    await database.query(`update items set note = 'n'`)
    await database.query(`update items set code = 'b'`)
    await database.query('delete from items')
  })
  expect(recorded.rows).toMatchObject([
    { tag: 'insert', row: { id: '1', code: 'a', note: null, long: LONG } },
    { tag: 'update', row: { id: '1', code: 'a', note: 'n', long: UNCHANGED }, ...expected.noted },
    { tag: 'update', row: { id: '1', code: 'b', note: 'n', long: UNCHANGED }, ...expected.recoded },
    { tag: 'delete', ...expected.removed },
  ])
})

test('gives inserts of a table without replica identity', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int)')
  const recorded = new RecordedChanges()
  await recordWhile(database, recorded, async () => {
    await database.query('insert into items values (1)')
    await expect(database.query('update items set id = 2')).rejects.toThrow(/replica identity/)
  })
  expect(recorded.rows).toEqual([{ tag: 'insert', table: 'public.items', row: { id: '1' } }])
  expect([...recorded.relations.values()]).toMatchObject([
    { replicaIdentity: 'default', columns: [{ partOfKey: false }] },
  ])
})

test('gives truncates with all tables that they reach', async () => {
  await using database = await openDatabase()
  await database.query('create table parents (id int primary key)')
  await database.query('create table children (id int primary key, parent int references parents)')
  const recorded = new RecordedChanges()
  await recordWhile(database, recorded, () => database.query('truncate parents cascade'))
  expect(recorded.rows).toHaveLength(1)
  expect(recorded.rows[0]).toMatchObject({
    tag: 'truncate',
    tables: expect.arrayContaining(['public.parents', 'public.children']),
  })
})

test('gives logical messages, transactional ones inside their transaction', async () => {
  await using database = await openDatabase()
  const recorded = new RecordedChanges()
  await recordWhile(database, recorded, async () => {
    await database.query('begin')
    await database.query(`select pg_logical_emit_message(true, 'bound', 'one')`)
    await database.query(`select pg_logical_emit_message(false, 'free', 'two')`)
    await database.query('commit')
    await database.query('begin')
    await database.query(`select pg_logical_emit_message(true, 'bound', 'rolled back')`)
    await database.query('rollback')
  })
  expect(recorded.rows).toEqual([
    { tag: 'message', prefix: 'free', content: 'two', transactional: false },
    { tag: 'message', prefix: 'bound', content: 'one', transactional: true },
  ])
})

test('announces a relation again when its shape changed, and types and origins in passing', async () => {
  await using database = await openDatabase()
  await database.query(`create type mood as enum ('sad', 'happy')`)
  await database.query('create table items (id int primary key, m mood)')
  const recorded = new RecordedChanges()
  const origin = `origin_of_${database.name}`
  await recordWhile(database, recorded, async () => {
    await database.query(`insert into items values (1, 'sad')`)
    await database.query('alter table items add price numeric(10, 2)')
    await database.query(`insert into items values (2, 'happy', 1.50)`)
    await database.query('alter table items rename to things')
    await database.query(`insert into things values (3, 'happy', 2)`)
    await database.query('analyze things')
    await database.query(`select pg_replication_origin_create($1)`, [origin])
    await database.query(`select pg_replication_origin_session_setup($1)`, [origin])
    await database.query(`insert into things values (4, null, null)`)
    await database.query('select pg_replication_origin_session_reset()')
    await database.query(`select pg_replication_origin_drop($1)`, [origin])
  })
  expect(recorded.changes.filter(({ tag }) => tag === 'relation' || tag === 'insert')).toMatchObject([
    { table: 'public.items', columns: ['id', 'm'] },
    { row: { m: 'sad' } },
    { table: 'public.items', columns: ['id', 'm', 'price'] },
    { row: { m: 'happy', price: '1.50' } },
    { table: 'public.things', columns: ['id', 'm', 'price'] },
    { row: { id: '3', price: '2.00' } },
    { row: { id: '4', m: null, price: null } },
  ])
})

test('reads values under the pinned settings, whatever the database and role prefer', async () => {
  await using database = await openDatabase()
  for (const setting of [
    `timezone = 'Asia/Kolkata'`,
    `datestyle = 'SQL, DMY'`,
    `intervalstyle = 'postgres_verbose'`,
    'extra_float_digits = -5',
    `bytea_output = 'escape'`,
    `xmlbinary = 'hex'`,
    `search_path = 'public'`,
    `statement_timeout = '5s'`,
  ]) {
    await database.query(`alter database ${database.name} set ${setting}`)
  }
  await database.query(`create table items (id int primary key, at timestamptz, day date, span interval, real float8,
    bytes bytea, kind regclass)`)
  const recorded = new RecordedChanges()
  await recordWhile(database, recorded, () =>
    database.query(`insert into items values (1, '2026-02-03 04:05:06.789012+00', '2026-02-03', '1 year -2 days 03:04:05',
      0.1::float8 + 0.2::float8, '\\x00ff', 'items')`),
  )
  expect(recorded.rows).toMatchObject([
    {
      row: {
        at: '2026-02-03 04:05:06.789012+00',
        day: '2026-02-03',
        span: 'P1Y-2DT3H4M5S',
        real: '0.30000000000000004',
        bytes: String.raw`\x00ff`,
        kind: 'public.items',
      },
    },
  ])
})

test('takes rows of every size, up to values larger than the receive buffer', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, body text)')
  const lengths: (number | undefined)[] = []
  const recorded = new RecordedChanges()
  recorded.insert = (_oid, row) => void lengths.push(row.lengths[1])
  const wanted = [0, 1, 8_000, 70_000, 1_048_576, 5_000_000, 30_000_000, 10]
  await recordWhile(database, recorded, async () => {
    for (const [id, length] of wanted.entries()) {
      await database.query(`insert into items values ($1, repeat('x', $2))`, [id, length])
    }
  })
  expect(lengths).toEqual(wanted)
})
