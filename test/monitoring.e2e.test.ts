import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { runProgram } from '../src/cli/run-program.ts'
import { COMMANDS } from '../src/cli/commands.ts'
import { guideCurls, guideEndpoints, guideHealth, guideSamples } from './support/monitoring-guide.ts'
import { realClock } from './support/real-clock.ts'
import { parseExposition, type Sample } from './support/parse-exposition.ts'
import { openDatabase } from './support/postgres.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { TcpProxy } from './support/tcp-proxy.ts'
import { untilStreaming } from './support/transfers.ts'
import { waitFor } from './support/wait-for.ts'

interface Health {
  readonly status: string
  readonly checks: Readonly<
    Record<string, { readonly status: string; readonly message: string; readonly remedy?: string }>
  >
}

const MONITORING = `
monitoring:
  heartbeat_interval: 200ms
  check_interval: 200ms
  check_timeout: 1s
  stuck_after: 1s
  blocked_after: 1s
`

/** Metrics that a service shows only when something special happens, or is configured. */
const SILENT_METRICS: Readonly<Record<string, string>> = {
  sync_notifications_total: 'a channel of alerting',
  sync_otlp_exports_total: 'monitoring.otlp',
  sync_rereads_total: 'an update that leaves a large value out',
  sync_rule_evaluation_failures_total: 'a rule that fails',
  sync_snapshot_chunks: 'a copy that runs',
}

/** The custom metrics of the guide, in its order. */
const CUSTOM_METRICS = [
  ['sync_records_per_second'],
  ['sync_error_ratio'],
  ['sync_processing_latency_percentile_seconds', 'percentile'],
  ['sync_bytes_per_second', 'direction'],
  ['sync_lag_seconds', 'table'],
  ['sync_checkpoint_duration_seconds_bucket', 'le'],
  ['sync_process_memory_bytes', 'kind'],
  ['sync_pool_usage_ratio', 'pool'],
] as const

const linesOf = (text: string): readonly Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

/** The commands as they are typed, in this process, for the service of a world. */
async function commandLine(world: Awaited<ReturnType<typeof openWorld>>) {
  const { sourceUrl, standIn, source } = world
  const file = await writePipelineFile({ sourceUrl, standIn, database: source.name, httpPort: world.port })
  const start = (args: readonly string[], abort: AbortController) => {
    let out = ''
    const terminal = {
      out: (text: string) => void (out += text),
      err: () => undefined,
      isTerminal: false,
      colour: false,
    }
    const context = { terminal, env: { SYNC_CONFIG: file.path }, clock: realClock, abort: abort.signal }
    return { out: () => out, ended: runProgram(args, COMMANDS, context) }
  }
  return {
    run: async (...args: readonly string[]) => {
      const { out, ended } = start(args, new AbortController())
      expect([args, await ended]).toEqual([args, 0])
      return out()
    },
    follow: (...args: readonly string[]) => {
      const abort = new AbortController()
      const { out, ended } = start(args, abort)
      const stop = async () => {
        abort.abort(new Error('Ctrl-C'))
        return await ended
      }
      return { out, lines: () => linesOf(out()), stop }
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  }
}

/** A service between a real source and the stand-in, with ways to both that can be broken. */
async function openWorld() {
  await using opening = new AsyncDisposableStack()
  const source = opening.use(await openDatabase())
  const standIn = opening.use(await StandInProcess.start())
  await source.query('create table users (id int primary key, name text)')
  await source.query('create table orders (id int primary key, total numeric(10,2))')
  await source.query(`insert into users select i, 'SECRET' from generate_series(1, 500) i`)
  const url = new URL(source.url)
  const toSource = opening.use(await TcpProxy.start(Number(url.port)))
  const toMysql = opening.use(await TcpProxy.start(standIn.ports.mysqlPort))
  const toHttp = opening.use(await TcpProxy.start(standIn.ports.httpPort))
  url.port = String(toSource.port)
  const ports = { ...standIn.ports, mysqlPort: toMysql.port, httpPort: toHttp.port }
  const prometheus = opening.use(await fakePrometheus())
  const file = opening.use(
    await writePipelineFile({
      sourceUrl: url.href,
      standIn: { ports },
      database: source.name,
      http: `, prometheus_url: "http://127.0.0.1:${prometheus.port}"`,
      sync: '  truncate_as_deletes_up_to: 0',
      more: MONITORING,
    }),
  )
  const service = opening.use(new ServiceProcess(file.path, { SYNC_FAIL_POINT: 'truncate.create.before:1:BLOCK' }))
  await untilStreaming(standIn, { database: source.name, tables: 2, story: () => service.story })
  const { port, metricsPort } = await waitFor(() => service.ports, { describe: () => service.story })
  const all = opening.move()
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers })
  return {
    source,
    sourceUrl: url.href,
    standIn,
    service,
    toSource,
    toTarget: { set: (mode: Parameters<TcpProxy['set']>[0]) => [toMysql, toHttp].forEach((way) => way.set(mode)) },
    port,
    metricsPort,
    get,
    health: async (path: string): Promise<Health> => JSON.parse(await (await get(path)).text()),
    metrics: async () => parseExposition(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()),
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]()
      await source.dropReplication()
      await all.disposeAsync()
    },
  }
}

