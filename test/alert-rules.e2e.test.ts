import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findFreePort } from '../src/app/demo/free-port.ts'
import { HttpReceiver } from '../src/observe/alerts/testing/http-receiver.ts'
import { hurriedRule } from './support/hurried-rule.ts'
import { startOwnCluster } from './support/own-cluster.ts'
import { openDatabase } from './support/postgres.ts'
import { runCommand } from './support/run-command.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { TcpProxy } from './support/tcp-proxy.ts'
import { untilStreaming } from './support/transfers.ts'
import { waitFor } from './support/wait-for.ts'

const RULES =
  `critical_error_rate high_error_rate no_data_processing low_throughput checkpoint_failures heartbeat_missing freshness_fast_burn
   freshness_slow_burn high_latency database_down slot_at_risk schema_drift snapshot_stalled starrocks_backend_dead`
    .split(/\s+/)
    .map((name) => hurriedRule(name))

const alerting = (hook: string, broken: string): string => `
monitoring: { heartbeat_interval: 200ms, check_interval: 200ms, check_timeout: 1s }
alerting:
  evaluation_interval: 1s
  channels: { hook: { webhook: "${hook}" }, broken: { webhook: "${broken}" } }
  group_wait: 0s
  group_interval: 1s
  objectives: [{ freshness: 1s }]
  rules:
    - ${RULES.join('\n    - ')}
    - ${hurriedRule('session_restart_loop', 20, (condition) => condition.replace(/\d+$/, '1'))}
    - ${hurriedRule('starrocks_transaction_backlog', 10, (condition) => condition.replace(/\d+$/, '5'))}
`

