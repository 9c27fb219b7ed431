import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start()
  const table = (name: string): string =>
    `CREATE TABLE ${name} (k INT, v INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`
  await sr.sql.query(
    `CREATE DATABASE d; CREATE DATABASE d_2; USE d; ${['orders', 'order_items', 'users'].map(table).join(';')}`,
  )
  await sr.sql.query(
    'ALTER TABLE orders ADD COLUMN a INT; ALTER TABLE orders DROP COLUMN a; ALTER TABLE users ADD COLUMN b INT',
  )
  await sr.load('orders', '1\t2\n', { label: 'first' })
  await sr.load('users', 'x\t2\n', { label: 'bad', strict_mode: 'true' })
})
afterAll(async () => sr[Symbol.asyncDispose]())

/** One column of what is shown. */
const column = async (sql: string, at: number): Promise<unknown[]> => (await sr.rows(sql)).map((row) => row[at])

describe('SHOW with LIKE, WHERE, ORDER BY and LIMIT (starrocks.md 5, 6)', () => {
  it.each<[sql: string, at: number, values: unknown]>([
    ["SHOW DATABASES LIKE 'd%'", 0, ['d', 'd_2']],
    [String.raw`SHOW DATABASES LIKE 'd\\_%'`, 0, ['d_2']],
    ["SHOW DATABASES WHERE `Database` = 'd'", 0, ['d']],
    ["SHOW TABLES LIKE 'order%'", 0, ['order_items', 'orders']],
    ["SHOW TABLES FROM d WHERE Tables_in_d IN ('users', 'nope')", 0, ['users']],
    ["SHOW FULL TABLES WHERE Table_type = 'VIEW'", 0, []],
    ["SHOW FULL TABLES FROM d WHERE Table_type != 'VIEW'", 0, ['order_items', 'orders', 'users']],
    ["SHOW FULL TABLES FROM information_schema LIKE 'load%'", 1, ['SYSTEM VIEW', 'SYSTEM VIEW']],
    ["SHOW TABLES FROM _statistics_ LIKE 'loads%'", 0, ['loads_history']],
    ["SHOW COLUMNS FROM orders LIKE 'v'", 0, ['v']],
    ["SHOW FULL COLUMNS FROM users FROM d WHERE Field = 'b'", 0, ['b']],
    ["SHOW VARIABLES LIKE 'query_time%'", 1, ['300']],
    [
      "SHOW VARIABLES WHERE Variable_name = 'autocommit' OR Variable_name LIKE 'tx_read%'",
      0,
      ['autocommit', 'tx_read_only'],
    ],
    ["SHOW TABLE STATUS FROM d LIKE 'users'", 0, ['users']],
    ["SHOW ALTER TABLE COLUMN FROM d WHERE TableName = 'orders' ORDER BY CreateTime DESC LIMIT 1", 9, ['FINISHED']],
    ["SHOW ALTER TABLE COLUMN WHERE TableName = 'orders' AND State = 'FINISHED'", 1, ['orders', 'orders']],
    ["SHOW ALTER TABLE COLUMN FROM d WHERE TableName = 'users' LIMIT 5 OFFSET 1", 1, []],
    ["SHOW LOAD WHERE LABEL = 'first'", 1, ['first']],
    ["SHOW LOAD FROM d WHERE STATE = 'CANCELLED'", 1, ['bad']],
    ["SHOW PROC '/transactions/d/finished'", 1, expect.arrayContaining(['bad', 'first'])],
  ])('%s', async (sql, at, values) => {
    expect(await column(sql, at)).toEqual(values)
  })

  it.each([
    ["SHOW DATABASES WHERE nope = 'd'", "Column 'nope' cannot be resolved"],
    ['SHOW TABLES LIKE', "Unexpected input '<EOF>'"],
    ["SHOW TABLES LIKE 'a' FOR EVER", "Unexpected input 'FOR'"],
    ['SHOW TABLES FROM nope', "Unknown database 'nope'"],
    ['SHOW NOTHING', "Unexpected input 'NOTHING'"],
  ])('%s is refused: %s', async (sql, message) => {
    expect(await sr.refusal(sql)).toContain(message)
  })
})

describe('what information_schema and _statistics_ tell of loads (starrocks.md 1.4, 6)', () => {
  it('state, rows and type of each load, in both', async () => {
    const shown = [
      ['bad', 'users', 'CANCELLED', 'STREAM_LOAD', '1', '0'],
      ['first', 'orders', 'FINISHED', 'STREAM_LOAD', '0', '1'],
    ]
    for (const table of ['information_schema.loads', '_statistics_.loads_history']) {
      expect(
        await sr.rows(
          `SELECT label, table_name, state, type, filtered_rows, sink_rows FROM ${table} WHERE db_name = 'd' ORDER BY label`,
        ),
      ).toEqual(shown)
    }
    expect(await sr.refusal('SELECT * FROM _statistics_.nope')).toContain("Unknown table '_statistics_.nope'")
  })

  it('the refused rows, by the statement that the load names', async () => {
    const [[sql] = []] = await sr.rows("SELECT TRACKING_SQL FROM information_schema.loads WHERE LABEL = 'bad'")
    expect(String(await sr.rows(String(sql)))).toContain('Row: x\t2')
  })
})