/** How many rows of `users` were updated, as the metrics have it; undefined before the first. */
function updatesOfUsers(samples: readonly Sample[]): string | undefined {
  return samples.find(
    ({ name, labels }) =>
      name === 'sync_records_processed_total' && labels['table'] === 'users' && labels['operation'] === 'update',
  )?.value
}

async function fakePrometheus() {
  const { createServer } = await import('node:http')
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: 'success', data: { asked: request.url, method: request.method } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('a running service', () => {
  let world: Awaited<ReturnType<typeof openWorld>>
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(async () => await world[Symbol.asyncDispose]())

  const until = async (what: string, path: string, holds: (health: Health, code: number) => boolean) =>
    await waitFor(
      async () => {
        const reply = await world.get(path)
        const health: Health = JSON.parse(await reply.text())
        return holds(health, reply.status) ? health : null
      },
      {
        timeoutMs: 15_000,
        describe: async () => `${what}: ${await (await world.get(path)).text()}\n${world.service.story}`,
      },
    )

  test('rows 1-4: every endpoint of the guide answers, /health in its shape', async () => {
    await until('health', '/health/ready', (_, code) => code === 200)
    for (const path of guideEndpoints()) expect([path, (await world.get(path)).status]).toEqual([path, 200])
    const health = await until('both sides', '/health', ({ checks }) =>
      ['postgres_connection', 'starrocks_connection'].every((name) => checks[name]?.status === 'healthy'),
    )
    const guide = guideHealth()
    expect(Object.keys(health).slice(0, 3)).toEqual(Object.keys(guide))
    for (const [name, check] of Object.entries(guide.checks)) {
      expect(health.checks[name]).toMatchObject({ status: check.status, message: check.message })
      for (const field of Object.keys(check)) expect(health.checks[name]).toHaveProperty(field)
      expect(health.checks[name]).toHaveProperty('response_time_ms', expect.any(Number))
    }
  })

  test('rows 5-16: every component of the guide and beyond has a check', async () => {
    const { checks } = await world.health('/health/detailed')
    expect(Object.keys(checks)).toEqual(
      expect.arrayContaining([
        'postgres_connection',
        'starrocks_connection',
        'connection_pool',
        'sync_jobs',
        'error_rate',
        'replication_progress',
        'cpu',
        'memory',
        'disk',
        'replication_slot',
        'publication',
        'clock_skew',
        'starrocks_nodes',
        'sync_loop',
        'service',
      ]),
    )
  })

  test('rows 8-10: without a Flink engine its component is named as not configured, not as well', async () => {
    const detailed: unknown = await (await world.get('/health/detailed')).json()
    expect(detailed).toMatchObject({
      pipeline: { engine: 'embedded' },
      not_configured: { flink_environment: expect.stringContaining('no JobManager, TaskManager or Flink job') },
    })
  })

  test('rows 17-36, 96: every series of the guide is there with its labels, on both ports', async () => {
    await world.source.query(`insert into orders select i, i from generate_series(1, 20) i`)
    await world.source.query(`update users set name = 'SECRET' where id < 10`)
    await world.standIn.faults([])
    const custom = CUSTOM_METRICS.map(([name, ...labels]) => ({
      name,
      labels: Object.fromEntries(labels.map((label) => [label, ''])),
    }))
    const matches = (wanted: Pick<Sample, 'name' | 'labels'>) => (found: Sample) =>
      found.name === wanted.name && Object.keys(wanted.labels).every((label) => label in found.labels)
    let missing: readonly string[] = []
    // Series come up to a second later than what they are about.
    const samples = await waitFor(
      async () => {
        const all = await world.metrics()
        missing = [...guideSamples(), ...custom].filter((each) => !all.some(matches(each))).map(({ name }) => name)
        return missing.length === 0 && updatesOfUsers(all) === '9' ? all : null
      },
      { describe: () => `series of the guide, missing: ${missing.join(', ')}\n${world.service.story}` },
    )
    const users = samples.filter(({ labels }) => labels['table'] === 'users')
    expect(users.find(({ labels }) => labels['operation'] === 'snapshot')?.value).toBe('500')
    const onMain = parseExposition(await (await world.get('/metrics')).text())
    expect(onMain.length).toBeGreaterThan(200)
  })

  test('row 102: the guide’s commands work as written, but for the port', async () => {
    const ports = new Map([
      ['8080', world.port],
      ['9090', world.metricsPort],
    ])
    for (const command of guideCurls().filter((url) => !url.includes(':3000'))) {
      const reply = await fetch(command.replace(/(8080|9090)/, (usual) => String(ports.get(usual))))
      expect([command, reply.status]).toEqual([command, 200])
    }
    const targets = await fetch(`http://127.0.0.1:${world.metricsPort}/api/v1/targets?state=active`)
    expect(await targets.json()).toMatchObject({ data: { asked: '/api/v1/targets?state=active', method: 'GET' } })
    const change = await fetch(`http://127.0.0.1:${world.metricsPort}/api/v1/admin/tsdb/snapshot`, { method: 'POST' })
    expect(change.status).toBe(405)
  })

  test('row 117: health+json by Accept, startup, groups', async () => {
    const reply = await world.get('/health', { accept: 'application/health+json' })
    expect(reply.headers.get('content-type')).toBe('application/health+json')
    expect(await reply.json()).toMatchObject({
      status: expect.stringMatching(/^(pass|warn)$/),
      serviceId: 'shop',
      checks: {
        'postgres_connection:responseTime': [{ componentType: 'datastore', status: 'pass', observedUnit: 'ms' }],
      },
    })
    expect((await world.get('/health/startup')).status).toBe(200)
    expect((await world.get('/health/group/ready')).status).toBe(200)
    expect((await world.get('/health/group/nothing')).status).toBe(404)
  })

  test('row 11, 13: every job with state, lag, rates, last error; the guarantee in force', async () => {
    const expected = {
      pipeline: { guarantee: 'atomic', phase: 'running', slot: { active: true, wal_status: 'reserved' } },
      jobs: [
        {
          table: 'orders',
          source: 'public.orders',
          state: 'streaming',
          lag_seconds: expect.any(Number),
          last_error: null,
        },
        { table: 'users', lag_bytes: expect.any(Number), records_per_second: expect.any(Number) },
      ],
    }
    // The picture follows what happens within a check's interval.
    const detailed = async (): Promise<unknown> => await (await world.get('/health/detailed')).json()
    await expect.poll(detailed, { timeout: 10_000 }).toMatchObject(expected)
  })

  test('a job is paused and resumed over the API from this machine', async () => {
    const ask = (what: string) =>
      fetch(`http://127.0.0.1:${world.port}/api/v1/tables/orders/${what}`, { method: 'POST' })
    expect((await ask('pause')).status).toBe(202)
    await until('paused', '/health', ({ checks }) => checks['sync_jobs']?.status === 'degraded')
    expect((await ask('resume')).status).toBe(202)
    await until('running', '/health', ({ checks }) => checks['sync_jobs']?.status === 'healthy')
    expect((await fetch(`http://127.0.0.1:${world.port}/api/v1/tables/nothing/pause`, { method: 'POST' })).status).toBe(
      404,
    )
  })

  test('rows 39-45: the log over HTTP, followed and filtered by the command; levels changed; who asked is named', async () => {
    await using cli = await commandLine(world)
    const changed = await cli.run('logs', 'level', 'sync_app.records', 'DEBUG', '--for', '10m', '--json')
    expect(JSON.parse(changed)).toContainEqual({
      logger: 'sync_app.records',
      level: 'DEBUG',
      from: 'changed',
      until_ms: expect.any(Number),
    })
    const following = cli.follow('logs', '-f', '--service', '--json', '--table', 'orders', '--lines', '0')
    await waitFor(
      async () => {
        await world.source.query(`insert into orders select coalesce(max(id), 0) + 1, 7.77 from orders`)
        return following.out().includes('"logger":"sync_app.records"')
      },
      { describe: () => world.service.story },
    )
    expect(await following.stop()).toBe(0)
    const record = following.lines().find(({ logger }) => logger === 'sync_app.records')
    expect(record).toMatchObject({
      level: 'DEBUG',
      table: 'public.orders',
      operation: 'insert',
      record_id: expect.stringMatching(/^[0-9a-f]+$/),
      processing_time_ms: expect.any(Number),
      batch_size: expect.any(Number),
      batch_id: expect.any(String),
      end_lsn: expect.stringContaining('/'),
      actor: 'system',
    })
    expect(following.out()).not.toContain('public.users')
    await cli.run('logs', 'level', 'sync_app.records', 'reset')
    await cli.run('pause', 'orders')
    await cli.run('resume', 'orders')
    const ask = { method: 'PUT', body: JSON.stringify({ logger: 'sync_app', level: 'INFO', for_ms: 1 }) }
    expect((await fetch(`http://127.0.0.1:${world.port}/api/v1/logging/levels`, ask)).status).toBe(200)
    expect((await world.get('/api/v1/logs?level=loud')).status).toBe(400)
    // A command only sends its request into the stream of the source.
    const audit = async () => {
      const lines = linesOf(await cli.run('logs', '--service', '--json', '--lines', '1000'))
      const asked = lines.filter(({ message }) => /^(?:Asked|Level)/.test(String(message)))
      return asked.map(({ message, actor }) => [message, actor])
    }
    const command = expect.stringMatching(/^cli:./)
    await expect.poll(audit, { timeout: 10_000 }).toEqual(
      expect.arrayContaining([
        ['Asked to pause the table', command],
        ['Asked to resume the table', command],
        ['Level of a logger changed', 'api:local'],
        ['Level of a logger changed', command],
      ]),
    )
  })

  test('what verify finds is in the metrics and in the log of the service', async () => {
    await using cli = await commandLine(world)
    await cli.run('verify', 'users')
    const drift = (await world.metrics()).filter(({ name }) => name === 'sync_row_count_drift')
    expect(drift).toMatchObject([{ labels: { table: 'users' }, value: '0' }])
    const told = world.service.lines.find(({ message }) => message === 'Both sides were compared')
    expect(told).toMatchObject({ level: 'INFO', tables: 1, rows_different: 0, actor: expect.stringMatching(/^cli:./) })
  })

  test('row 118: a blocked sync loop is 503 on the same port, in milliseconds, and passes', async () => {
    // Emptying a table blocks the loop for some seconds; see SYNC_FAIL_POINT.
    await world.source.query('truncate users')
    const health = await until('blocked', '/health/live', (_, code) => code === 503)
    expect(health.checks['sync_loop']?.message).toContain('has not turned')
    const asked = performance.now()
    expect((await world.get('/health')).status).toBe(503)
    expect(performance.now() - asked).toBeLessThan(250)
    expect((await world.metrics()).some(({ name }) => name === 'sync_records_processed_total')).toBe(true)
    await until('alive', '/health/live', (_, code) => code === 200)
    await until('ready', '/health/ready', (_, code) => code === 200)
  })

  test('row 104: an idle source is ready and late by nothing', async () => {
    await until(
      'nothing waits',
      '/health/ready',
      ({ checks }) => checks['replication_progress']?.message === 'Nothing waits',
    )
    const lag = (await world.metrics()).filter(({ name }) => name === 'sync_lag_seconds')
    expect(lag.map(({ value }) => Number(value))).toEqual([0, 0])
  })

  test('rows 5, 104: a source that is silent is unhealthy; when it is back the service is ready again', async () => {
    world.toSource.set('cut')
    const health = await until(
      'source down',
      '/health',
      ({ checks }) => checks['postgres_connection']?.status === 'unhealthy',
    )
    expect(health.status).toBe('unhealthy')
    await until('not ready', '/health/ready', (_, code) => code === 503)
    expect((await world.get('/health/live')).status).toBe(200)
    expect((await world.metrics()).find(({ name }) => name === 'sync_source_up')?.value).toBe('0')
    await waitFor(
      async () => (await world.metrics()).some(({ name, value }) => name === 'sync_lag_seconds' && Number(value) > 1),
      {
        describe: 'lag grows although nothing is known to wait',
      },
    )
    world.toSource.set('pass')
    await until('ready', '/health/ready', (_, code) => code === 200)
  })

  test('row 6: a target that answers nothing is unhealthy in its time; stuck with work pending is not ready', async () => {
    world.toTarget.set('silent')
    await world.source.query('insert into users values (2000)')
    const health = await until(
      'target down',
      '/health',
      ({ checks }) => checks['starrocks_connection']?.status === 'unhealthy',
    )
    expect(health.checks['starrocks_connection']?.message).toContain('1000 ms')
    const ready = await until('stuck', '/health/ready', (_, code) => code === 503)
    expect(ready.checks['replication_progress']?.message).toContain('nothing got into the target')
    expect((await world.get('/health/live')).status).toBe(200)
    world.toTarget.set('cut')
    world.toTarget.set('pass')
    await until('ready', '/health/ready', (_, code) => code === 200)
  })

  test('row 124: no value of a row is shown anywhere', async () => {
    for (const path of ['/metrics', '/health/detailed', '/api/v1/status', '/api/v1/tables'])
      expect(await (await world.get(path)).text()).not.toContain('SECRET')
  })

  test('every metric of the catalogue has series in a running service, but for those that need something special', async () => {
    await using cli = await commandLine(world)
    // What was compared has a series once it was.
    await cli.run('verify', 'users')
    const reply = await world.get('/api/v1/metrics')
    const { metrics }: { metrics: readonly { name: string; series: number }[] } = JSON.parse(await reply.text())
    const silent = metrics.filter(({ series }) => series === 0).map(({ name }) => name)
    expect(silent.toSorted()).toEqual(Object.keys(SILENT_METRICS).toSorted())
  })

  it('row 105: a slot that is gone is told, with what to do', async () => {
    const [row] = await world.source.query<{ slot: string }>(
      'select slot_name::text as slot from pg_replication_slots where database = current_database()',
    )
    world.toSource.set('cut')
    await waitFor(
      async () => {
        await world.source.query(`select pg_drop_replication_slot($1)`, [row?.slot])
        return true
      },
      { describe: 'the slot to be dropped' },
    )
    world.toSource.set('pass')
    await waitFor(() => !world.service.isRunning, { timeoutMs: 30_000, describe: () => world.service.story })
    const ending = await world.service.ended
    expect(ending.code).toBe(1)
    expect(world.service.story).toContain('SLOT_MISSING')
  })
})

it('a port that is taken is an error that says which, and what to do', async () => {
  await using blocker = await fakePrometheus()
  await using standIn = { ports: { mysqlPort: 1, httpPort: 1 }, [Symbol.asyncDispose]: async () => undefined }
  await using file = await writePipelineFile({
    sourceUrl: 'postgres://nobody@127.0.0.1:1/none',
    standIn,
    database: 'none',
    http: `, host: 127.0.0.1`,
    httpPort: blocker.port,
  })
  await using service = new ServiceProcess(file.path)
  expect((await service.ended).code).toBe(1)
  expect(service.story).toMatch(/HTTP_LISTEN.*http\.port/)
  expect(service.story).toContain('Set http.port to a free port')
})
