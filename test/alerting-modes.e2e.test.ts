import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listen } from '../src/api/http-listener.ts'
import { metricsResource } from '../src/api/metrics-resource.ts'
import { openAlerting, type Alerting } from '../src/app/alerting/open-alerting.ts'
import { roundSource } from '../src/app/monitor/alert-rounds.ts'
import { openMonitorCore, type MonitorCore } from '../src/app/monitor/monitor-core.ts'
import { monitorSetup } from '../src/app/monitor/monitor-setup.ts'
import type { AlertingConfig } from '../src/config/alerting-section.ts'
import { parseConfig } from '../src/config/load-config.ts'
import { alertArtefacts } from '../src/observe/alerts/generate/alert-artefacts.ts'
import { HttpReceiver } from '../src/observe/alerts/testing/http-receiver.ts'
import { MemoryAlertStore } from '../src/observe/alerts/testing/notifier-world.ts'
import { debianTool } from './support/debian-tool.ts'
import { startAlertmanager, startPrometheus, type RunningServer } from './support/debian-servers.ts'
import { realClock } from './support/real-clock.ts'
import { waitFor } from './support/wait-for.ts'

const tools = {
  prometheus: await debianTool('prometheus', 'prometheus'),
  alertmanager: await debianTool('prometheus-alertmanager', 'prometheus-alertmanager'),
}
const isMissing = Object.values(tools).some(({ tag }) => tag === 'missing')

/** A rule that holds another back. */
const RULES = `rules:
  - { name: stopped, condition: "error_jobs > 0", severity: critical, inhibits: few }
  - { name: few, condition: "active_jobs < 1" }`

const ownRules = ({ rules }: AlertingConfig): AlertingConfig['rules'] =>
  rules.filter(({ name }) => name === 'stopped' || name === 'few')

/** Who is told of what by whom, when exactly one of three tells: this service, Prometheus by its Alertmanager, or Alertmanager. */
describe.skipIf(isMissing)('nobody is paged twice, whoever tells', { timeout: 60_000 }, () => {
  let open: AsyncDisposableStack
  let people: HttpReceiver
  let alertmanager: RunningServer

  beforeEach(() => {
    open = new AsyncDisposableStack()
  })
  afterEach(() => open.disposeAsync())

  /** The chain: metrics on a port, rules over them, and an Alertmanager with the generated configuration, hurried. */
  async function openChain(mode: string): Promise<{ core: MonitorCore; alerting: Alerting; config: AlertingConfig }> {
    people = open.use(await HttpReceiver.start())
    const { alerting: config, ...rest } = parse(mode, 'http://127.0.0.1:1')
    const generated = alertArtefacts(ownRules(config), config.objectives, ['webhook'])
    const file = (end: string): string => generated.find(({ path }) => path.endsWith(end))?.content ?? ''
    const hurried = file('alertmanager.yml')
      // Alertmanager reads an address from a file since 0.26; Debian has 0.25.
      .replace('url_file: /run/secrets/sync_webhook_url', `url: ${people.url}/alertmanager`)
      .replace(/group_wait: \S+/, 'group_wait: 1s')
      .replace(/group_interval: \S+/, 'group_interval: 1s')
    alertmanager = open.use(await startAlertmanager(tools.alertmanager, hurried))
    const { port1, port2 } = new MessageChannel()
    open.defer(() => port2.close())
    const setup = monitorSetup(
      { alerting: config, ...rest },
      { version: '0', startedAtMs: 0, beat: new SharedArrayBuffer(4) },
    )
    const core = open.use(openMonitorCore(port1, setup, realClock))
    const { port } = open.use(await listen({ host: '127.0.0.1', port: 0, resources: [metricsResource(core)] }, core))
    if (mode === 'prometheus') {
      const scrape = `http://127.0.0.1:${port}`
      open.use(
        await startPrometheus(tools.prometheus, { rules: file('.rules.yml'), scrape, alertmanager: alertmanager.url }),
      )
    }
    const ours = parse(mode, alertmanager.url).alerting
    const alerting = open.use(
      await openAlerting({
        config: ours,
        pipeline: 'shop',
        token: null,
        store: new MemoryAlertStore(),
        clock: realClock,
        random: Math.random,
        log: () => undefined,
      }),
    )
    return { core, alerting, config: { ...ours, rules: ownRules(config) } }
  }

  function parse(mode: string, alertmanagerUrl: string) {
    const keys = `mode: ${mode}
alertmanager_url: "${alertmanagerUrl}"
webhook_url: "${people.url}/service"
group_wait: 1s
group_interval: 1s
${RULES}`
    const text = `source: { url: "postgres://sync@db/shop" }
target: { fe_http: "http://fe:8030", fe_mysql: "mysql://root@fe:9030" }
alerting:
${keys.replaceAll(/^/gm, '  ')}`
    return parseConfig(text, 'x.yaml', { env: {}, readFile: () => '' }).config
  }

  /** What people were told: by whom, of what, and that it fires or is over. */
  const told = (): readonly string[] =>
    people.requests.map(({ path, body }) => {
      const { status, alerts } = JSON.parse(body)
      const names = alerts.map(
        ({ labels }: { labels: Record<string, string> }) => labels['rule'] ?? labels['alertname'],
      )
      return `${path.slice(1)}: ${status} ${names.join(' ')}`
    })

  test.each([
    ['embedded', 'service'],
    ['alertmanager', 'alertmanager'],
    ['prometheus', 'alertmanager'],
  ])('mode %s', async (mode, teller) => {
    const { core, alerting, config } = await openChain(mode)
    const rounds = roundSource(core, config)
    const active = core.registry.gauge('sync_active_jobs', [])
    const stopped = core.registry.gauge('sync_error_jobs', [])
    const until = async (count: number): Promise<void> =>
      void (await waitFor(
        async () => {
          await alerting.handleRound(await rounds.next(realClock.now()))
          return told().length >= count
        },
        { timeoutMs: 20_000, describe: () => told().join('\n') },
      ))
    active.set(2)
    stopped.set(0)
    await alerting.handleRound(await rounds.next(realClock.now()))
    active.set(0)
    stopped.set(1)
    await until(1)
    // Whoever tells, what fires is shown here.
    expect(alerting.alerts.alerts().map(({ rule }) => rule)).toEqual(['stopped', 'few'])
    active.set(2)
    stopped.set(0)
    await until(2)
    expect(told()).toEqual([`${teller}: firing stopped`, `${teller}: resolved stopped`])
  })
})
