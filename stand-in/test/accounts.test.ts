import mysql, { type Connection } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const one = 'DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")'

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start(['--password', 'secret'])
  await sr.sql.query(`CREATE DATABASE d; CREATE DATABASE other; USE d;
    CREATE TABLE t (k INT, v INT) PRIMARY KEY(k) ${one}; CREATE TABLE u (k INT) PRIMARY KEY(k) ${one};
    CREATE TABLE other.o (k INT) PRIMARY KEY(k) ${one}; INSERT INTO t VALUES (1, 1)`)
})
afterAll(async () => sr[Symbol.asyncDispose]())

async function logIn(user: string, password: string, database?: string): Promise<Connection> {
  const login = { host: '127.0.0.1', port: sr.ports.mysqlPort, user, password }
  return await mysql.createConnection(database === undefined ? login : { ...login, database })
}

async function refusal(connection: Connection, sql: string): Promise<unknown> {
  return await connection.query(sql).then(
    () => undefined,
    (error: unknown) => error,
  )
}

const rows = async (connection: Connection, sql: string): Promise<unknown> =>
  (await connection.query({ sql, rowsAsArray: true }))[0]

const grants = async (user: string): Promise<unknown[]> =>
  (await sr.rows(`SHOW GRANTS FOR '${user}'@'%'`)).map((row) => row[2])

describe('users (starrocks.md 6)', () => {
  it('log in with the password that they were made with, changed or set to, and not after DROP USER', async () => {
    await sr.sql.query("CREATE USER 'ann'@'%' IDENTIFIED BY 'one'")
    await (await logIn('ann', 'one')).end()
    await sr.sql.query("ALTER USER ann IDENTIFIED WITH mysql_native_password BY 'two'")
    await expect(logIn('ann', 'one')).rejects.toMatchObject({ errno: 1045 })
    await (await logIn('ann', 'two')).end()
    await sr.sql.query("SET PASSWORD FOR ann = PASSWORD('three')")
    await (await logIn('ann', 'three')).end()
    const [hash] = await sr.rows("SELECT password('four')")
    await sr.sql.query(`ALTER USER ann IDENTIFIED BY PASSWORD '${String(hash)}'`)
    await (await logIn('ann', 'four')).end()
    await sr.sql.query('DROP USER ann')
    await expect(logIn('ann', 'four')).rejects.toMatchObject({ errno: 1045 })
  })

  it('are made once, unless told so, and only by who may', async () => {
    await sr.sql.query("CREATE USER bob; CREATE USER IF NOT EXISTS bob IDENTIFIED BY 'x'")
    expect(await sr.refusal('CREATE USER bob')).toContain('Operation CREATE USER failed')
    expect(await sr.refusal('DROP USER nobody')).toContain('Operation DROP USER failed')
    expect(await sr.refusal('CREATE USER x IDENTIFIED WITH authentication_kerberos')).toContain('is not loaded')
    const bob = await logIn('bob', '')
    expect(await refusal(bob, 'CREATE USER carl')).toMatchObject({ errno: 5203 })
    expect(await refusal(bob, 'GRANT SELECT ON TABLE d.t TO USER bob')).toMatchObject({ errno: 5203 })
    await bob.end()
    await sr.sql.query('DROP USER IF EXISTS bob; DROP USER IF EXISTS bob')
  })

  it('survive a restart with what they were granted', async () => {
    await using first = await RunningStandIn.start()
    await first.sql.query("CREATE DATABASE d; CREATE USER eve IDENTIFIED BY 'pw'; CREATE ROLE reader")
    await first.sql.query('GRANT CREATE TABLE ON DATABASE d TO USER eve; GRANT reader TO USER eve')
    await using second = await first.restart('SIGKILL')
    expect((await second.rows('SHOW GRANTS FOR eve')).map((row) => row[2])).toEqual([
      "GRANT 'reader' TO 'eve'@'%'",
      "GRANT CREATE TABLE ON DATABASE d TO USER 'eve'@'%'",
    ])
  })
})

