import mysql from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const hash = 'DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")'
const setUp = `CREATE DATABASE d; CREATE DATABASE e; USE d; CREATE TABLE a (k INT, v INT) PRIMARY KEY(k) ${hash};
  CREATE TABLE b (k INT, v INT) PRIMARY KEY(k) ${hash}; CREATE TABLE e.o (k INT, v INT) PRIMARY KEY(k) ${hash}`
const notAllowed = 'Explicit transaction only support begin/commit/rollback/insert/update/delete/select statements'
const written = 'NOT allowed to read or write tables that have been subjected to DML operations before'

const refusedWith = (errno: number, message: string): object => ({ errno, message: expect.stringContaining(message) })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start(['--version', '4.0.2'])
  await sr.sql.query(setUp)
})
afterAll(async () => sr[Symbol.asyncDispose]())
beforeEach(async () => {
  await sr.sql.query('ROLLBACK; TRUNCATE TABLE a; TRUNCATE TABLE b; INSERT INTO a VALUES (1, 10), (2, 20)')
})

const counts = async (of = sr): Promise<unknown> =>
  (await of.rows('SELECT (SELECT count(*) FROM d.a), (SELECT count(*) FROM d.b)'))[0]

describe('SQL transactions (starrocks.md 6)', () => {
  it.each([
    [
      'a second write of one table',
      'INSERT INTO a VALUES (3, 30)',
      'INSERT INTO a VALUES (4, 40)',
      refusedWith(5303, written),
    ],
    [
      'a table that it has written as a source',
      'UPDATE a SET v = 1 WHERE k = 1',
      'INSERT INTO b SELECT * FROM a',
      refusedWith(5303, written),
    ],
    [
      'another database',
      'INSERT INTO a VALUES (3, 30)',
      'INSERT INTO e.o VALUES (1, 1)',
      refusedWith(5304, 'Cannot execute cross-database transactions'),
    ],
    [
      'DDL',
      'INSERT INTO a VALUES (3, 30)',
      `CREATE TABLE x (k INT) PRIMARY KEY(k) ${hash}`,
      refusedWith(1064, notAllowed),
    ],
    ['ALTER', 'INSERT INTO a VALUES (3, 30)', 'ALTER TABLE a RENAME z', refusedWith(1064, notAllowed)],
    ['TRUNCATE', 'INSERT INTO a VALUES (3, 30)', 'TRUNCATE TABLE b', refusedWith(1064, notAllowed)],
    [
      'INSERT OVERWRITE',
      'INSERT INTO a VALUES (3, 30)',
      'INSERT OVERWRITE b SELECT 1, 1',
      refusedWith(1064, notAllowed),
    ],
  ])('refuse %s, and keep what was written before', async (_what, first, second, error) => {
    await sr.sql.query(`BEGIN; ${first}`)
    await expect(sr.sql.query(second)).rejects.toMatchObject(error)
    await sr.sql.query('COMMIT')
    expect(await sr.rows('SELECT count(*) > 2 OR min(v) = 1 FROM a')).toEqual([[1]])
    expect(await sr.rows('SELECT count(*) FROM b')).toEqual([['0']])
  })

  it('write several tables by INSERT, UPDATE and DELETE, seen by nobody before COMMIT, then together', async () => {
    const [replies] = await sr.sql.query('START TRANSACTION; INSERT INTO b SELECT * FROM a; DELETE FROM a WHERE k = 1')
    expect(replies).toMatchObject([
      { info: expect.stringMatching(/'status':'PREPARE', 'txnId':'\d+'/) },
      { affectedRows: 2 },
      { affectedRows: 1 },
    ])
    expect(await counts()).toEqual(['2', '0'])
    const [reply] = await sr.sql.query('COMMIT WORK')
    expect(reply).toMatchObject({ info: expect.stringContaining("'status':'VISIBLE'") })
    expect(await counts()).toEqual(['1', '2'])
  })

  it('are rolled back by ROLLBACK, by a change of user and by the end of the connection', async () => {
    const ends: readonly ((connection: mysql.Connection) => Promise<unknown>)[] = [
      async (connection) => connection.query('ROLLBACK'),
      async (connection) => connection.changeUser({ user: 'root', database: 'd' }),
      async (connection) => connection.end(),
    ]
    for (const end of ends) {
      const connection = await mysql.createConnection({
        host: '127.0.0.1',
        port: sr.ports.mysqlPort,
        user: 'root',
        database: 'd',
        multipleStatements: true,
      })
      await connection.query('BEGIN WORK; INSERT INTO b VALUES (9, 9)')
      expect(await sr.rows("SHOW PROC '/transactions/d/running'")).toHaveLength(1)
      await end(connection)
      await expect.poll(async () => sr.rows("SHOW PROC '/transactions/d/running'")).toEqual([])
      connection.destroy()
    }
    expect(await counts()).toEqual(['2', '0'])
  })

  it('begin once: BEGIN in a transaction answers the same one', async () => {
    const [first] = await sr.sql.query('BEGIN')
    const [second] = await sr.sql.query('BEGIN')
    expect(second).toEqual(first)
    expect((await sr.sql.query('COMMIT'))[0]).toMatchObject({ info: expect.stringContaining('VISIBLE') })
    expect((await sr.sql.query('COMMIT'))[0]).toMatchObject({ info: '' })
  })

  it('take INSERT only in 3.5', async () => {
    await using older = await RunningStandIn.start(['--version', '3.5'])
    await older.sql.query(`${setUp}; BEGIN; INSERT INTO a VALUES (1, 1)`)
    expect(await older.refusal('UPDATE b SET v = 1 WHERE k = 1')).toContain(notAllowed)
    expect(await older.refusal('DELETE FROM b WHERE k = 1')).toContain(notAllowed)
    expect(await older.refusal('INSERT INTO a VALUES (2, 2)')).toContain(written)
    await older.sql.query('INSERT INTO b VALUES (2, 2); COMMIT')
    expect(await counts(older)).toEqual(['1', '1'])
  })
})
