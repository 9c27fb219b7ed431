import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findFreePort } from '../src/app/demo/free-port.ts'
import { webhookBody } from '../src/observe/alerts/message/webhook-body.ts'
import { AlertmanagerPush } from '../src/observe/alerts/notifier/alertmanager-push.ts'
import { HttpReceiver } from '../src/observe/alerts/testing/http-receiver.ts'
import { instanceOf } from '../src/observe/alerts/testing/notifier-world.ts'
import { resolvedMessage, sampleAlert, sampleMessage } from '../src/observe/alerts/testing/sample-message.ts'
import { realClock } from './support/real-clock.ts'
import { waitFor } from './support/wait-for.ts'

const PROGRAM = 'prometheus-alertmanager'

/** Installs Debian's package where that is possible. Null when the program is there, else why it is not. */
function missingProgram(): string | null {
  const isThere = () => spawnSync(PROGRAM, ['--version']).status === 0
  if (isThere()) return null
  if (process.getuid?.() !== 0) return `${PROGRAM} is not installed, and only root may install it`
  const quiet = { stdio: 'ignore' } as const
  spawnSync('apt-get', ['update', '-q'], quiet)
  spawnSync('apt-get', ['install', '-qy', '--no-install-recommends', PROGRAM], quiet)
  return isThere() ? null : `${PROGRAM} cannot be installed from Debian here`
}

const missing = missingProgram()

describe.skipIf(missing !== null)(`a real Alertmanager${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  let directory = ''
  let receiver: HttpReceiver
  let url = ''
  let stop = async (): Promise<void> => {}

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sync-alertmanager-'))
    receiver = await HttpReceiver.start()
    const config = join(directory, 'alertmanager.yml')
    const webhook = { name: 'hook', webhook_configs: [{ url: `${receiver.url}/hook`, send_resolved: true }] }
    const route = {
      receiver: 'hook',
      group_by: ['alertname'],
      group_wait: '0s',
      group_interval: '1s',
      repeat_interval: '1h',
    }
    await writeFile(config, JSON.stringify({ route, receivers: [webhook] }))
    const port = await findFreePort()
    url = `http://127.0.0.1:${port}`
    const options = [
      `--config.file=${config}`,
      `--storage.path=${directory}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ]
    const child = spawn(PROGRAM, options, { stdio: 'ignore' })
    stop = async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await waitFor(async () => (await fetch(`${url}/-/ready`)).ok, { describe: 'Alertmanager to be ready' })
  })
  afterAll(async () => {
    await stop()
    await receiver[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  })

  test('takes what we push, and posts the same body as our webhook, while it fires and when it is over', async () => {
    const sample = sampleAlert()
    const annotations = {
      summary: sample.summary,
      description: sample.description,
      why: sample.why,
      remedy: sample.remedy,
      runbook: sample.runbook,
    }
    const startedAtMs = realClock.now() - 60_000
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

/** Without what each of both makes up itself, and without what newer versions of Alertmanager have. */
function comparable(body: object): unknown {
  const text = JSON.stringify(body, (key, value: unknown) => {
    if (key === 'groupKey' || key === 'fingerprint' || key === 'externalURL') return typeof value
    if (key === 'notification_reason') return undefined
    return key === 'endsAt' && value !== '0001-01-01T00:00:00Z' ? 'over' : value
  })
  return JSON.parse(text)
}
