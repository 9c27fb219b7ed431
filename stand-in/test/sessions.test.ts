import mysql, { type Connection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query('CREATE USER ann; CREATE USER bob')
})
afterAll(async () => sr[Symbol.asyncDispose]())

const logIn = async (user: string): Promise<Connection> =>
  await mysql.createConnection({ host: '127.0.0.1', port: sr.ports.mysqlPort, user })

const idOf = async (connection: Connection): Promise<number> => {
  const [[row]] = await connection.query<mysql.RowDataPacket[]>('SELECT connection_id() AS id')
  return Number(row?.['id'])
}

const failure = async (work: Promise<unknown>): Promise<unknown> =>
  await work.then(
    () => undefined,
    (error: unknown) => error,
  )

/** How a connection's long query ends, once it is seen to run. */
async function longQuery(connection: Connection): Promise<{ readonly ended: Promise<unknown> }> {
  const ended = failure(connection.query('SELECT sleep(60)'))
  const id = await idOf(sr.sql)
  await expect
    .poll(async () =>
      (await sr.rows('SHOW FULL PROCESSLIST')).some((row) => row[0] !== String(id) && row[4] === 'Query'),
    )
    .toBe(true)
  return { ended }
}

describe('sessions (starrocks.md 6)', () => {
  it('KILL QUERY ends the query, KILL the connection', async () => {
    const connection = await logIn('ann')
    const id = await idOf(connection)
    const first = await longQuery(connection)
    await sr.sql.query(`KILL QUERY ${id}`)
    expect(await first.ended).toMatchObject({ errno: 1317 })
    expect(await idOf(connection)).toBe(id)
    const second = await longQuery(connection)
    await sr.sql.query(`KILL CONNECTION ${id}`)
    expect(await second.ended).toMatchObject({ code: 'PROTOCOL_CONNECTION_LOST' })
    expect(await sr.refusal(`KILL ${id}`)).toContain(`Unknown thread id: ${id}`)
  })

  it("KILL is for one's own connections, and for everybody's with OPERATE", async () => {
    const [ann, bob] = [await logIn('ann'), await logIn('bob')]
    const [own, other] = [await logIn('ann'), await idOf(bob)]
    expect(await failure(ann.query(`KILL ${other}`))).toMatchObject({ errno: 5203 })
    await ann.query(`KILL ${await idOf(own)}`)
    await sr.sql.query('GRANT OPERATE ON SYSTEM TO USER ann')
    await ann.query(`KILL ${other}`)
    expect(await failure(bob.query('SELECT 1'))).toMatchObject({ fatal: true })
    for (const connection of [ann, bob, own]) connection.destroy()
  })

  it('query_timeout ends a query', async () => {
    const connection = await logIn('ann')
    await connection.query('SET query_timeout = 1')
    expect(await failure(connection.query('SELECT sleep(60)'))).toMatchObject({
      errno: 5024,
      message: expect.stringContaining('Query timeout'),
    })
    await connection.end()
  })

  it('SHOW WARNINGS and SHOW ERRORS have their columns and never a row, as ShowExecutor.java answers them', async () => {
    for (const sql of ['SHOW WARNINGS', 'SHOW WARNINGS LIMIT 5', 'SHOW ERRORS']) {
      const [rows, fields] = await sr.sql.query(sql)
      expect([rows, fields.map(({ name }) => name)]).toEqual([[], ['Level', 'Code', 'Message']])
    }
  })

  it.each([
    ['SET lower_case_table_names = 1', 1621, 'is a read only variable'],
    ['SET nope = 1', 1193, "Unknown system variable 'nope'"],
    ['SET GLOBAL nope = 1', 1193, "Unknown system variable 'nope'"],
    ['SET activate_all_roles_on_login = true', 1229, 'should be set with SET GLOBAL'],
  ])('%s is refused with %i', async (sql, errno, message) => {
    await expect(sr.sql.query(sql)).rejects.toMatchObject({ errno, message: expect.stringContaining(message) })
  })

  it('SET GLOBAL is for sessions that begin later, also after a restart', async () => {
    await using first = await RunningStandIn.start()
    await first.sql.query('SET GLOBAL query_timeout = 77; SET GLOBAL sql_mode = "it\'s"; SET GLOBAL query_timeout = 78')
    expect(await first.rows('SELECT @@query_timeout, @@global.query_timeout')).toEqual([[300, 300]])
    await using second = await first.restart('SIGKILL')
    expect(await second.rows("SHOW GLOBAL VARIABLES LIKE 'query_timeout'")).toEqual([['query_timeout', '78']])
    expect(await second.rows('SELECT @@query_timeout, @@sql_mode')).toEqual([[78, "it's"]])
  })
})