/** A service between a PostgreSQL of its own and the stand-in, with ways that can be broken. */
async function openWorld() {
  await using opening = new AsyncDisposableStack()
  const cluster = await startOwnCluster({ max_slot_wal_keep_size: '64MB', max_wal_size: '4GB' })
  opening.defer(() => cluster.stop())
  const source = opening.use(await openDatabase({ clusterUrl: cluster.url }))
  const standIn = opening.use(await StandInProcess.start(['--backends', '2', '--set', 'heartbeat_ms=200']))
  const hook = opening.use(await HttpReceiver.start())
  const broken = opening.use(await HttpReceiver.start())
  broken.answers.push(...Array.from({ length: 1000 }, () => ({ status: 400 })))
  await source.query('create table users (id int primary key, name text)')
  await source.query('create table orders (id int primary key, total int)')
  await source.query('insert into orders values (1, 1)')
  const url = new URL(source.url)
  const toSource = opening.use(await TcpProxy.start(Number(url.port)))
  const toMysql = opening.use(await TcpProxy.start(standIn.ports.mysqlPort))
  const toHttp = opening.use(await TcpProxy.start(standIn.ports.httpPort))
  url.port = String(toSource.port)
  const ports = { mysqlPort: toMysql.port, httpPort: toHttp.port }
  const httpPort = await findFreePort()
  const more = alerting(hook.url, broken.url)
  const file = opening.use(
    await writePipelineFile({ sourceUrl: url.href, standIn: { ports }, database: source.name, more, httpPort }),
  )
  opening.defer(() => source.dropReplication())
  const service = opening.use(new ServiceProcess(file.path))
  await untilStreaming(standIn, { database: source.name, tables: 2, story: () => service.story })
  const all = opening.move()
  return {
    source,
    standIn,
    broken,
    service,
    toSource,
    toTarget: { set: (mode: 'pass' | 'cut') => [toMysql, toHttp].forEach((way) => way.set(mode)) },
    admin: async (what: string) => {
      const { adminPort } = standIn.ports
      expect((await fetch(`http://127.0.0.1:${adminPort}/${what}`, { method: 'POST' })).status).toBe(200)
    },
    transactions: async (operation: 'begin' | 'rollback', count: number) => {
      const url = `http://127.0.0.1:${standIn.ports.httpPort}/api/transaction/${operation}`
      for (let number = 1; number <= count; number += 1) {
        const headers = {
          label: `other_${number}`,
          db: source.name,
          table: 'orders',
          authorization: `Basic ${btoa('root:')}`,
        }
        const sent = { method: 'POST', headers, redirect: 'manual' } as const
        const redirected = await fetch(url, sent)
        const answer = await fetch(redirected.headers.get('location') ?? '', sent)
        expect(await answer.json()).toMatchObject({ Status: 'OK' })
      }
    },
    command: (...args: readonly string[]) => runCommand([...args, '-c', file.path]),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

describe('predefined rules fire by a cause and are over when it is gone', { timeout: 60_000 }, () => {
  let world: Awaited<ReturnType<typeof openWorld>>
  let rows = 0
  const caused: string[] = []
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(async () => await world[Symbol.asyncDispose]())

  const wasSaid = (text: string): boolean => world.service.lines.some(({ message }) => String(message).startsWith(text))

  /** Waits until each of these has been said in the log. */
  async function said(texts: readonly string[]): Promise<void> {
    const missing = (): readonly string[] => texts.filter((text) => !wasSaid(text))
    const describe = (): string => `${missing().join(', ')}\n${world.service.story}`
    await waitFor(() => missing().length === 0, { timeoutMs: 30_000, describe })
  }

  async function fires(...rules: readonly string[]): Promise<void> {
    await said(rules.map((rule) => `Alert ${rule}: `))
    caused.push(...rules)
  }

  async function write(): Promise<void> {
    rows += 100
    await world.source.query(`insert into users select i, 'x' from generate_series(${rows - 99}, ${rows}) i`)
  }

  /** Somebody deletes a row in the target; a comparison finds it, and a later one that it is back. */
  async function rowIsDeleted(): Promise<void> {
    const { standIn, source, service } = world
    const there = async (): Promise<boolean> =>
      (await standIn.query(`select id from ${source.name}.users where id = 1`)).length === 1
    await waitFor(there, { describe: () => service.story })
    await standIn.query(`delete from ${source.name}.users where id = 1`)
    expect((await world.command('verify', 'public.users')).code).toBe(1)
    await fires('row_drift')
    await source.query(`update users set name = 'y' where id = 1`)
    await waitFor(there, { describe: () => service.story })
    const { code, text } = await world.command('verify', 'public.users')
    expect({ code, text }).toMatchObject({ code: 0 })
  }

  /** A table is stopped, and its new copy waits for a lock. */
  async function shapeChanges(): Promise<void> {
    await world.source.query('alter table orders add column more text; insert into orders values (2, 2, $$new$$)')
    await fires('job_failures', 'schema_drift')
    const blocker = await world.source.connect()
    await blocker.query('begin; lock table orders in access exclusive mode')
    await world.command('resync', 'public.orders')
    await fires('snapshot_stalled')
    await blocker.query('rollback')
    await blocker.end()
  }

  test('a target that refuses every commit, whose transactions stay open and whose backend dies; a receiver that refuses', async () => {
    await write()
    await world.standIn.faults([{ match: { path: 'commit' }, action: 'too-many-versions', times: 100_000 }])
    await write()
    await world.transactions('begin', 6)
    await fires('starrocks_transaction_backlog')
    await world.transactions('rollback', 6)
    await world.admin('kill-be?id=10002')
    await fires('starrocks_backend_dead')
    await world.admin('start-be?id=10002')
    await fires('critical_error_rate', 'high_error_rate', 'no_data_processing', 'low_throughput', 'checkpoint_failures')
    await fires('heartbeat_missing', 'freshness_fast_burn', 'freshness_slow_burn', 'notification_failing')
    await world.standIn.clearFaults()
  })

  test('a connection that is ended again and again', async () => {
    const sessions = () => world.service.lines.filter(({ message }) => message === 'Took over').length
    for (let count = sessions(); count < 3; count += 1) {
      await world.source.query('select pg_terminate_backend(pid) from pg_stat_replication')
      await waitFor(() => sessions() > count, { describe: () => world.service.story })
    }
    await fires('session_restart_loop')
  })

  test('a target that commits slowly: latency', async () => {
    await world.standIn.faults([{ match: { path: 'commit' }, action: 'delay', ms: 1500, times: 1000 }])
    // Several batches: a latency counts from the second one on.
    await waitFor(async () => (await write()) ?? wasSaid('Alert high_latency: '), {
      describe: () => world.service.story,
    })
    await fires('high_latency')
    await world.standIn.clearFaults()
  })

  test('a target that is cut off: database down, and the slot keeps WAL', async () => {
    world.toTarget.set('cut')
    await world.source.query(
      `select pg_logical_emit_message(false, 'fill', repeat('x', 1000000)) from generate_series(1, 80)`,
    )
    await fires('database_down', 'slot_at_risk')
    world.toTarget.set('pass')
    await write()
  })

  test('a row that is deleted in the target; a table that changes its shape, and a copy that waits for a lock', async () => {
    await Promise.all([rowIsDeleted(), shapeChanges()])
  })

  test('all of them are over when their causes are gone', async () => {
    await world.source.query('select pg_log_standby_snapshot()')
    await write()
    world.broken.answers.length = 0
    const tested = await fetch(`http://127.0.0.1:${world.service.ports?.port}/api/v1/alerts/channels/broken/test`, {
      method: 'POST',
      body: '{}',
    })
    expect(await tested.json()).toEqual({ results: [{ receiver: 'broken', failure: null }] })
    await said(caused.map((rule) => `Alert ${rule} is over`))
    expect(caused).toHaveLength(19)
  })
})
