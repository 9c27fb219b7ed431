import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query(`CREATE DATABASE d; USE d;
    CREATE TABLE t (k INT, v VARCHAR(20), n INT DEFAULT "7", at DATETIME) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1");
    CREATE TABLE two (a VARCHAR(200), b DATETIME, c BIGINT, v INT NOT NULL) PRIMARY KEY(a, b, c) DISTRIBUTED BY HASH(a) PROPERTIES("replication_num" = "1");
    CREATE TABLE dup (k INT, v VARCHAR(20)) DUPLICATE KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`)
})
afterAll(async () => sr[Symbol.asyncDispose]())
beforeEach(async () => void (await sr.sql.query('TRUNCATE TABLE t; TRUNCATE TABLE two; TRUNCATE TABLE dup')))

const strict = { strict_mode: 'true' }
const rows = () => sr.rows('SELECT k, v, n FROM t ORDER BY k')

describe('primary key tables (starrocks.md 3)', () => {
  it('replaces by key, and the last row of a load wins', async () => {
    await sr.load('t', '1\ta\n2\tb\n', { columns: 'k,v' })
    await sr.load('t', '1\tx\n1\ty\n', { columns: 'k,v' })
    expect(await rows()).toEqual([
      [1, 'y', 7],
      [2, 'b', 7],
    ])
  })

  it.each<[string, Record<string, string>]>([
    ['2\tb\t1\n3\tc\t0\n9\t\t1\n', { columns: 'k,v,__op' }],
    ['2\tb\tdelete\n3\tc\tupsert\n9\t\tDELETE\n', { columns: 'k,v,__op' }],
  ])('deletes and upserts by __op; an absent key is no error: %j', async (body, headers) => {
    await sr.load('t', '1\ta\n2\tb\n', { columns: 'k,v' })
    expect(await sr.load('t', body, headers)).toMatchObject({ Status: 'Success', NumberLoadedRows: 3 })
    expect(await rows()).toEqual([
      [1, 'a', 7],
      [3, 'c', 7],
    ])
  })

  it('takes a constant __op', async () => {
    await sr.load('t', '1\ta\n2\tb\n', { columns: 'k,v' })
    await sr.load('t', '2\n', { columns: "k,__op='delete'" })
    expect(await rows()).toEqual([[1, 'a', 7]])
  })

  it('filters a row with another __op', async () => {
    expect((await sr.load('t', '1\ta\tmaybe\n', { columns: 'k,v,__op' }))['Status']).toBe('Fail')
  })

  it('keeps the order of delete and upsert inside a load', async () => {
    await sr.load('t', '1\ta\t0\n1\t\t1\n2\tb\t0\n2\t\t1\n2\tlast\t0\n', { columns: 'k,v,__op' })
    expect(await rows()).toEqual([[2, 'last', 7]])
  })

  it('keeps that order over thousands of rows', async () => {
    const body = Array.from(
      { length: 12_000 },
      (_, index) => `${index % 4000}\tv${index}\t${index % 3 === 0 ? 1 : 0}\n`,
    ).join('')
    await sr.load('t', body, { columns: 'k,v,__op' })
    // Of key k the last row is k + 8000: deleted where that is divisible by three.
    expect(await sr.rows('SELECT count(*), min(v) FROM t WHERE v = concat("v", k + 8000)')).toEqual([
      ['2667', 'v10000'],
    ])
    expect(await sr.rows('SELECT count(*) FROM t')).toEqual([['2667']])
  })

  it('wants a delete to be parseable: NULL in a NOT NULL column is filtered', async () => {
    const reply = await sr.load('two', '{"a":"x","b":"2024-01-01 00:00:00","c":1,"__op":1}', {
      format: 'json',
      ...strict,
    })
    expect(reply).toMatchObject({ Status: 'Fail', NumberFilteredRows: 1 })
  })

  it('compares keys of several columns exactly', async () => {
    await sr.load('two', 'x\t2024-01-01 00:00:00.000001\t1\t1\nx\t2024-01-01 00:00:00.000002\t1\t2\n', strict)
    await sr.load('two', "x\t2024-01-01 00:00:00.000001\t1\t3\nit's\t2024-01-01\t-1\t4\n", strict)
    expect(await sr.rows('SELECT a, v FROM two ORDER BY v')).toEqual([
      ['x', 2],
      ['x', 3],
      ["it's", 4],
    ])
  })

  it('fails for an encoded key above 128 bytes', async () => {
    const fits = `${'k'.repeat(110)}\t2024-01-01\t1\t1\n`
    expect((await sr.load('two', fits))['Status']).toBe('Success')
    expect((await sr.load('two', `k${fits}`))['Message']).toContain('primary key size exceed the limit')
  })

  it('updates some columns, and inserts what is absent with defaults', async () => {
    await sr.load('t', '1\ta\t5\n', { columns: 'k,v,n' })
    const reply = await sr.load('t', '1\tA\n2\tB\n', { columns: 'k,v', partial_update: 'true' })
    expect(reply['Status']).toBe('Success')
    expect(await rows()).toEqual([
      [1, 'A', 5],
      [2, 'B', 7],
    ])
  })

  it('updates some columns of thousands of rows', async () => {
    const ids = Array.from({ length: 5000 }, (_, index) => index)
    await sr.load('t', ids.map((id) => `${id}\tv${id}\t${id}\n`).join(''), { columns: 'k,v,n' })
    await sr.load('t', ids.map((id) => `{"k":${id + 2500},"n":${-id}}`).join('\n'), {
      columns: 'k,n',
      partial_update: 'true',
      format: 'json',
    })
    expect(await sr.rows('SELECT count(*), count(v), sum(n < 0) FROM t')).toEqual([['7500', '5000', expect.anything()]])
  })

  it('updates partially only primary key tables', async () => {
    expect((await sr.load('dup', '1\n', { columns: 'k', partial_update: 'true' }))['Message']).toBe(
      'Only primary key table support partial update',
    )
  })

  it('applies merge_condition to upserts', async () => {
    await sr.load('t', '1\ta\t5\n2\tb\t5\n', { columns: 'k,v,n' })
    await sr.load('t', '1\tlow\t4\n2\thigh\t6\n3\tnew\t1\n', { columns: 'k,v,n', merge_condition: 'n' })
    expect(await rows()).toEqual([
      [1, 'a', 5],
      [2, 'high', 6],
      [3, 'new', 1],
    ])
  })

  it('deletes whatever merge_condition says, and knows it with partial updates', async () => {
    await sr.load('t', '1\ta\t5\n2\tb\t5\n', { columns: 'k,v,n' })
    await sr.load('t', '1\t\t4\t1\n2\tlow\t4\t0\n', { columns: 'k,v,n,__op', merge_condition: 'n' })
    expect(await rows()).toEqual([[2, 'b', 5]])
    await sr.load('t', '2\t4\n', { columns: 'k,n', merge_condition: 'n', partial_update: 'true' })
    expect(await rows()).toEqual([[2, 'b', 5]])
    await sr.load('t', '2\t6\n', { columns: 'k,n', merge_condition: 'n', partial_update: 'true' })
    expect(await rows()).toEqual([[2, 'b', 6]])
  })

  it.each([
    ['a key column', { columns: 'k,v', merge_condition: 'k' }, 'should not be primary key'],
    ['an unknown column', { columns: 'k,v', merge_condition: 'nope' }, 'Merge condition column nope does not exist'],
    ['a partial update without its key', { columns: 'v', partial_update: 'true' }, 'Primary key column k is missing'],
  ])('refuses %s: %j: %s', async (_what, headers, message) => {
    expect((await sr.load('t', '1\ta\n', headers))['Message']).toContain(message)
  })

  it('changes a key by delete and upsert in one load, and swaps two keys', async () => {
    await sr.load('t', '1\ta\n2\tb\n', { columns: 'k,v' })
    await sr.load('t', '1\t\t1\n2\t\t1\n2\ta\t0\n1\tb\t0\n', { columns: 'k,v,__op' })
    expect(await rows()).toEqual([
      [1, 'b', 7],
      [2, 'a', 7],
    ])
  })

  it('takes partial updates in row and in column mode, and deletes among them', async () => {
    await sr.load('t', '1\ta\t5\n2\tb\t6\n', { columns: 'k,v,n' })
    for (const mode of ['row', 'column']) {
      const headers = { columns: 'k,v,__op', partial_update: 'true', partial_update_mode: mode }
      await sr.load('t', `1\t${mode}\t0\n2\t\t1\n`, headers)
      expect(await rows()).toEqual([[1, mode, 5]])
    }
  })

  it('appends to duplicate key tables', async () => {
    await sr.load('dup', '1\ta\n1\ta\n')
    await sr.load('dup', '1\ta\n')
    expect(await sr.rows('SELECT count(*) FROM dup')).toEqual([['3']])
  })
})
