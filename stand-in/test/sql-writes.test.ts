import mysql from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const hash = 'DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")'

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query(`CREATE DATABASE d; USE d;
    CREATE TABLE u (k INT, t_k INT) PRIMARY KEY(k) ${hash}; CREATE TABLE p (k INT, a INT DEFAULT "7", b VARCHAR(9)) PRIMARY KEY(k) ${hash}`)
})
afterAll(async () => sr[Symbol.asyncDispose]())

describe('writing by SQL (starrocks.md 6)', () => {
  it('inserts with defaults, upserts by key, tells its label', async () => {
    await sr.sql.query(
      `CREATE TABLE w (k INT, v VARCHAR(3) DEFAULT "d", x VARBINARY(9), n INT NOT NULL) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`,
    )
    const [reply] = await sr.sql.query(`INSERT INTO w (k, x, n) VALUES (1, to_binary('68690a'), 1), (2, 'raw', 1 + 1)`)
    expect(reply).toMatchObject({
      affectedRows: 2,
      info: expect.stringMatching(/\{'label':'insert_[\w-]+', 'status':'VISIBLE', 'txnId':'\d+'\}/),
    })
    await sr.sql.query("INSERT INTO w WITH LABEL mine (k, v, n) SELECT k, 'up', 3 FROM w WHERE k = 2")
    expect(await sr.rows('SELECT * FROM w ORDER BY k')).toEqual([
      [1, 'd', Buffer.from('hi\n'), 1],
      [2, 'up', Buffer.from('raw'), 3],
    ])
    expect(await sr.refusal('INSERT INTO w WITH LABEL mine (k, n) VALUES (9, 9)')).toContain(
      'Label [mine] has already been used.',
    )
  })

  it('filters nothing in silence: strict by default', async () => {
    expect(await sr.refusal("INSERT INTO w VALUES (5, 'four', NULL, 1)")).toContain(
      'Insert has filtered data in strict mode',
    )
    expect(await sr.refusal('INSERT INTO w (k) VALUES (5)')).toContain('Insert has filtered data in strict mode')
    expect(await sr.refusal('INSERT INTO w VALUES (5)')).toContain("Column count doesn't match value count")
    expect(await sr.rows('SELECT count(*) FROM w WHERE k = 5')).toEqual([['0']])
  })

  it('updates and deletes', async () => {
    await sr.sql.query("UPDATE w SET v = concat(v, '!'), n = n * 10 WHERE k = 1")
    expect(await sr.rows('SELECT v, n FROM w WHERE k = 1')).toEqual([['d!', 10]])
    expect(await sr.refusal('UPDATE w SET k = 3 WHERE k = 1')).toContain('primary key column cannot be updated')
    const [reply] = await sr.sql.query('DELETE FROM w WHERE w.k IN (1, 77)')
    expect(reply).toMatchObject({ affectedRows: 1 })
    expect(await sr.rows('SELECT k FROM w')).toEqual([[2]])
    expect(await sr.refusal('DELETE FROM w')).toContain('Where clause is not set')
  })

  it('overwrites', async () => {
    await sr.sql.query("INSERT OVERWRITE w SELECT 7, 'o', NULL, 7")
    expect(await sr.rows('SELECT k FROM w')).toEqual([[7]])
    await sr.sql.query(
      `CREATE DATABASE IF NOT EXISTS elsewhere; CREATE TABLE elsewhere.w (k INT) PRIMARY KEY(k) ${hash}; INSERT INTO elsewhere.w VALUES (1), (2); INSERT OVERWRITE elsewhere.w SELECT k FROM w`,
    )
    expect(await sr.rows('SELECT k FROM elsewhere.w')).toEqual([[7]])
  })

  it('tells of rows that are committed and not yet visible', async () => {
    await sr.fault({ match: { path: 'query', sql: '^INSERT' }, action: 'publish-timeout', ms: 50 })
    const [reply] = await sr.sql.query('INSERT INTO p VALUES (77, 1, NULL)')
    expect(reply).toMatchObject({ affectedRows: 1, info: expect.stringContaining("'status':'COMMITTED'") })
    await expect.poll(async () => sr.rows('SELECT a FROM p WHERE k = 77')).toEqual([[1]])
  })

  it('keeps a transaction together, unseen by itself, and rolls back when the connection closes', async () => {
    await sr.sql.query("BEGIN; INSERT INTO w VALUES (8, 'a', NULL, 1); INSERT INTO u VALUES (80, 80)")
    expect(await sr.rows('SELECT count(*) FROM w WHERE k = 8')).toEqual([['0']])
    await sr.sql.query('COMMIT')
    expect(await sr.rows('SELECT (SELECT count(*) FROM w WHERE k = 8), (SELECT count(*) FROM u WHERE k = 80)')).toEqual(
      [['1', '1']],
    )
    await sr.sql.query("BEGIN; INSERT INTO w VALUES (9, 'a', NULL, 1); ROLLBACK")
    const other = await mysql.createConnection({
      host: '127.0.0.1',
      port: sr.ports.mysqlPort,
      user: 'root',
      database: 'd',
      multipleStatements: true,
    })
    await other.query("BEGIN; INSERT INTO w VALUES (10, 'a', NULL, 1)")
    other.destroy()
    await expect.poll(async () => sr.rows("SHOW PROC '/transactions/d/running'")).toEqual([])
    expect(await sr.rows('SELECT count(*) FROM w WHERE k > 8')).toEqual([['0']])
  })

  it.each<[what: string, sql: string, rows: unknown[][]]>([
    [
      'an INSERT of some columns leaves the others of a row that is there, and a new row takes its defaults',
      "INSERT INTO p (k, b) VALUES (1, 'new'), (3, 'x')",
      [
        [1, 10, 'new'],
        [2, 20, 'two'],
        [3, 7, 'x'],
      ],
    ],
    [
      'an INSERT of some columns takes defaults for all without enable_insert_partial_update',
      "SET enable_insert_partial_update = false; INSERT INTO p (k, b) VALUES (1, 'new'); SET enable_insert_partial_update = true",
      [
        [1, 7, 'new'],
        [2, 20, 'two'],
      ],
    ],
    [
      'UPDATE ... FROM takes values of another table',
      'UPDATE p SET a = u.t_k + p.a, b = NULL FROM u WHERE u.k = p.k AND u.k = 2',
      [
        [1, 10, 'one'],
        [2, 222, null],
      ],
    ],
    ['DELETE ... USING deletes what another table names', 'DELETE FROM p USING u WHERE u.k = p.k', [[1, 10, 'one']]],
    [
      'a WITH clause stands before the SELECT of an INSERT',
      "INSERT INTO p WITH s AS (SELECT 4 AS k) SELECT k, 5, 'cte' FROM s",
      [
        [1, 10, 'one'],
        [2, 20, 'two'],
        [4, 5, 'cte'],
      ],
    ],
  ])('%s', async (_what, sql, rows) => {
    await sr.sql.query(
      "TRUNCATE TABLE p; INSERT INTO p VALUES (1, 10, 'one'), (2, 20, 'two'); INSERT OVERWRITE u SELECT 2, 202",
    )
    await sr.sql.query(sql)
    expect(await sr.rows('SELECT * FROM p ORDER BY k')).toEqual(rows)
  })
})
