import { expect, test } from 'vitest'
import { openDatabase } from '../../../../test/support/postgres.ts'
import { openSource } from '../../../../test/support/postgres-source.ts'
import { readPlan, readRange } from '../../../../test/support/read-table.ts'

const WHOLE = { tag: 'ctid', fromBlock: 0, toBlock: null } as const
const never = new AbortController().signal

/** Every character below a space, the ones that COPY escapes, look-alikes of its marks, and more than ASCII. */
const AWKWARD = [
  ...Array.from({ length: 31 }, (_, index) => `a${String.fromCharCode(index + 1)}b`),
  '',
  '\\',
  '\\\\',
  '\\N',
  '\\N\\N',
  'x\\N',
  '\\.',
  '\t',
  '\n',
  '\r\n',
  'tab\tand\nline\\feed\b\f\v',
  'ends with \\',
  '\\t',
  'añ☃😀',
  'null',
  'NULL',
  '"quoted", and \'so\'',
  '\u007f\u0080\u00ff',
  'x'.repeat(300_000) + '\\' + '\n'.repeat(1000),
]

test('reads every character as it is stored', async () => {
  await using database = await openDatabase()
  await database.query('create table words (id int primary key, word text, twin text)')
  for (const [id, word] of [...AWKWARD, null].entries()) {
    await database.query('insert into words values ($1, $2, $2)', [id, word])
  }
  await using test = openSource(database)
  const rows = await readRange(test.source, await test.table('words'), WHOLE)
  expect(rows).toEqual([...AWKWARD, null].map((word, id) => [String(id), word, word]))
})

test('gives values the form that the server gives them under the pinned settings, whatever the role and database prefer', async () => {
  await using database = await openDatabase()
  await database.query(`alter database ${database.name} set timezone = 'Asia/Tokyo'`)
  await database.query(`alter database ${database.name} set datestyle = 'German'`)
  await database.query(`alter database ${database.name} set extra_float_digits = -5`)
  await database.query(`alter database ${database.name} set bytea_output = 'escape'`)
  await database.query(`alter database ${database.name} set search_path = public`)
  await database.query(`create type public.mood as enum ('a b', 'c,d')`)
  await database.query(
    'create table things (id int primary key, at timestamptz, day date, real float8, bytes bytea, type regtype, list public.mood[], num numeric)',
  )
  await database.query(
    `insert into things values (1, '2026-03-01 12:00:00.123456+00', '2026-03-01', 0.1, '\\xdeadbeef', 'public.mood', '{"a b","c,d",NULL}', 1.10)`,
  )
  await using test = openSource(database)
  expect(await readRange(test.source, await test.table('things'), WHOLE)).toEqual([
    [
      '1',
      '2026-03-01 12:00:00.123456+00',
      '2026-03-01',
      '0.1',
      '\\xdeadbeef',
      'public.mood',
      '{"a b","c,d",NULL}',
      '1.10',
    ],
  ])
})

test('cuts a heap so that every row is read exactly once, whatever the size of a chunk', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, filler text)')
  await database.query(`insert into items select i, repeat('x', 1 + i % 700) from generate_series(1, 3000) i`)
  await database.query('delete from items where id % 3 = 0')
  await using test = openSource(database)
  const table = await test.table('items')
  const expected = await database.query<{ id: string }>('select id::text from items order by items.id')
  for (const targetChunkBytes of [1, 8_192, 20_000, 100_000, 10_000_000]) {
    const plan = await test.source.planChunks(table, targetChunkBytes)
    const rows = await readPlan(test.source, table, plan)
    const ids = rows.map((row) => Number(row[0])).toSorted((a, b) => a - b)
    expect(ids, `chunks of ${targetChunkBytes} bytes`).toEqual(expected.map((row) => Number(row.id)))
    expect(plan.ranges.at(-1)).toMatchObject({ toBlock: null })
  }
})

test('reads an empty table as one range without rows', async () => {
  await using database = await openDatabase()
  await database.query('create table nothing (id int primary key)')
  await using test = openSource(database)
  const table = await test.table('nothing')
  const plan = await test.source.planChunks(table, 1_000_000)
  expect(plan.ranges).toEqual([WHOLE])
  expect(await readPlan(test.source, table, plan)).toEqual([])
})

