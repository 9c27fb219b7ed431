import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { webhookBody } from '../src/observe/alerts/message/webhook-body.ts'
import { AlertmanagerPush } from '../src/observe/alerts/notifier/alertmanager-push.ts'
import { HttpReceiver } from '../src/observe/alerts/testing/http-receiver.ts'
import { instanceOf } from '../src/observe/alerts/testing/notifier-world.ts'
import { resolvedMessage, sampleAlert, sampleMessage } from '../src/observe/alerts/testing/sample-message.ts'
import { realClock } from './support/real-clock.ts'
import { debianTool } from './support/debian-tool.ts'
import { startAlertmanager } from './support/debian-servers.ts'

const alertmanager = await debianTool('prometheus-alertmanager', 'prometheus-alertmanager')

describe.skipIf(alertmanager.tag === 'missing')('a real Alertmanager', () => {
  let receiver: HttpReceiver
  let url = ''
  const open = new AsyncDisposableStack()

  beforeAll(async () => {
    receiver = open.use(await HttpReceiver.start())
    const webhook = { name: 'hook', webhook_configs: [{ url: `${receiver.url}/hook`, send_resolved: true }] }
    const route = {
      receiver: 'hook',
      group_by: ['alertname'],
      group_wait: '0s',
      group_interval: '1s',
      repeat_interval: '1h',
    }
    const running = open.use(await startAlertmanager(alertmanager, JSON.stringify({ route, receivers: [webhook] })))
    url = running.url
  })
  afterAll(() => open.disposeAsync())

  test('takes what we push, and posts the same body as our webhook, while it fires and when it is over', async () => {
    const sample = sampleAlert()
    const annotations = {
      summary: sample.summary,
      description: sample.description,
      why: sample.why,
      remedy: sample.remedy,
      runbook: sample.runbook,
    }
    // Alertmanager writes no zeros at the end of a fraction.
    const now = realClock.now()
    const startedAtMs = now - (now % 1000) - 60_000 + 123
    const alert = instanceOf({
      rule: sample.rule,
      severity: 'critical',
      labels: { table: 'public.orders' },
      annotations,
      startedAtMs,
    })
    const failures: string[] = []
    const push = new AlertmanagerPush({
      pipeline: 'shop',
      urls: [url],
      externalUrl: 'https://sync.example.com',
      clock: realClock,
      signal: new AbortController().signal,
      onFailure: (_url, reason) => failures.push(reason),
    })
    await push.handleRound({ atMs: realClock.now(), instances: [alert], unknownRules: [] })
    await receiver.received(1)
    await push.handleRound({ atMs: realClock.now(), instances: [], unknownRules: [] })
    await receiver.received(2)
    expect(failures).toEqual([])
    const bodies = receiver.requests.map(({ body }) => JSON.parse(body))
    const links = { alerts: 'https://sync.example.com/api/v1/alerts', acknowledge: null }
    const destination = { channel: 'hook' }
    // Ours adds the value, which Alertmanager is not told since it changes all the time.
    const firing = [{ ...sample, startedAtMs, value: null }]
    const over = [{ ...sample, startedAtMs, value: null, endedAtMs: startedAtMs }]
    const ours = [sampleMessage({ destination, firing }), resolvedMessage({ destination, resolved: over })].map(
      (message) => webhookBody(message, links, 500),
    )
    expect(bodies.map(comparable)).toEqual(ours.map(comparable))
    expect(bodies.map(({ status }) => status)).toEqual(['firing', 'resolved'])
  })
})

/** Without what each of both makes up itself, without the label by which Alertmanager is configured, and without what newer versions of Alertmanager have. */
function comparable(body: object): unknown {
  const text = JSON.stringify(body, (key, value: unknown) => {
    if (key === 'groupKey' || key === 'fingerprint' || key === 'externalURL') return typeof value
    if (key === 'notification_reason' || key === 'rule') return undefined
    return key === 'endsAt' && value !== '0001-01-01T00:00:00Z' ? 'over' : value
  })
  return JSON.parse(text)
}
