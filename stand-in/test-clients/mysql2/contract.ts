import assert from 'node:assert/strict'
import mysql, { type Connection, type ConnectionOptions, type RowDataPacket } from 'mysql2/promise'

/** Where the server is, from the environment of a client script or from a test. */
export interface Login {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

/** One thing that programs over npm `mysql2` rely on. */
export interface Check {
  readonly name: string
  readonly run: (login: Login) => Promise<void>
}

const database = 'client_mysql2'
const oneReplica = 'PROPERTIES("replication_num" = "1")'

async function withConnection(
  login: Login,
  options: ConnectionOptions,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = await mysql.createConnection({ ...login, ...options })
  try {
    await work(connection)
  } finally {
    connection.destroy()
  }
}

async function rows(connection: Connection, sql: string): Promise<unknown[][]> {
  const [found] = await connection.query<RowDataPacket[][]>({ sql, rowsAsArray: true })
  return found.map((row) => [...row])
}

/** Makes the database of the contract anew. */
export async function setUp(login: Login): Promise<void> {
  await withConnection(login, { multipleStatements: true }, async (connection) => {
    await connection.query(`DROP DATABASE IF EXISTS ${database} FORCE; CREATE DATABASE ${database}; USE ${database};
      CREATE TABLE t (k INT, v VARCHAR(20), at DATETIME, n BIGINT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) BUCKETS 1 ${oneReplica};
      CREATE TABLE u (k INT, v VARCHAR(20)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) BUCKETS 1 ${oneReplica};
      INSERT INTO t VALUES (1, 'one', '2024-01-02 03:04:05', 5000000000), (2, 'two', NULL, NULL)`)
  })
}

/** Drops what `setUp` made. */
export async function tearDown(login: Login): Promise<void> {
  await withConnection(login, {}, async (connection) => {
    await connection.query(`DROP DATABASE ${database} FORCE`)
  })
}

/** The contract, in the order in which it is to be run. */
export const checks: readonly Check[] = [
  {
    name: 'connects with a password, is refused with another (starrocks.md 6)',
    run: async (login) => {
      await withConnection(login, { database }, async (connection) => connection.ping())
      await assert.rejects(mysql.createConnection({ ...login, password: 'wrong' }), { errno: 1045 })
    },
  },
  {
    name: 'changes the user of a connection (starrocks.md 6)',
    run: async (login) =>
      withConnection(login, {}, async (connection) => {
        await connection.changeUser({ user: login.user, password: login.password, database })
        assert.deepEqual(await rows(connection, 'SELECT database()'), [[database]])
      }),
  },
  {
    name: 'reads numbers, times and NULL (starrocks.md 4)',
    run: async (login) =>
      withConnection(login, { database, dateStrings: true, supportBigNumbers: true }, async (connection) => {
        assert.deepEqual(await rows(connection, 'SELECT k, v, at, n FROM t ORDER BY k'), [
          [1, 'one', '2024-01-02 03:04:05', 5_000_000_000],
          [2, 'two', null, null],
        ])
      }),
  },
  {
    name: 'prepares SELECT, and nothing else (starrocks.md 0.11, 6)',
    run: async (login) =>
      withConnection(login, { database }, async (connection) => {
        const [found] = await connection.execute<RowDataPacket[]>('SELECT v FROM t WHERE k = ? AND v = ?', [1, 'one'])
        assert.deepEqual(found, [{ v: 'one' }])
        await assert.rejects(connection.execute('INSERT INTO t (k) VALUES (?)', [9]), /only support/i)
      }),
  },
  {
    name: 'sees the label of an INSERT and refuses to use it twice (starrocks.md 6)',
    run: async (login) =>
      withConnection(login, { database }, async (connection) => {
        const label = `mysql2_${process.pid}_${performance.now().toFixed(0)}`
        const [reply] = await connection.query(`INSERT INTO u WITH LABEL ${label} VALUES (1, 'a')`)
        assert.match('info' in reply ? reply.info : '', new RegExp(`'label':'${label}'.*'txnId':'\\d+'`))
        await assert.rejects(
          connection.query(`INSERT INTO u WITH LABEL ${label} VALUES (2, 'b')`),
          /has already been used/,
        )
      }),
  },
  {
    name: 'keeps a transaction unseen until COMMIT, over two tables (starrocks.md 6)',
    run: async (login) =>
      withConnection(login, { database }, async (connection) => {
        await connection.beginTransaction()
        await connection.query("INSERT INTO t (k, v) VALUES (10, 'x')")
        await connection.query("INSERT INTO u (k, v) VALUES (10, 'x')")
        await withConnection(login, { database }, async (other) => {
          assert.deepEqual(await rows(other, 'SELECT count(*) FROM t WHERE k = 10'), [[0]])
        })
        await connection.commit()
        assert.deepEqual(await rows(connection, 'SELECT count(*) FROM t WHERE k = 10'), [[1]])
        assert.deepEqual(await rows(connection, 'SELECT count(*) FROM u WHERE k = 10'), [[1]])
      }),
  },
  {
    name: 'gets a syntax error for what is no statement (starrocks.md 6)',
    run: async (login) =>
      withConnection(login, { database }, async (connection) => {
        await assert.rejects(connection.query('FROBNICATE'), { errno: 1064, message: /Getting syntax error/ })
      }),
  },
  {
    name: 'finds columns and keys in information_schema (starrocks.md 6)',
    run: async (login) =>
      withConnection(login, { database }, async (connection) => {
        const found = await rows(
          connection,
          `SELECT COLUMN_NAME, DATA_TYPE, COLUMN_KEY FROM information_schema.columns
           WHERE TABLE_SCHEMA = '${database}' AND TABLE_NAME = 't' ORDER BY ORDINAL_POSITION`,
        )
        assert.deepEqual(found[0], ['k', 'int', 'PRI'])
        assert.deepEqual(
          found.map(([name]) => name),
          ['k', 'v', 'at', 'n'],
        )
      }),
  },
]