test('tells a rewritten, a dropped, a re-made and an altered table', async () => {
  await using database = await openDatabase()
  for (const name of ['rewritten', 'dropped', 'remade', 'narrowed']) {
    await database.query(`create table ${name} (id int primary key, more text)`)
    await database.query(`insert into ${name} values (1)`)
  }
  await using test = openSource(database, { snapshotConnections: 1 })
  const { tables } = await test.source.discover()
  const find = (name: string) => {
    const table = tables.find(({ schema }) => schema.name === name)?.schema
    if (!table) throw new Error(`${name} is missing`)
    return table
  }
  const plan = await test.source.planChunks(find('rewritten'), 1_000_000)
  await database.query('vacuum full rewritten')
  {
    await using chunk = await test.source.openChunk(find('rewritten'), WHOLE, never)
    expect(chunk.relfilenode).not.toBe(plan.relfilenode)
  }
  const outdated = { code: 'SNAPSHOT_OUTDATED', retry: 'auto' }
  await database.query('drop table dropped')
  await expect(test.source.openChunk(find('dropped'), WHOLE, never)).rejects.toMatchObject(outdated)
  await expect(test.source.planChunks(find('dropped'), 1_000_000)).rejects.toMatchObject(outdated)
  await database.query('drop table remade')
  await database.query('create table remade (id int primary key, more text)')
  await expect(test.source.openChunk(find('remade'), WHOLE, never)).rejects.toMatchObject(outdated)
  await database.query('alter table narrowed drop column more')
  await expect(readRange(test.source, find('narrowed'), WHOLE)).rejects.toMatchObject(outdated)
})

test('stops reading while the receiver is busy', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, filler text)')
  await database.query(`insert into items select i, repeat('x', 1000) from generate_series(1, 20000) i`)
  await using test = openSource(database)
  await using chunk = await test.source.openChunk(await test.table('items'), WHOLE, never)
  let rows = 0
  let rowsWhileBusy = 0
  let waits = 0
  const count = await chunk.read(
    () => {
      rows++
    },
    () => {
      waits++
      if (waits > 3) return undefined
      const before = rows
      return new Promise((resolve) => {
        setTimeout(() => {
          rowsWhileBusy += rows - before
          resolve()
        }, 30)
      })
    },
  )
  expect(count).toBe(20_000)
  expect(waits).toBeGreaterThan(3)
  expect(rowsWhileBusy).toBe(0)
})

test('ends a read with the receiver’s error, with the reason of an abort, and reads on with other sessions', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, filler text)')
  await database.query(`insert into items select i, repeat('x', 1000) from generate_series(1, 20000) i`)
  await using test = openSource(database, { snapshotConnections: 1 })
  const table = await test.table('items')
  {
    await using chunk = await test.source.openChunk(table, WHOLE, never)
    const broken = chunk.read(
      () => {
        throw new Error('the receiver broke')
      },
      () => undefined,
    )
    await expect(broken).rejects.toThrow('the receiver broke')
  }
  {
    await using chunk = await test.source.openChunk(table, WHOLE, never)
    const broken = chunk.read(
      () => undefined,
      () => Promise.reject(new Error('the target broke')),
    )
    await expect(broken).rejects.toThrow('the target broke')
  }
  {
    const stop = new AbortController()
    await using chunk = await test.source.openChunk(table, WHOLE, stop.signal)
    const stopped = chunk.read(
      () => undefined,
      () => {
        stop.abort(new Error('stop now'))
        return undefined
      },
    )
    await expect(stopped).rejects.toThrow('stop now')
  }
  expect(await readRange(test.source, table, WHOLE)).toHaveLength(20_000)
})

test('gives a chunk up whose receiver lets it stand for too long', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, filler text)')
  await database.query(`insert into items select i, repeat('x', 1000) from generate_series(1, 20000) i`)
  await using test = openSource(database, { longestChunkMs: 200 })
  const table = await test.table('items')
  await using chunk = await test.source.openChunk(table, WHOLE, never)
  const reading = chunk.read(
    () => undefined,
    () => Promise.withResolvers<void>().promise,
  )
  await expect(reading).rejects.toMatchObject({
    retry: 'auto',
    message: expect.stringContaining('the chunk was open for 200 ms and was given up'),
  })
})
