import mysql from 'mysql2/promise'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'
import { sampledTables } from './support/sampled-tables.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start(['--password', 'secret'])
  await sr.sql.query(sampledTables)
})
afterAll(async () => sr[Symbol.asyncDispose]())

describe('connections (starrocks.md 6)', () => {
  const settings = () => ({ host: '127.0.0.1', port: sr.ports.mysqlPort, user: 'root', password: 'secret' })

  it('greets with protocol 10, the version, character set 33 and mysql_native_password', async () => {
    const greeting = await new Promise<Buffer>((resolve) => {
      const socket = connect(sr.ports.mysqlPort, '127.0.0.1', () => undefined)
      socket.once('data', (data) => {
        resolve(data)
        socket.destroy()
      })
    })
    expect(greeting[4]).toBe(10)
    const version = greeting.toString('latin1', 5, greeting.indexOf(0, 5))
    expect(version).toBe('8.0.33')
    expect(greeting[5 + version.length + 1 + 4 + 9 + 2]).toBe(33)
    expect(greeting.toString('latin1')).toContain('mysql_native_password\0')
  })

  it.each([{ password: 'wrong' }, { password: '' }, { user: 'nobody' }])('refuses %j with 1045', async (change) => {
    await expect(mysql.createConnection({ ...settings(), ...change })).rejects.toMatchObject({ errno: 1045 })
  })

  it('selects a database at connection, or refuses an unknown one', async () => {
    const connection = await mysql.createConnection({ ...settings(), database: 'd' })
    expect((await connection.query('SELECT database() AS name'))[0]).toEqual([{ name: 'd' }])
    await connection.changeUser({ user: 'root', password: 'secret', database: 'd' })
    await connection.ping()
    await connection.end()
    await expect(mysql.createConnection({ ...settings(), database: 'nope' })).rejects.toMatchObject({ errno: 5501 })
  })

  const packet = (sequence: number, payload: Buffer): Buffer =>
    Buffer.from([payload.length, 0, 0, sequence, ...payload])

  /** What the server answers to commands that come in one piece after the login of a user without password. */
  async function answersTo(commands: readonly Buffer[]): Promise<Buffer> {
    await sr.sql.query('CREATE USER IF NOT EXISTS plain')
    // Protocol 4.1 and secure connection, no database; COM_QUIT ends it.
    const login = Buffer.concat([Buffer.from([0, 0x82, 0, 0]), Buffer.alloc(28), Buffer.from('plain\0\0')])
    const sent = [packet(1, login), ...[...commands, Buffer.from([1])].map((command) => packet(0, command))]
    return await new Promise<Buffer>((resolve) => {
      const socket = connect(sr.ports.mysqlPort, '127.0.0.1')
      const pieces: Buffer[] = []
      socket.once('data', () => {
        socket.on('data', (data: Buffer) => pieces.push(data))
        socket.write(Buffer.concat(sent))
      })
      socket.once('close', () => resolve(Buffer.concat(pieces)))
    })
  }

  it('takes commands that come in one piece, one after another', async () => {
    const ping = Buffer.from([14])
    const ok = (sequence: number): Buffer => packet(sequence, Buffer.from([0, 0, 0, 2, 0, 0, 0]))
    expect(await answersTo([ping, ping, ping])).toEqual(Buffer.concat([ok(2), ok(1), ok(1), ok(1)]))
  })

  it.each([
    [9, 'COM_STATISTICS'],
    [24, 'COM_STMT_SEND_LONG_DATA'],
    [27, 'COM_SET_OPTION'],
    [28, 'COM_STMT_FETCH'],
  ])('does not know command %i, and goes on', async (command, name) => {
    const answers = (await answersTo([Buffer.from([command]), Buffer.from([14])])).toString('latin1')
    expect(answers).toContain(`Unsupported command(${name})`)
    expect(answers.endsWith('\x07\0\0\x01\0\0\0\x02\0\0\0')).toBe(true)
  })

  it('lists the columns of a table, and resets a statement', async () => {
    await sr.sql.query('CREATE USER IF NOT EXISTS plain; GRANT SELECT ON TABLE d.u TO USER plain')
    const [use, list, reset] = ['\x02d', '\x04u\0', '\x1a\0\0\0\0'].map((text) => Buffer.from(text, 'latin1'))
    const answers = await answersTo([use, list, reset].flatMap((command) => command ?? []))
    const texts = answers.toString('latin1')
    expect([texts.includes('\x01k'), texts.includes('\x03t_k')]).toEqual([true, true])
    expect(texts.endsWith('\x07\0\0\x01\0\0\0\x02\0\0\0')).toBe(true)
  })

  it('resets a connection', async () => {
    await sr.sql.query('SET query_timeout = 99')
    expect(await sr.rows('SELECT @@query_timeout')).toEqual([[99]])
    await sr.sql.reset()
    expect(await sr.rows('SELECT @@query_timeout')).toEqual([[300]])
    await sr.sql.query('USE d')
  })

  it('prepares queries only', async () => {
    const [rows] = await sr.sql.execute('SELECT v, n FROM t WHERE k = ? OR v = ?', [1, "it's \\ 'two'"])
    expect(rows).toEqual([
      { v: 'one', n: '10' },
      { v: "it's \\ 'two'", n: '-3' },
    ])
    await expect(sr.sql.execute('INSERT INTO u VALUES (?, ?)', [9, 9])).rejects.toThrow(
      'Prepared statement only support in DQL',
    )
    await expect(sr.sql.execute('CREATE DATABASE x')).rejects.toThrow('Prepared statement only support in DQL')
  })

  it('runs several statements, up to the first that fails', async () => {
    const [results] = await sr.sql.query('SELECT 1 AS a; SET @x = 1; SELECT 2 AS b')
    expect(results).toEqual([[{ a: 1 }], expect.anything(), [{ b: 2 }]])
    expect(await sr.refusal('SELECT 1; FROBNICATE; CREATE DATABASE never')).toContain('Getting syntax error')
    expect(await sr.rows("SHOW DATABASES LIKE 'never'")).toEqual([])
  })

  it('sends long texts whole, in both directions', async () => {
    const long = 'ä😀'.repeat(1_000_000)
    expect((await sr.rows(`SELECT char_length('${long}'), '${long}'`))[0]?.[1]).toBe(long)
  })
})

