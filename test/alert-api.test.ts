import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { realClock } from './support/real-clock.ts'
import { waitFor } from './support/wait-for.ts'
import { signGrant } from '../src/observe/alerts/notifier/acknowledge-link.ts'
import { HttpReceiver } from '../src/observe/alerts/testing/http-receiver.ts'
import { instanceOf, MemoryAlertStore } from '../src/observe/alerts/testing/notifier-world.ts'
import { openAlerting, type Alerting } from '../src/app/alerting/open-alerting.ts'
import { serviceClient } from '../src/app/service-client.ts'
import { openMonitorCore, type MonitorCore } from '../src/app/monitor/monitor-core.ts'
import { monitorSetup } from '../src/app/monitor/monitor-setup.ts'
import type { Config } from '../src/config/config.ts'
import { parseConfig } from '../src/config/load-config.ts'
import { secret } from '../src/config/secret.ts'
import { acknowledgeResource } from '../src/api/acknowledge-resource.ts'
import { alertResources } from '../src/api/alert-resources.ts'
import { listen } from '../src/api/http-listener.ts'
import { ruleResources } from '../src/api/rule-resources.ts'
import { keepSamples } from '../src/app/monitor/keep-samples.ts'

let open: AsyncDisposableStack
let receiver: HttpReceiver
beforeEach(async () => {
  open = new AsyncDisposableStack()
  receiver = open.use(await HttpReceiver.start())
})
afterEach(async () => await open.disposeAsync())

const alert = instanceOf({ rule: 'a', labels: { table: 't' } })

interface Served {
  readonly url: string
  readonly config: Config
  readonly alerting: Alerting
  readonly core: MonitorCore
}

/** The resources on a real port, over alerting with one alert that was told. */
async function serve(token = '', more = 'group_wait: 0s'): Promise<Served> {
  const text = `source: { url: "postgres://sync@db/shop" }
target: { fe_http: "http://fe:8030", fe_mysql: "mysql://root@fe:9030" }
http: { auth: { ${token === '' ? '' : `token: ${token}`} } }
alerting: { webhook_url: "${receiver.url}", group_interval: 1s, link_secret: link, ${more} }`
  const { config } = parseConfig(text, 'x.yaml', { env: {}, readFile: () => '' })
  const { port1, port2 } = new MessageChannel()
  open.defer(() => port2.close())
  const setup = monitorSetup(config, { version: '0', startedAtMs: 0, beat: new SharedArrayBuffer(4) })
  const core = open.use(openMonitorCore(port1, setup, realClock))
  const parts = {
    config: config.alerting,
    pipeline: 'shop',
    token: null,
    store: new MemoryAlertStore(),
    clock: realClock,
  }
  const alerting = open.use(await openAlerting({ ...parts, random: Math.random, log: () => undefined }))
  core.alerting.current = alerting
  const resources = [acknowledgeResource(core), ...ruleResources(core), ...alertResources(core)]
  const { port } = open.use(await listen({ host: '127.0.0.1', port: 0, resources }, core))
  await waitFor(
    async () => {
      await alerting.handleRound({ atMs: realClock.now(), instances: [alert], unknownRules: [] })
      return alerting.alerts.alerts()[0]?.told.length === 1
    },
    { describe: 'the alert to be told' },
  )
  return { url: `http://127.0.0.1:${port}`, config, alerting, core }
}

const abort = new AbortController().signal

