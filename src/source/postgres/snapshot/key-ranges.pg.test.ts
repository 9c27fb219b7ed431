import { expect, test } from 'vitest'
import { openDatabase, type TestDatabase } from '../../../../test/support/postgres.ts'
import { openSource, type TestSource } from '../../../../test/support/postgres-source.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { readPlan, textsOf, type TextRow } from '../../../../test/support/read-table.ts'

const ROWS = 4_000

/** Keys of each kind, by the number of the row; ordering and text forms differ in instructive ways. */
const KEYS: readonly {
  readonly name: string
  readonly columns: string
  readonly key: string
  readonly value: string
}[] = [
  { name: 'numeric', columns: 'k numeric', key: 'k', value: '(i - 1500) * 0.37' },
  { name: 'text', columns: 'k text', key: 'k', value: `chr(65 + i % 50) || E'\\\\\\t'''||  i` },
  { name: 'uuid', columns: 'k uuid', key: 'k', value: `md5(i::text)::uuid` },
  {
    name: 'timestamptz',
    columns: 'k timestamptz',
    key: 'k',
    value: `'2020-01-01'::timestamptz + i * interval '7 minutes'`,
  },
  { name: 'bytea', columns: 'k bytea', key: 'k', value: `decode(md5(i::text), 'hex')` },
  { name: 'float8', columns: 'k float8', key: 'k', value: 'i / 7.0' },
  { name: 'char', columns: 'k char(12)', key: 'k', value: `'k' || i` },
  {
    name: 'composite',
    columns: 'region text, k bigint',
    key: 'k, region',
    value: `(array['eu','us','ap'])[1 + i % 3], i / 3`,
  },
]

async function createPartitioned(database: TestDatabase, kind: (typeof KEYS)[number]): Promise<void> {
  const name = `by_${kind.name}`
  await database.query(
    `create table ${name} (${kind.columns}, filler text, primary key (${kind.key})) partition by hash (${kind.key})`,
  )
  for (const remainder of [0, 1, 2]) {
    await database.query(
      `create table ${name}_${remainder} partition of ${name} for values with (modulus 3, remainder ${remainder})`,
    )
  }
  await database.query(`insert into ${name} select ${kind.value}, repeat('x', 100) from generate_series(1, ${ROWS}) i`)
  await database.query(`analyze ${name}`)
}