describe('privileges (starrocks.md 6)', () => {
  let connection: Connection
  const may = async (sql: string): Promise<boolean> => (await refusal(connection, sql)) === undefined

  beforeEach(async () => {
    await sr.sql.query("DROP USER IF EXISTS sync; CREATE USER sync IDENTIFIED BY 'pw'")
    connection = await logIn('sync', 'pw')
    return async () => connection.end()
  })

  it('are needed for each statement, and named when they are missing', async () => {
    expect(await refusal(connection, 'SELECT * FROM d.t')).toMatchObject({
      errno: 5203,
      message:
        'Access denied; you need (at least one of) the SELECT privilege(s) on TABLE t for this operation. Please ask the admin to grant permission(s) or try activating existing roles using <set [default] role>. Current role(s): NONE. Inactivated role(s): NONE.',
    })
    const steps: readonly (readonly [grant: string, sql: string])[] = [
      ['SELECT ON TABLE d.t', 'SELECT * FROM d.t'],
      ['INSERT ON TABLE d.t', 'INSERT INTO d.t VALUES (2, 2)'],
      ['UPDATE ON d.t', 'UPDATE d.t SET v = 3 WHERE k = 2'],
      ['DELETE ON ALL TABLES IN DATABASE d', 'DELETE FROM d.t WHERE k = 2'],
      ['SELECT ON ALL TABLES IN DATABASE d', 'INSERT INTO d.t SELECT k, k FROM d.u'],
      ['ALTER ON ALL TABLES IN ALL DATABASES', 'ALTER TABLE d.t COMMENT = "c"'],
      ['CREATE TABLE ON DATABASE d', `CREATE TABLE d.mine (k INT) PRIMARY KEY(k) ${one}`],
      ['DROP ON d.*', 'DROP TABLE d.mine FORCE'],
      ['CREATE DATABASE ON CATALOG default_catalog', 'CREATE DATABASE theirs'],
      ['DROP ON ALL DATABASES', 'DROP DATABASE theirs FORCE'],
      ['OPERATE ON SYSTEM', 'SHOW BACKENDS'],
    ]
    for (const [grant, sql] of steps) {
      expect([sql, await refusal(connection, sql)]).toMatchObject([sql, { errno: 5203 }])
      await sr.sql.query(`GRANT ${grant} TO USER sync`)
      expect([sql, await may(sql)]).toEqual([sql, true])
    }
  })

  it('are taken away again, one by one or all', async () => {
    await sr.sql.query('GRANT ALL ON TABLE d.t TO sync; REVOKE DELETE, DROP ON TABLE d.t FROM USER sync')
    expect(await grants('sync')).toEqual([
      "GRANT INSERT, SELECT, ALTER, EXPORT, UPDATE ON TABLE d.t TO USER 'sync'@'%'",
    ])
    expect([await may('SELECT * FROM d.t'), await may('DELETE FROM d.t WHERE k = 9')]).toEqual([true, false])
    await sr.sql.query('REVOKE ALL PRIVILEGES ON TABLE d.t FROM USER sync')
    expect(await grants('sync')).toEqual([])
    expect(await may('SELECT * FROM d.t')).toBe(false)
  })

  it('hide what is not granted: databases, tables, columns', async () => {
    expect(await rows(connection, 'SHOW DATABASES')).toEqual([['_statistics_'], ['information_schema'], ['sys']])
    expect(await refusal(connection, 'USE d')).toMatchObject({ errno: 5203 })
    await sr.sql.query('GRANT SELECT ON TABLE d.t TO USER sync')
    expect(await rows(connection, 'SHOW TABLES FROM d')).toEqual([['t']])
    expect(
      await rows(connection, 'SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.tables ORDER BY 1, 2'),
    ).toEqual([['d', 't']])
    expect(await rows(connection, 'SELECT DISTINCT TABLE_NAME FROM information_schema.columns')).toEqual([['t']])
    expect(await may('DESC d.t')).toBe(true)
    expect(await refusal(connection, 'SHOW CREATE TABLE d.u')).toMatchObject({ errno: 5203 })
  })

  it('stay with a table when names are swapped', async () => {
    await sr.sql.query(`CREATE TABLE d.a (k INT) PRIMARY KEY(k) ${one}; CREATE TABLE d.b (k INT) PRIMARY KEY(k) ${one}`)
    await sr.sql.query('GRANT SELECT ON TABLE d.a TO USER sync; ALTER TABLE d.a SWAP WITH b')
    expect([await may('SELECT * FROM d.a'), await may('SELECT * FROM d.b')]).toEqual([false, true])
    expect(await grants('sync')).toEqual(["GRANT SELECT ON TABLE d.b TO USER 'sync'@'%'"])
  })

  it('come through roles, once they are active', async () => {
    await sr.sql.query('DROP ROLE IF EXISTS reader; CREATE ROLE reader; GRANT SELECT ON d.* TO ROLE reader')
    await sr.sql.query('GRANT reader TO USER sync')
    expect(await refusal(connection, 'SELECT * FROM d.t')).toMatchObject({
      message: expect.stringContaining('Current role(s): NONE. Inactivated role(s): [reader].'),
    })
    await connection.query('SET ROLE reader')
    expect(await rows(connection, 'SELECT current_role()')).toEqual([['reader']])
    expect(await may('SELECT * FROM d.t')).toBe(true)
    await sr.sql.query('SET DEFAULT ROLE reader TO sync')
    const later = await logIn('sync', 'pw', 'd')
    expect(await rows(later, 'SELECT k FROM t')).toEqual([[1]])
    await later.end()
    await sr.sql.query('REVOKE reader FROM USER sync')
    expect(await sr.refusal('DROP ROLE root')).toContain('is not mutable')
    expect(await sr.refusal('GRANT nobody TO USER sync')).toContain('cannot find role nobody')
  })

  it('are passed on by who holds them WITH GRANT OPTION', async () => {
    await sr.sql.query('CREATE USER IF NOT EXISTS friend; GRANT SELECT ON TABLE d.t TO USER sync WITH GRANT OPTION')
    expect(await may('GRANT SELECT ON TABLE d.t TO USER friend')).toBe(true)
    expect(await may('GRANT INSERT ON TABLE d.t TO USER friend')).toBe(false)
    expect(await grants('friend')).toEqual(["GRANT SELECT ON TABLE d.t TO USER 'friend'@'%'"])
  })

  it.each([
    ['GRANT FLY ON TABLE d.t TO USER sync', 'Cannot find privilege FLY'],
    ['GRANT SELECT ON DATABASE d TO USER sync', 'Cannot find privilege SELECT in type DATABASE'],
    ['GRANT SELECT ON TABLE d.nope TO USER sync', 'cannot find table nope in db d'],
    ['GRANT DROP ON DATABASE nope TO USER sync', 'cannot find db: nope'],
    ['GRANT SELECT ON TABLE d.t TO USER nobody', "cannot find user 'nobody'@'%'"],
    ['GRANT SELECT ON TABLE d.t', 'Getting syntax error'],
  ])('%s: %s', async (sql, message) => {
    expect(await sr.refusal(sql)).toContain(message)
  })
})
