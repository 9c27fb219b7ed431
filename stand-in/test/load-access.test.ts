import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const table = (name: string): string =>
  `CREATE TABLE ${name} (k INT, v INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`
const as = (password: string, user = 'sync') => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})
const denied = 'Access denied; you need (at least one of) the INSERT privilege(s) on TABLE t'

let sr: RunningStandIn
let label = ''
let next = 0

beforeAll(async () => {
  sr = await RunningStandIn.start(['--password', 'secret'])
  await sr.sql.query(
    `CREATE DATABASE d; USE d; ${table('t')}; ${table('u')}; CREATE ROLE loader; GRANT INSERT ON TABLE t TO ROLE loader`,
  )
})
afterAll(async () => sr[Symbol.asyncDispose]())
beforeEach(async () => {
  label = `access${next++}`
  await sr.sql.query(
    "DROP USER IF EXISTS sync; CREATE USER sync IDENTIFIED BY 'pw'; TRUNCATE TABLE t; TRUNCATE TABLE u",
  )
})

const may = async (grant: string): Promise<void> => void (await sr.sql.query(`GRANT ${grant} TO USER sync`))
const load = async (headers = as('pw')) => await sr.load('t', '5\t5\n', { label, ...headers })
/** What the FE says to a load that is not granted: as to wrong credentials. */
async function refused(): Promise<unknown[]> {
  const { status, json } = await sr.raw('httpPort', 'PUT', '/api/d/t/_stream_load', { label, ...as('pw') }, '5\t5\n')
  return [status, json['msg']]
}
const step = async (name: string, headers: Record<string, string> = {}, body?: string) =>
  await sr.txn(name, { label, table: 't', ...as('pw'), ...headers }, body)
const count = async (): Promise<unknown> => (await sr.rows('SELECT count(*) FROM t'))[0]?.[0]

describe('users of loads (starrocks.md 1.1, 6)', () => {
  it.each([
    ['another password', as('wrong')],
    ['a user that nobody made', as('pw', 'nobody')],
    ['no password', as('')],
    ['no credentials', { Authorization: '' }],
    ['no Basic credentials', { Authorization: 'Bearer pw' }],
  ])('are refused for %s: with 401 by the FE, whatever they ask, and with 200 by a BE', async (_what, headers) => {
    const begin = { label, db: 'd', table: 't', ...headers }
    for (const [method, path, body] of [
      ['PUT', '/api/d/t/_stream_load', '5\t5\n'],
      ['POST', '/api/transaction/begin', undefined],
      ['GET', `/api/d/get_load_state?label=${label}`, undefined],
    ] as const) {
      expect((await sr.raw('httpPort', method, path, begin, body)).status).toBe(401)
    }
    const Message = expect.stringMatching(/^(?:no valid Basic authorization|Access denied for user)/)
    const load = await sr.raw('beHttpPort', 'PUT', '/api/d/t/_stream_load', headers, '5\t5\n')
    expect([load.status, load.json]).toEqual([200, expect.objectContaining({ Status: 'Fail', Message })])
    const begun = await sr.raw('beHttpPort', 'POST', '/api/transaction/begin', begin)
    expect([begun.status, begun.json]).toMatchObject([200, { Status: 'INTERNAL_ERROR', Message }])
    expect(await count()).toBe('0')
  })

  it('log in with the password of the moment, until they are dropped', async () => {
    await may('INSERT ON TABLE d.t')
    expect(await load()).toMatchObject({ Status: 'Success' })
    await sr.sql.query("SET PASSWORD FOR sync = PASSWORD('new')")
    const status = async (password: string): Promise<number> =>
      (await sr.raw('httpPort', 'GET', `/api/d/get_load_state?label=${label}`, as(password))).status
    expect([await status('pw'), await status('new')]).toEqual([401, 200])
    await sr.sql.query('DROP USER sync')
    expect(await status('new')).toBe(401)
  })

  it('need INSERT on the table, directly or by a role that is active at login', async () => {
    expect(await refused()).toEqual([401, expect.stringContaining(denied)])
    await may('SELECT, UPDATE, DELETE ON TABLE d.t')
    expect(await refused()).toEqual([401, expect.stringContaining(denied)])
    await sr.sql.query('GRANT loader TO USER sync')
    expect(await refused()).toEqual([401, expect.stringContaining('Inactivated role(s): [loader].')])
    await sr.sql.query('SET DEFAULT ROLE loader TO sync')
    expect(await load()).toMatchObject({ Status: 'Success' })
    await sr.sql.query('REVOKE loader FROM USER sync')
    label += 'again'
    expect(await refused()).toEqual([401, expect.stringContaining(denied)])
    expect(await sr.be('PUT', '/api/d/t/_stream_load', { label, ...as('pw') }, '6\t6\n')).toMatchObject({
      Status: 'Fail',
      Message: expect.stringContaining(denied),
    })
    expect(await count()).toBe('1')
  })

  it('need INSERT at the begin of a transaction of one table, and at each of its loads', async () => {
    expect(await step('begin')).toMatchObject({ Message: expect.stringContaining(denied) })
    await may('INSERT ON TABLE d.t')
    expect(await step('begin')).toMatchObject({ Status: 'OK' })
    await sr.sql.query('REVOKE INSERT ON TABLE d.t FROM USER sync')
    expect(await step('load', {}, '5\t5\n')).toMatchObject({ Message: expect.stringContaining(denied) })
    expect(await sr.fe('GET', `/api/d/get_load_state?label=${label}`, as('secret', 'root'))).toMatchObject({
      state: 'ABORTED',
    })
  })

  it('need INSERT on each table of a transaction of several; one that is refused ends it', async () => {
    const multi = { transaction_type: 'multi', timeout: '60' }
    await may('INSERT ON TABLE d.u')
    expect(await step('begin', multi)).toMatchObject({ Status: 'OK' })
    expect(await step('load', { ...multi, table: 'u' }, '5\t5\n')).toMatchObject({ Status: 'OK' })
    expect(await step('load', multi, '5\t5\n')).toMatchObject({ Message: expect.stringContaining(denied) })
    expect(await step('commit', multi)).toMatchObject({ Status: 'FAILED' })
    expect(await sr.rows('SELECT count(*) FROM u')).toEqual([['0']])
  })
})