describe('alerts over HTTP', { timeout: 20_000 }, () => {
  test('are listed and shown, acknowledged and silenced, as the command line asks', async () => {
    const { url, config } = await serve()
    const ask = (method: 'GET' | 'POST', path: string, body?: unknown) =>
      serviceClient(config, url).ask({ method, path, body, abort })
    expect(await ask('GET', '/api/v1/alerts')).toMatchObject({
      alerts: [{ rule: 'a', told: [{ receiver: 'webhook' }] }],
    })
    expect(await ask('GET', `/api/v1/alerts/${alert.fingerprint}`)).toMatchObject({ alerts: [{ rule: 'a' }] })
    const acknowledged = await ask('POST', '/api/v1/alerts/a/acknowledge', { by: 'anna', via: 'cli' })
    expect(acknowledged).toEqual({ acknowledged: [alert.fingerprint] })
    await ask('POST', '/api/v1/silences', { match: ['table=t'], for: '1h', author: 'anna' })
    expect(await ask('GET', '/api/v1/silences')).toMatchObject({ silences: [{ match: ['table="t"'] }] })
    expect(await ask('GET', '/api/v1/oncall')).toEqual({ schedules: [] })
    expect(await ask('POST', '/api/v1/alerts/channels/webhook/test', {})).toEqual({
      results: [{ receiver: 'webhook', failure: null }],
    })
    expect(await ask('GET', '/api/v1/alerts/history?limit=2')).toMatchObject({
      history: [{ what: 'test' }, { what: 'silenced', who: 'anna' }],
    })
    await expect(ask('GET', '/api/v1/alerts/nope')).rejects.toMatchObject({ code: 'ALERT_UNKNOWN' })
    await expect(ask('POST', '/api/v1/silences', { x: 1 })).rejects.toMatchObject({ code: 'ALERT_REQUEST' })
    await expect(ask('POST', '/api/v1/silences', { comment: 'x'.repeat(70_000) })).rejects.toMatchObject({
      code: 'ALERT_REQUEST',
    })
  })

  test('change nothing without the token; looking stays open', async () => {
    const { url, config, alerting } = await serve('geheim')
    expect((await fetch(`${url}/api/v1/alerts`)).status).toBe(200)
    const refused = await Promise.all(
      [undefined, 'Bearer wrong'].map((authorization) =>
        fetch(`${url}/api/v1/alerts/a/acknowledge`, {
          method: 'POST',
          body: '{"by":"x"}',
          headers: authorization === undefined ? {} : { authorization },
        }),
      ),
    )
    expect(refused.map(({ status }) => status)).toEqual([401, 403])
    expect(alerting.alerts.alerts()[0]?.acknowledgement).toBe(null)
    const call = { method: 'POST', path: '/api/v1/alerts/a/acknowledge', body: { by: 'anna' }, abort } as const
    await serviceClient(config, url).ask(call)
    expect(alerting.alerts.alerts()[0]?.acknowledgement).toMatchObject({ by: 'anna', via: 'api' })
  })

  test('the link of a message: a GET, as link scanners make it, shows a page; only the POST acknowledges', async () => {
    const { url, alerting } = await serve('geheim')
    const { groupKey } = JSON.parse(receiver.requests[0]?.body ?? '')
    const now = realClock.now()
    const token = signGrant({ groupKey, upToMs: now, receiver: 'anna', expiresAtMs: now + 60_000 }, secret('link'))
    const link = `${url}/api/v1/alerts/acknowledge?token=${token}`
    const page = await fetch(link)
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("frame-ancestors 'none'"),
    ])
    expect(await page.text()).toContain('<form method="post">')
    expect((await fetch(link, { method: 'HEAD' })).status).toBe(200)
    expect(alerting.alerts.alerts()[0]?.acknowledgement).toBe(null)
    const done = await fetch(link, { method: 'POST', body: new URLSearchParams({ token }) })
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('acknowledged by anna')])
    expect(alerting.alerts.alerts()[0]?.acknowledgement).toMatchObject({ by: 'anna' })
    const forged = await fetch(link, { method: 'POST', body: new URLSearchParams({ token: `${token}x` }) })
    expect(forged.status).toBe(403)
  })

  test('an instance that stands by says so', async () => {
    const { url, config, core } = await serve()
    core.alerting.current = null
    const call = { method: 'GET', path: '/api/v1/alerts', abort } as const
    await expect(serviceClient(config, url).ask(call)).rejects.toMatchObject({
      code: 'SERVICE_REFUSED',
      remedy: 'Ask the active instance.',
    })
    expect((await fetch(`${url}/api/v1/alerts/acknowledge?token=x`)).status).toBe(503)
  })

  test('a service that is not there is said to be', async () => {
    const { config } = await serve()
    const call = { method: 'GET', path: '/api/v1/alerts', abort } as const
    await expect(serviceClient(config, 'http://127.0.0.1:1').ask(call)).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
    })
  })
})

/** Resolves when the metric is there to be read. */
async function anErrorJob({ registry, series }: MonitorCore): Promise<void> {
  registry.gauge('sync_error_jobs', []).set(1)
  await waitFor(() => series.series('sync_error_jobs').length > 0, { describe: 'the metric' })
}

describe('rules over HTTP', () => {
  test('are listed and tested, and tried on what the service kept of its metrics', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'alert-api-'))
    open.defer(() => rm(directory, { recursive: true }))
    const { url, config, core } = await serve(
      '',
      `group_wait: 0s, state_directory: ${directory}, rules: [{ name: stuck, condition: error_jobs > 0 }]`,
    )
    const ask = (method: 'GET' | 'POST', path: string) => serviceClient(config, url).ask({ method, path, abort })
    const ending = new AbortController()
    await anErrorJob(core)
    const keeping = keepSamples(core, ending.signal)
    open.defer(async () => {
      ending.abort()
      await keeping
    })
    await waitFor(
      async () => {
        const replay = Object(await ask('GET', '/api/v1/alerts/rules/stuck/replay?since=1h'))
        return replay.samples > 0 && replay.firings.length === 1
      },
      { describe: 'a sample' },
    )
    expect(await ask('GET', '/api/v1/alerts/rules/database_down/replay')).toMatchObject({ samples: 1, firings: [] })
    const { rules } = Object(await ask('GET', '/api/v1/alerts/rules'))
    expect(rules.at(-1)).toMatchObject({ name: 'stuck', condition: 'error_jobs > 0', tests: 0 })
    expect(await ask('POST', '/api/v1/alerts/rules/slot_lost/test')).toEqual({
      outcomes: [{ rule: 'slot_lost', test: expect.any(String), problems: [] }],
    })
    await expect(ask('POST', '/api/v1/alerts/rules/slot_lots/test')).rejects.toMatchObject({
      code: 'ALERT_UNKNOWN',
      remedy: 'Did you mean slot_lost?',
    })
    await expect(ask('GET', '/api/v1/alerts/rules/stuck/replay?since=x')).rejects.toMatchObject({
      code: 'ALERT_REQUEST',
    })
  })

  test('a sample that cannot be kept is said once, and keeps nothing else up', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'alert-api-'))
    open.defer(() => rm(directory, { recursive: true }))
    await writeFile(join(directory, 'samples'), 'where a directory would be')
    const { core } = await serve('', `group_wait: 0s, state_directory: ${directory}`)
    await anErrorJob(core)
    const logs: string[] = []
    const ending = new AbortController()
    const keeping = keepSamples({ ...core, log: ({ message }) => void logs.push(message) }, ending.signal)
    await waitFor(() => core.samples.flush, { describe: 'the samples' })
    await core.samples.flush?.()
    await core.samples.flush?.()
    ending.abort()
    await keeping
    expect(logs).toEqual(['What metrics were cannot be kept'])
  })
})
