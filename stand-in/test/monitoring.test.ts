import { readFileSync } from 'node:fs'
import mysql from 'mysql2/promise'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn
let logFile = ''

beforeAll(async () => {
  const first = await RunningStandIn.start()
  logFile = join(first.dataDir, 'requests.jsonl')
  sr = await first.restart('SIGTERM', ['--log', logFile])
  await sr.sql.query(`CREATE DATABASE d; USE d;
    CREATE TABLE t (k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`)
})
afterAll(async () => sr[Symbol.asyncDispose]())

/** Samples of a `/metrics`, by name and labels. */
async function samples(port: 'httpPort' | 'beHttpPort'): Promise<Readonly<Record<string, number>>> {
  const { text } = await sr.raw(port, 'GET', '/metrics')
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

describe('health (starrocks.md 8)', () => {
  it('tells the back ends that are known and online, without credentials', async () => {
    expect((await sr.once(sr.ports.httpPort, 'GET', '/api/health', { headers: { Authorization: '' } })).json).toEqual({
      total_backend_num: 1,
      online_backend_num: 1,
      status: 'OK',
    })
    expect((await sr.be('GET', '/api/health'))['status']).toBe('OK')
  })

  it('tells figures of an FE only to those who know the token of the cluster', async () => {
    expect(await sr.fe('GET', '/api/bootstrap')).toMatchObject({
      status: 'OK',
      msg: 'Success',
      queryPort: 0,
      feStartTime: 0,
    })
    expect(await sr.fe('GET', '/api/bootstrap?token=wrong')).toMatchObject({
      status: 'FAILED',
      msg: 'invalid parameter',
    })
    expect(await sr.fe('GET', '/api/bootstrap?token=stand-in')).toMatchObject({
      status: 'OK',
      queryPort: sr.ports.mysqlPort,
      feVersion: '4.0.2-57a4d1f',
      rpcPort: 9020,
    })
  })
})

describe('metrics (starrocks.md 8)', () => {
  it('of a BE count requests, bytes and rows', async () => {
    const before = await samples('beHttpPort')
    await sr.load('t', '1\n2\n3\n')
    await sr.load('t', 'x\n', { strict_mode: 'true' })
    await sr.txn('begin', { label: 'm1', table: 't' })
    await sr.txn('load', { label: 'm1', table: 't' }, '4\n')
    await sr.txn('commit', { label: 'm1' })
    const after = await samples('beHttpPort')
    const grown = (name: string): number => (after[name] ?? Number.NaN) - (before[name] ?? 0)
    expect([
      grown('starrocks_be_streaming_load_requests_total'),
      grown('starrocks_be_streaming_load_bytes'),
      grown('starrocks_be_transaction_streaming_load_requests_total'),
      grown('starrocks_be_transaction_streaming_load_bytes'),
      grown('starrocks_be_stream_load{type="receive_bytes"}'),
      grown('starrocks_be_stream_load{type="load_rows"}'),
      grown('starrocks_be_txn_request{type="begin"}'),
      after['starrocks_be_streaming_load_current_processing'],
    ]).toEqual([2, 8, 1, 2, 10, 4, 1, 0])
    const disks = Object.entries(after).filter(([name]) => name.startsWith('starrocks_be_disks_'))
    expect(disks.map(([, bytes]) => bytes > 0)).toEqual([true, true, true])
  })

  it('of an FE count transactions, operations, queries and connections', async () => {
    const before = await samples('httpPort')
    await sr.load('t', '1\n', { label: 'once' })
    await sr.load('t', '1\n', { label: 'once' })
    await sr.load('t', 'x\n', { strict_mode: 'true' })
    await sr.txn('begin', { label: 'm2', table: 't' })
    await sr.rows('SELECT count(*) FROM t')
    await sr.refusal('SELECT nothing FROM nowhere')
    const after = await samples('httpPort')
    const grown = (name: string): number => (after[name] ?? Number.NaN) - (before[name] ?? 0)
    expect([
      grown('starrocks_fe_txn_begin'),
      grown('starrocks_fe_txn_reject'),
      grown('starrocks_fe_txn_success'),
      grown('starrocks_fe_txn_failed'),
      grown('starrocks_fe_query_total'),
      grown('starrocks_fe_query_err'),
      grown('starrocks_fe_txn_stream_load_begin_latency_ms_count'),
      grown('starrocks_fe_txn_total_latency_ms_count{type="stream_load", is_leader="true"}'),
      after['starrocks_fe_connection_total'],
      after['starrocks_fe_job{job="load", type="STREAM_LOAD", state="PREPARE"}'],
    ]).toEqual([3, 1, 1, 1, 2, 1, 1, 1, 1, 1])
    expect(after['jvm_heap_size_bytes{type="used"}']).toBeGreaterThan(1e6)
  })

  it('have each name of the list that the alerts of StarRocks use', async () => {
    const [fe, be] = [await samples('httpPort'), await samples('beHttpPort')]
    const feNames = `max_tablet_compaction_score connection_total qps query_latency_ms{quantile="0.99"} query_err edit_log_write
      load_add load_finished txn_begin txn_reject txn_stream_load_begin_num txn_stream_load_commit_latency_ms{quantile="0.75"}`
    const beNames = `streaming_load_requests_total streaming_load_bytes streaming_load_duration_ms streaming_load_current_processing
      tablet_update_max_compaction_score tablet_base_max_compaction_score tablet_cumulative_max_compaction_score
      update_apply_queue_count update_rowset_commit_request_failed running_update_compaction_task_num
      async_delta_writer_queue_count merge_commit_pending_total merge_commit_pending_bytes`
    for (const name of feNames.split(/\s+/)) expect(fe).toHaveProperty([`starrocks_fe_${name}`])
    for (const name of beNames.split(/\s+/)) expect(be).toHaveProperty([`starrocks_be_${name}`])
  })
})

describe('SHOW PROC of transactions (starrocks.md 6)', () => {
  it('lists the running and the finished ones of a database', async () => {
    await sr.txn('begin', { label: 'p1', table: 't' })
    const running = await sr.rows(`SHOW PROC '/transactions/d/running'`)
    expect(running.find((row) => row[1] === 'p1')?.[3]).toBe('PREPARE')
    await sr.txn('rollback', { label: 'p1' })
    const finished = await sr.rows(`SHOW PROC '/transactions/d/finished'`)
    expect(finished.find((row) => row[1] === 'p1')?.[3]).toBe('ABORTED')
    expect(await sr.refusal(`SHOW PROC '/transactions/nowhere/running'`)).toContain("doesn't exist")
  })
})

describe('errors of the FE (starrocks.md 1.1, 2)', () => {
  it.each([
    ['GET', '/api/nowhere/get_load_state?label=x', 'unknown database, database=nowhere'],
    ['GET', '/api/d/get_load_state', 'No label selected.'],
    ['POST', '/api/d/nothing/_cancel', 'transaction not found, label=nothing'],
  ])('%s %s answers FAILED by RestBaseResult: %s', async (method, path, msg) => {
    expect(await sr.fe(method, path)).toEqual({ status: 'FAILED', code: '1', msg, message: msg })
  })

  it('cannot cancel what is visible', async () => {
    await sr.load('t', '1\n', { label: 'seen' })
    expect((await sr.fe('POST', '/api/d/seen/_cancel'))['msg']).toContain('VISIBLE')
  })
})

describe('--log', () => {
  const lines = (): Readonly<Record<string, unknown>>[] =>
    readFileSync(logFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => {
        const parsed: unknown = JSON.parse(line)
        return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {}
      })

  it('has a line for each hop of a load, with what came, what was answered and how long it took', async () => {
    await sr.load('t', '7\n8\n', { label: 'logged' })
    await expect.poll(() => lines().filter((line) => line['label'] === 'logged').length).toBe(2)
    const [hop, load] = lines().filter((line) => line['label'] === 'logged')
    expect(hop).toMatchObject({
      listener: 'fe1',
      method: 'PUT',
      status: 307,
      location: expect.stringContaining(`:${sr.ports.beHttpPort}/`),
    })
    expect(load).toMatchObject({
      listener: 'be10001',
      url: '/api/d/t/_stream_load',
      bodyBytes: 4,
      status: 200,
      answered: true,
      reply: { Status: 'Success', NumberLoadedRows: 2 },
      headers: { authorization: 'Basic root:***', expect: '100-continue' },
    })
    expect(load?.['tookMs']).toBeTypeOf('number')
  })

  it('has statements with user, database, duration and error, and requests that failed', async () => {
    await sr.refusal('SELECT wrong FROM t')
    await sr.once(sr.ports.httpPort, 'GET', '/api/d/get_load_state', { headers: { Authorization: 'Basic eDp5' } })
    await expect.poll(() => lines().some((line) => line['status'] === 401)).toBe(true)
    expect(lines().find((line) => line['sql'] === 'SELECT wrong FROM t')).toMatchObject({
      listener: 'mysql1',
      user: 'root',
      database: 'd',
      error: expect.stringContaining('wrong'),
    })
    expect(readFileSync(logFile, 'utf8')).not.toContain('eDp5')
  })

  it('has logins, refused ones too, and every command that is no statement', async () => {
    const settings = { host: '127.0.0.1', port: sr.ports.mysqlPort }
    await expect(mysql.createConnection({ ...settings, user: 'nobody', password: 'hush' })).rejects.toThrow(
      'Access denied',
    )
    const connection = await mysql.createConnection({ ...settings, user: 'root', database: 'd' })
    await connection.ping()
    await connection.execute('SELECT ? + 1', [1])
    await connection.end()
    const told = () =>
      lines().flatMap(({ command, for: user, error }) => (command === undefined ? [] : [[command, user, error]]))
    await expect
      .poll(() => told().slice(-5))
      .toEqual([
        ['login', 'nobody', expect.stringContaining('Access denied')],
        ['login', 'root', undefined],
        ['COM_PING', undefined, undefined],
        ['COM_STMT_PREPARE', undefined, undefined],
        ['COM_QUIT', undefined, undefined],
      ])
    expect(readFileSync(logFile, 'utf8')).not.toContain('hush')
  })
})