async function expected(database: TestDatabase, name: string): Promise<readonly string[]> {
  const rows = await database.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`)
  return rows.map(({ row }) => row).toSorted()
}

/** Rows as the server writes them as JSON would have other forms: they are compared by what PostgreSQL reads from them. */
async function seen(database: TestDatabase, name: string, rows: readonly TextRow[]): Promise<readonly string[]> {
  const read = await database.query<{ row: string }>(
    `select to_jsonb(t)::text as row
       from unnest($1::text[]) line, json_populate_record(null::${name}, line::json) t`,
    [rows.map((row) => JSON.stringify(toObject(name, row)))],
  )
  return read.map(({ row }) => row).toSorted()
}

function toObject(name: string, row: TextRow): Record<string, unknown> {
  return name === 'by_composite' ? { region: row[0], k: row[1], filler: row[2] } : { k: row[0], filler: row[1] }
}

async function planOf(test: TestSource, name: string, targetChunkBytes: number) {
  const table = await test.table(name)
  return { table, plan: await test.source.planChunks(table, targetChunkBytes) }
}

test.each(KEYS)('cuts a partitioned table by its $name key so that every row is read exactly once', async (kind) => {
  await using database = await openDatabase()
  await createPartitioned(database, kind)
  await using test = openSource(database)
  const name = `by_${kind.name}`
  for (const targetChunkBytes of [60_000, 10_000_000]) {
    const { table, plan } = await planOf(test, name, targetChunkBytes)
    expect(plan.ranges.length > 3).toBe(targetChunkBytes === 60_000)
    expect(plan.estimatedRows).toBe(ROWS)
    const rows = await readPlan(test.source, table, plan)
    expect(await seen(database, name, rows)).toEqual(await expected(database, name))
  }
})

const wanted = (keys: readonly (readonly string[])[]) => ({ keys, mustSee: new Set<number>() })

test('cuts by a key of an extension’s type in that type’s own order', async () => {
  await using database = await openDatabase()
  await database.query('create extension citext')
  await database.query('create table words (word citext, n int, primary key (word, n)) partition by hash (word)')
  await database.query('create table words_0 partition of words for values with (modulus 1, remainder 0)')
  await database.query(
    `insert into words select case when i % 2 = 0 then upper(chr(97 + i % 26)) else chr(97 + i % 26) end || i / 26, i
       from generate_series(1, 3000) i`,
  )
  await database.query('analyze words')
  await using test = openSource(database)
  const { table, plan } = await planOf(test, 'words', 20_000)
  expect(plan.ranges.length).toBeGreaterThan(3)
  const rows = await readPlan(test.source, table, plan)
  expect(rows.map((row) => Number(row[1])).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 3000 }, (_, index) => index + 1),
  )
  const again: TextRow[] = []
  await test.source.readRows(table, wanted(rows.slice(0, 10).map((row) => [row[0] ?? '', row[1] ?? ''])), (row) =>
    again.push(textsOf(row)),
  )
  const byNumber = (a: TextRow, b: TextRow) => Number(a[1]) - Number(b[1])
  expect(again.toSorted(byNumber)).toEqual(rows.slice(0, 10).toSorted(byNumber))
})

test('notices partitions that are attached, detached or truncated between plan and chunk', async () => {
  await using database = await openDatabase()
  await database.query('create table events (id int primary key) partition by range (id)')
  await database.query('create table events_1 partition of events for values from (0) to (100)')
  await database.query('create table events_2 partition of events for values from (100) to (200)')
  await using test = openSource(database)
  const { table, plan } = await planOf(test, 'events', 10_000_000)
  const identityNow = async () => {
    await using chunk = await test.source.openChunk(table, { tag: 'key', after: null, upTo: null }, AbortSignal.any([]))
    return chunk.relfilenode
  }
  expect(await identityNow()).toBe(plan.relfilenode)
  await database.query('truncate events_1')
  const truncated = await identityNow()
  await database.query('alter table events detach partition events_2')
  const detached = await identityNow()
  await database.query('alter table events attach partition events_2 for values from (100) to (200)')
  const attached = await identityNow()
  expect(new Set([plan.relfilenode, truncated, detached]).size).toBe(3)
  expect(attached).toBe(truncated)
})

test('reads rows again by their keys, in the very form of the first copy', async () => {
  await using database = await openDatabase()
  await database.query(
    'create table facts (a numeric, b text, note text, at timestamptz, more text, primary key (b, a))',
  )
  await database.query(
    `insert into facts select i * 1.10, E'\\t\\\\''x' || i, repeat('y', 5000), now() + i * interval '1 us', null
       from generate_series(1, 2500) i`,
  )
  await using test = openSource(database)
  const table = await test.table('facts')
  const all = await readPlan(test.source, table, await test.source.planChunks(table, 500_000))
  const keys = all.map((row) => [row[1] ?? '', row[0] ?? ''])
  const again: TextRow[] = []
  await test.source.readRows(table, wanted([...keys, ['gone', '1']]), (row) => again.push(textsOf(row)))
  const order = (rows: readonly TextRow[]) => rows.toSorted((x, y) => Number(x[0]) - Number(y[0]))
  expect(order(again)).toEqual(order(all))
  expect(again.length).toBe(2500)
  await test.source.readRows(table, wanted([]), () => {
    throw new Error('nothing was asked for')
  })
})

test('looks asked keys up in the index, never by reading the whole table', async () => {
  await using database = await openDatabase()
  await database.query('create table many (id bigint primary key, filler text)')
  await database.query(`insert into many select i, 'x' from generate_series(1, 50000) i`)
  await using test = openSource(database)
  const table = await test.table('many')
  const found: unknown[] = []
  await test.source.readRows(table, wanted([['7'], ['40000']]), (row) => found.push(row.text(0)))
  expect(new Set(found)).toEqual(new Set(['7', '40000']))
  // The server counts a session's scans when it ends.
  await test.source[Symbol.asyncDispose]()
  const scans = await waitFor(
    async () => {
      const [row] = await database.query<{ seq: string; idx: string }>(
        `select seq_tup_read::text as seq, idx_scan::text as idx from pg_stat_user_tables where relname = 'many'`,
      )
      return row?.idx === '0' ? null : row
    },
    { describe: 'the scans to be counted' },
  )
  expect(scans).toEqual({ seq: '0', idx: '2' })
})