describe('what clients ask at connection (starrocks.md 6)', () => {
  it.each([
    'SELECT @@version_comment LIMIT 1',
    'SELECT @@session.auto_increment_increment AS a, @@tx_isolation',
    'SET NAMES utf8mb4',
    'SET autocommit=1',
    "SET sql_mode='STRICT_TRANS_TABLES'",
    'SET character_set_results = NULL',
    'SHOW VARIABLES',
    "SHOW VARIABLES LIKE 'lower_case_%'",
    'SHOW DATABASES',
    'SHOW TABLES',
    'SHOW FULL TABLES FROM d',
    'SHOW FULL COLUMNS FROM t',
    'SHOW CREATE TABLE d.t',
    'SHOW FRONTENDS',
    'SHOW BACKENDS',
    'SHOW COMPUTE NODES',
    'SHOW WARNINGS',
    "SHOW PROC '/transactions'",
    "SHOW PROC '/backends'",
    'SHOW LOAD',
    'SHOW TABLE STATUS',
    'SELECT * FROM information_schema.tables',
    'SELECT * FROM information_schema.schemata',
    'SELECT * FROM information_schema.tables_config',
    'SELECT * FROM information_schema.loads',
    'EXPLAIN SELECT 1',
    'select current_version() as ver;',
    'SELECT USER(), CURRENT_USER(), CONNECTION_ID()',
    'SET @@session.time_zone = "+00:00"',
  ])('answers %s', async (sql) => {
    await expect(sr.sql.query(sql)).resolves.toBeDefined()
  })

  it('describes columns in the shape of information_schema', async () => {
    const rows =
      await sr.rows(`SELECT COLUMN_NAME, ORDINAL_POSITION, IS_NULLABLE, DATA_TYPE, COLUMN_SIZE, DECIMAL_DIGITS, COLUMN_KEY, CHARACTER_MAXIMUM_LENGTH
      FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'd' AND TABLE_NAME = 't' ORDER BY ORDINAL_POSITION`)
    expect(rows.slice(0, 4)).toEqual([
      ['k', '1', 'NO', 'int', '10', '0', 'PRI', null],
      ['v', '2', 'YES', 'varchar', '20', null, '', '20'],
      ['n', '3', 'YES', 'bigint', '19', '0', '', null],
      ['de', '4', 'YES', 'decimal', '10', '2', '', null],
    ])
    expect(rows[6]).toEqual(['b', '7', 'YES', 'tinyint', null, null, '', null])
    expect(rows[9]?.[3]).toBe('bigint unsigned')
  })

  it('describes tables with true and false', async () => {
    expect(await sr.rows('DESC t')).toContainEqual(['k', 'int(11)', 'NO', 'true', null, ''])
  })

  it('shows open transactions by database name and id', async () => {
    const id = (await sr.rows("SHOW PROC '/transactions'")).find((row) => row[1] === 'd')?.[0]
    const right = { Authorization: `Basic ${Buffer.from('root:secret').toString('base64')}` }
    await sr.txn('begin', { label: 'open', table: 't', ...right })
    for (const name of ['d', id]) {
      expect(
        (await sr.rows(`SHOW PROC '/transactions/${String(name)}/running'`)).map((row) => [row[1], row[3]]),
      ).toEqual([['open', 'PREPARE']])
    }
    await sr.txn('rollback', { label: 'open', ...right })
  })
})
