import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { realClock } from '../../../test/support/real-clock.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { parseConfig } from '../../config/load-config.ts'
import { secret } from '../../config/secret.ts'
import type { NotifierLog } from '../../observe/alerts/notifier/alert-notifier.ts'
import { HttpReceiver } from '../../observe/alerts/testing/http-receiver.ts'
import { instanceOf } from '../../observe/alerts/testing/notifier-world.ts'
import { SqlClient } from '../../sink/starrocks/mysql/sql-client.ts'
import { AlertTable } from '../../sink/starrocks/state/alert-table.ts'
import { sqlClientOf } from '../../sink/starrocks/testing/sink-fixture.ts'
import { StandInProcess } from '../../../test/support/stand-in-process.ts'
import { acknowledgeByPage, confirmPage } from './acknowledge-page.ts'
import { AlertingRequests } from './alerting-requests.ts'
import { openAlerting, type Alerting } from './open-alerting.ts'

let standIn: StandInProcess
let receiver: HttpReceiver
let sql: SqlClient
let directory = ''
let pipelines = 0
let pipeline = ''
const logs: NotifierLog[] = []

beforeAll(async () => {
  standIn = await StandInProcess.start()
  receiver = await HttpReceiver.start()
  directory = await mkdtemp(join(tmpdir(), 'sync-alerting-'))
  sql = sqlClientOf(standIn)
  await sql.execute('CREATE DATABASE shop')
}, 30_000)
afterAll(async () => {
  await sql[Symbol.asyncDispose]()
  await standIn[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})
beforeEach(() => {
  receiver.requests.length = 0
  logs.length = 0
  pipelines += 1
  pipeline = `p${pipelines}`
})

const KEYS = () => `webhook_url: "${receiver.url}/hook/geheim-path"
external_url: https://sync.example.com
group_by: [alertname]
group_wait: 0s
group_interval: 1s`

async function open(keys = KEYS(), client = sql): Promise<Alerting> {
  const text = `source: { url: "postgres://sync@db/shop" }
target: { fe_http: "http://fe:8030", fe_mysql: "mysql://root@fe:9030" }
alerting:
${keys.replaceAll(/^/gm, '  ')}`
  const { config } = parseConfig(text, 'x.yaml', { env: {}, readFile: () => '' })
  return await openAlerting({
    config: config.alerting,
    pipeline,
    token: secret('geheim-token'),
    store: new AlertTable(client, { database: 'shop', pipeline, properties: { replication_num: '1' } }),
    clock: realClock,
    random: Math.random,
    log: (line) => logs.push(line),
  })
}

/** A target that does not answer. */
const nowhere = (): SqlClient => {
  const addresses = [{ host: '127.0.0.1', port: 1 }]
  return new SqlClient({ addresses, user: 'root', password: '', connectMs: 500, queryMs: 500, limit: 1 })
}

const requestsOf = (alerting: Alerting): AlertingRequests => new AlertingRequests(alerting, () => realClock.now())

const alert = instanceOf({ rule: 'a', severity: 'critical', labels: { table: 't' } })
const round = (alerting: Alerting, ...instances: (typeof alert)[]) =>
  alerting.handleRound({ atMs: realClock.now(), instances, unknownRules: [] })

const bodies = () => receiver.requests.map(({ body }) => JSON.parse(body))

/** Rounds until the receiver has had so many messages. */
async function until(count: number, alerting: Alerting, ...instances: (typeof alert)[]): Promise<void> {
  const describe = () => `${count} messages; ${receiver.requests.length} came`
  await waitFor(
    async () => {
      await round(alerting, ...instances)
      return receiver.requests.length >= count
    },
    { describe },
  )
}

/** Resolves when the receiver is known to know. */
async function told(alerting: Alerting): Promise<void> {
  await waitFor(() => alerting.alerts.alerts().every((each) => each.told.length > 0), { describe: 'the ledger' })
}

describe('alerting over a real target', { timeout: 20_000 }, () => {
  test('a restart neither pages again nor forgets to say that it is over', async () => {
    {
      await using first = await open()
      await until(1, first, alert)
      await told(first)
    }
    await using second = await open()
    expect(second.remembered()).toEqual([{ rule: 'a', labels: { table: 't' }, startedAtMs: 0 }])
    await round(second, alert)
    await round(second, alert)
    await until(2, second)
    expect(bodies().map(({ status }) => status)).toEqual(['firing', 'resolved'])
    const history = await second.alerts.history(10)
    expect(history.map(({ what, who, reason }) => [what, who, reason])).toEqual(
      [
        ['told', 'webhook', 'resolved'],
        ['told', 'webhook', 'firing'],
      ].slice(-history.length),
    )
  })

  test('while the target is down the state directory remembers, and the target is told afterwards', async () => {
    const gone = nowhere()
    const keys = `${KEYS()}\nstate_directory: ${directory}`
    {
      await using first = await open(keys, gone)
      await until(1, first, alert)
      await told(first)
      expect(first.alerts.memory()).toMatchObject({ isComplete: true })
      expect(logs).toContainEqual(
        expect.objectContaining({ level: 'WARNING', message: 'What was told cannot be stored in the target' }),
      )
    }
    {
      await using second = await open(keys, gone)
      await round(second, alert)
      await round(second, alert)
    }
    await gone[Symbol.asyncDispose]()
    expect(receiver.requests).toHaveLength(1)
    await using third = await open(keys)
    await until(2, third)
    await waitFor(async () => (await third.alerts.history(9)).length === 2, { describe: 'both lines of history' })
    expect(bodies().map(({ status }) => status)).toEqual(['firing', 'resolved'])
  })

  test('without a state directory it is said that a restart may tell things twice', async () => {
    await using gone = nowhere()
    await using alerting = await open(KEYS(), gone)
    expect(requestsOf(alerting).list()).toEqual({
      alerts: [],
      isMemoryComplete: false,
    })
  })

  test('looking at the page of a link changes nothing, its button acknowledges', async () => {
    await using alerting = await open()
    await until(1, alerting, alert)
    await told(alerting)
    const { messageToken } = await linkOf(alerting)
    const page = confirmPage(alerting, messageToken)
    expect(page).toMatchObject({ status: 200, html: expect.stringContaining('<form method="post">') })
    const [shown] = alerting.alerts.alerts()
    expect(page.html).toContain(`<b>${shown?.severity}: ${shown?.rule}</b> since `)
    expect(page.html).toContain(shown?.summary)
    expect(alerting.alerts.alerts()[0]?.acknowledgement).toBe(null)
    expect(await acknowledgeByPage(alerting, messageToken)).toMatchObject({
      status: 200,
      html: expect.stringContaining('One alert is acknowledged by webhook'),
    })
    expect(alerting.alerts.alerts()[0]?.acknowledgement).toMatchObject({ by: 'webhook', via: 'link sent to webhook' })
    expect(await acknowledgeByPage(alerting, `${messageToken}x`)).toMatchObject({ status: 403 })
    expect(confirmPage(alerting, '<script>')).toMatchObject({
      status: 403,
      html: expect.not.stringContaining('<script>'),
    })
  })

  test('no secret stands in a message, the target, the API or the log (row 124)', async () => {
    await using alerting = await open(`${KEYS()}
channels:
  hook: { webhook: { url: "${receiver.url}/geheim-2", signing_secret: geheim-3, headers: { Authorization: geheim-4 } } }
  dead: { webhook: "http://127.0.0.1:1/geheim-5" }
  pager: { pagerduty: { integration_key: geheim-6, url: "${receiver.url}" } }
  phone: { sms: { to: "+431111111", twilio: { account_sid: AC1, auth_token: geheim-7, from: "+1555", url: "${receiver.url}" } } }`)
    await until(4, alerting, alert)
    await told(alerting)
    await waitFor(async () => (await alerting.alerts.history(99)).length >= 4, { describe: 'the history' })
    const requests = requestsOf(alerting)
    const { rows } = await sql.select(`SELECT body FROM shop._sync_alerts WHERE pipeline = '${pipeline}'`)
    const shown = JSON.stringify([
      rows,
      requests.list(),
      requests.show('a'),
      await requests.history('99'),
      requests.silences(),
      requests.onCall(),
      logs,
    ])
    expect(rows.length).toBeGreaterThan(4)
    expect(shown).not.toContain('geheim')
    const ours = receiver.requests.map(({ body }) => body.replaceAll('"routing_key":"geheim-6"', ''))
    expect(ours.join()).not.toContain('geheim')
  })
})

/** What a message's link would hold. */
async function linkOf(alerting: Alerting): Promise<{ readonly messageToken: string }> {
  const { signGrant } = await import('../../observe/alerts/notifier/acknowledge-link.ts')
  const groupKey = bodies()[0].groupKey
  const now = realClock.now()
  const grant = { groupKey, upToMs: now, receiver: 'webhook', expiresAtMs: now + 60_000 }
  expect(alerting.alerts.grant(signGrant({ ...grant, expiresAtMs: now - 1 }, secret('geheim-token')))).toBe('expired')
  return { messageToken: signGrant(grant, secret('geheim-token')) }
}

describe('requests', { timeout: 20_000 }, () => {
  const HOUR = 3_600_000

  test('acknowledge, silence and take turns, and refuse what makes no sense', async () => {
    await using alerting = await open(`${KEYS()}
oncall:
  people: { anna: webhook, bob: webhook }
  schedules: { main: { layers: [{ people: anna, start: 2025-01-01 }] } }`)
    const requests = requestsOf(alerting)
    await round(alerting, alert)
    expect(requests.show('a')).toMatchObject({ alerts: [{ rule: 'a' }] })
    expect(() => requests.show('b')).toThrow('no alert "b" fires')
    expect(await requests.acknowledge('a', { by: 'anna', for: '2h', via: 'cli' })).toEqual({
      acknowledged: [alert.fingerprint],
    })
    const { id } = Object(await requests.addSilence({ match: ['table=t'], for: '1h', author: 'anna' }))
    expect(requests.silences()).toMatchObject({
      silences: [{ id, match: ['table="t"'], author: 'anna', isInForce: true }],
    })
    expect(await requests.expireSilence(id, { author: 'anna' })).toEqual({ expired: id })
    const until = new Date(realClock.now() + HOUR).toISOString()
    await requests.override({ schedule: 'main', person: 'bob', until, author: 'anna' })
    expect(requests.onCall()).toMatchObject({ schedules: [{ person: 'bob' }] })
    expect(await requests.test('webhook', {})).toEqual({ results: [{ receiver: 'webhook', failure: null }] })
    expect(bodies().at(-1)).toMatchObject({ notification_reason: 'test' })
    const whats = Object(await requests.history('20')).history.map(({ what }: { what: string }) => what)
    expect(new Set(whats)).toEqual(
      new Set([
        'acknowledged',
        'silenced',
        'silence-ended',
        'override',
        'test',
        ...whats.filter((what: string) => what === 'told'),
      ]),
    )
  })

  test.each([
    ['an unknown field', { match: ['a=b'], for: '1h', author: 'x', extra: 1 }, 'the body'],
    ['neither length nor end', { match: ['a=b'], author: 'x' }, 'needs either `for` or `until`'],
    ['a length that is none', { match: ['a=b'], author: 'x', for: '5' }, 'for: "5" has no unit'],
    ['an end without an offset', { match: ['a=b'], author: 'x', until: '2026-12-24T18:00' }, 'is not an instant'],
    ['no author', { match: ['a=b'], for: '1h' }, 'author'],
    ['no object', null, 'the body'],
  ])('a silence with %s', async (_what, body, message) => {
    await using alerting = await open()
    await expect(requestsOf(alerting).addSilence(body)).rejects.toThrow(message)
  })

  test('a state directory that cannot be used is refused at the start', async () => {
    await expect(open(`${KEYS()}\nstate_directory: ${directory}/alerts.jsonl/below`)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    expect(await readFile(join(directory, 'alerts.jsonl'), 'utf8')).not.toContain('geheim')
  })
})
