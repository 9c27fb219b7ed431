import mysql from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const schema = `CREATE DATABASE d; USE d;
  CREATE TABLE t (k INT, v VARCHAR(20)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`

let sr: RunningStandIn
let leader: number
let follower: number
let next = 0

beforeAll(async () => {
  sr = await RunningStandIn.start(['--frontends', '3', '--backends', '2', '--set', 'heartbeat_ms=100'])
  await sr.sql.query(schema)
  leader = sr.ports.frontends[0]?.httpPort ?? 0
  follower = sr.ports.frontends[1]?.httpPort ?? 0
})
afterAll(async () => sr[Symbol.asyncDispose]())

const portIn = (location: string | undefined): number => Number(new URL(location ?? 'http://x:0').port)
const backEndPorts = (): number[] => sr.ports.backends.map(({ httpPort }) => httpPort)
const label = (): string => `c${next++}`
const txnHeaders = (name: string): Record<string, string> => ({ db: 'd', label: name, table: 't' })
const on = (port: number, step: string, name: string, body?: string) =>
  sr.once(port, step === 'load' ? 'PUT' : 'POST', `/api/transaction/${step}`, {
    headers: txnHeaders(name),
    body,
    follow: true,
  })

describe('several front ends (starrocks.md 1.1)', () => {
  it('redirects a plain load from any of them to a BE, in one hop', async () => {
    for (const { httpPort } of sr.ports.frontends) {
      const reply = await sr.once(httpPort, 'PUT', '/api/d/t/_stream_load', { body: '1\ta\n' })
      expect(reply.status).toBe(307)
      expect(backEndPorts()).toContain(portIn(reply.headers.location))
    }
  })

  it('sends loads to the back ends in turn', async () => {
    const targets: number[] = []
    for (let index = 0; index < 4; index++) {
      const reply = await sr.once(leader, 'PUT', '/api/d/t/_stream_load', { body: '1\ta\n' })
      targets.push(portIn(reply.headers.location))
    }
    expect(new Set(targets)).toEqual(new Set(backEndPorts()))
    expect(targets[0]).toBe(targets[2])
  })

  it.each([
    ['POST', '/api/transaction/begin', {}],
    ['GET', '/api/d/get_load_state?label=x', {}],
    ['POST', '/api/d/x/_cancel', {}],
    ['PUT', '/api/d/t/_stream_load', { enable_merge_commit: 'true' }],
    ['GET', '/api/d/t/_stream_load_meta', { enable_merge_commit: 'true' }],
  ])('sends %s %s with %j from a follower to the leader', async (method, path, headers) => {
    const more = path.endsWith('_stream_load') ? { body: '1\ta\n', headers } : { headers }
    const reply = await sr.once(follower, method, path, more)
    expect([reply.status, reply.headers.location]).toEqual([307, `http://127.0.0.1:${leader}${path}`])
  })

  it('leads a transaction that begins at a follower over two hops', async () => {
    const name = label()
    const first = await sr.once(follower, 'POST', '/api/transaction/begin', { headers: txnHeaders(name) })
    const second = await sr.once(leader, 'POST', '/api/transaction/begin', { headers: txnHeaders(name) })
    expect([portIn(first.headers.location), second.status]).toEqual([leader, 307])
    expect(backEndPorts()).toContain(portIn(second.headers.location))
    expect((await on(follower, 'begin', name)).json['Status']).toBe('OK')
    expect((await on(follower, 'load', name, '2\tb\n')).json['Status']).toBe('OK')
    expect((await on(follower, 'commit', name)).json['Status']).toBe('OK')
    expect(await sr.rows('SELECT v FROM t WHERE k = 2')).toEqual([['b']])
  })

  it('answers health and metrics on each, and says on one of them that it leads', async () => {
    const texts = await Promise.all(sr.ports.frontends.map(({ httpPort }) => sr.once(httpPort, 'GET', '/metrics')))
    expect(texts.map(({ text }) => text.includes('node_info{type="is_master"} 1'))).toEqual([true, false, false])
    expect(texts.map(({ text }) => text.includes('starrocks_fe_max_tablet_compaction_score'))).toEqual([
      true,
      false,
      false,
    ])
  })

  it('takes DDL and queries on every MySQL port', async () => {
    const port = sr.ports.frontends[2]?.mysqlPort ?? 0
    const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root', database: 'd' })
    try {
      await connection.query(
        'CREATE TABLE made_elsewhere (k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")',
      )
      await connection.query('INSERT INTO made_elsewhere VALUES (1)')
    } finally {
      connection.destroy()
    }
    expect(await sr.rows('SELECT k FROM made_elsewhere')).toEqual([[1]])
  })

  it('shows them with their roles and ports (6)', async () => {
    const rows = await sr.rows('SHOW FRONTENDS')
    expect(rows.map((row) => [row[4], row[5], row[7], row[10]])).toEqual(
      sr.ports.frontends.map(({ httpPort, mysqlPort }, index) => [
        String(httpPort),
        String(mysqlPort),
        index === 0 ? 'LEADER' : 'FOLLOWER',
        'true',
      ]),
    )
  })
})

describe('a transaction and its BE (starrocks.md 2)', () => {
  it('is pinned to the BE of its begin: the other one does not know it', async () => {
    const name = label()
    await on(leader, 'begin', name)
    const sent = await sr.once(leader, 'PUT', '/api/transaction/load', { headers: txnHeaders(name), body: '3\tc\n' })
    const right = portIn(sent.headers.location)
    const wrong = backEndPorts().find((port) => port !== right) ?? 0
    expect((await on(wrong, 'load', name, '3\tc\n')).json).toMatchObject({
      Status: 'TXN_NOT_EXISTS',
      Message: `Transaction with label ${name} not exists`,
    })
    expect((await on(right, 'load', name, '3\tc\n')).json['Status']).toBe('OK')
    await on(leader, 'rollback', name)
  })

  it('is lost with the restart of its BE alone', async () => {
    const [one, other] = [label(), label()]
    await on(leader, 'begin', one)
    await on(leader, 'begin', other)
    const [first, second] = sr.ports.backends
    expect([await sr.admin(`/restart-be?id=${first?.id}`), await sr.admin(`/restart-be?id=${second?.id}`)]).toEqual([
      { lost: 1 },
      { lost: 1 },
    ])
    expect([await sr.state(one), await sr.state(other)]).toEqual(['ABORTED', 'ABORTED'])
  })

  it('meets a dead BE until the FEs notice, and no BE when all are dead', async () => {
    const [first, second] = sr.ports.backends
    await sr.admin(`/kill-be?id=${first?.id}`)
    const attempts = await Promise.allSettled([1, 2].map(() => sr.load('t', '4\td\n')))
    expect(attempts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await expect.poll(async () => (await sr.fe('GET', '/api/health'))['online_backend_num']).toBe(1)
    expect((await sr.load('t', '4\td\n'))['Status']).toBe('Success')
    expect(await sr.rows('SHOW BACKENDS')).toMatchObject([{ 8: 'false' }, { 8: 'true' }])
    await sr.admin(`/kill-be?id=${second?.id}`)
    await expect
      .poll(async () => await sr.load('t', '4\td\n').catch(() => ({})))
      .toEqual({
        Status: 'FAILED',
        Message: 'class com.starrocks.common.DdlException: No backend alive.',
      })
    for (const { id } of sr.ports.backends) await sr.admin(`/start-be?id=${id}`)
    expect((await sr.load('t', '4\td\n'))['Status']).toBe('Success')
  })
})

describe('another leader (starrocks.md 2, 2.1)', () => {
  it('has never heard of a transaction in PREPARE, and keeps one in PREPARED', async () => {
    const [open, prepared, multi] = [label(), label(), label()]
    for (const name of [open, prepared]) {
      await sr.txn('begin', { label: name, table: 't' })
      await sr.txn('load', { label: name, table: 't' }, '5\te\n')
    }
    await sr.txn('prepare', { label: prepared })
    await sr.txn('begin', { label: multi, transaction_type: 'multi' })
    await sr.txn('load', { label: multi, transaction_type: 'multi', table: 't' }, '6\tf\n')
    expect(await sr.admin('/switch-leader')).toEqual({ leader: 2, lost: 2 })
    expect(await Promise.all([open, prepared, multi].map((name) => sr.state(name)))).toEqual([
      'UNKNOWN',
      'PREPARED',
      'UNKNOWN',
    ])
    expect((await sr.txn('load', { label: open, table: 't' }, '5\te\n'))['Message']).toContain(
      `Can't find the transaction with db [d] and label[${open}]. The possible reasons: 1. FE leader is started or switched`,
    )
    // The journal has the task of a transaction of several tables: its label stays taken.
    expect(await sr.txn('begin', { label: multi, transaction_type: 'multi' })).toMatchObject({
      Status: 'LABEL_ALREADY_EXISTS',
      ExistingJobStatus: 'CANCELLED',
    })
    expect((await sr.txn('commit', { label: multi, transaction_type: 'multi' }))['Message']).toContain(
      'Can not commit CANCELLED transaction',
    )
    expect((await sr.txn('commit', { label: prepared }))['Status']).toBe('OK')
    expect(await sr.rows('SELECT v FROM t WHERE k IN (5, 6)')).toEqual([['e']])
    const reply = await sr.once(leader, 'GET', '/api/d/get_load_state?label=x')
    expect(portIn(reply.headers.location)).toBe(follower)
  })

  it('takes over when the leader dies, whose ports then refuse', async () => {
    expect(await sr.admin('/kill-fe')).toEqual({ killed: 2, leader: 3, lost: 0 })
    await expect(sr.once(follower, 'GET', '/api/health')).rejects.toThrow('ECONNREFUSED')
    expect((await sr.load('t', '7\tg\n'))['Status']).toBe('Success')
    await sr.admin('/start-fe?id=2')
    expect((await sr.once(follower, 'GET', '/api/health')).status).toBe(200)
    expect((await sr.rows('SHOW FRONTENDS')).map((row) => row[7])).toEqual(['FOLLOWER', 'FOLLOWER', 'LEADER'])
  })
})
