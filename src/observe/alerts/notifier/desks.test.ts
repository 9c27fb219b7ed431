import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { secret } from '../../../config/secret.ts'
import { instanceOf } from '../testing/notifier-world.ts'
import { deliveryOf, MemoryAlertStore, NotifierLife, Receiver } from '../testing/notifier-world.ts'
import { AlertDesk } from './alert-desk.ts'
import { configuredSilences } from './build-policy.ts'
import { OnCallDesk } from './on-call-desk.ts'
import { SilenceDesk } from './silence-desk.ts'
import { testChannel } from './test-channel.ts'

const DELIVERY = deliveryOf(`slack_webhook: https://slack
channels: { phone: { sms: { url: https://sms, to: [+431111111, +432222222] } } }
group_wait: 0s
silences: [{ match: alertname=x, until: "2026-02-01T00:00Z", author: file, comment: planned }]
oncall:
  people: { anna: slack, bob: slack }
  schedules: { main: { time_zone: Europe/Vienna, layers: [{ people: anna, start: 2025-01-01 }] } }`)

const KEY = secret('link')
let clock: FakeClock
let slack: Receiver
let phone: Receiver
let life: NotifierLife
let alerts: AlertDesk
let silences: SilenceDesk
let onCall: OnCallDesk

beforeEach(async () => {
  clock = new FakeClock()
  slack = new Receiver()
  phone = new Receiver()
  const receivers = new Map([
    ['slack', slack],
    ['phone', phone],
  ])
  life = new NotifierLife({ delivery: DELIVERY, store: new MemoryAlertStore(), receivers, clock })
  await life.notifier.start()
  const { notifier, journal, policy } = life
  const now = () => clock.now()
  alerts = new AlertDesk({ notifier, journal, linkSecret: KEY, now })
  silences = new SilenceDesk({ notifier, configuredSilences: configuredSilences(DELIVERY), now })
  onCall = new OnCallDesk({ notifier, policy, now })
})
afterEach(async () => await life[Symbol.asyncDispose]())

const HOUR = 3_600_000
const a = instanceOf({ rule: 'a', severity: 'critical', labels: { table: 't' } })
const b = instanceOf({ rule: 'b' })

async function rounds(count: number, ...instances: Parameters<NotifierLife['round']>[1][]): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    await life.round(clock, ...instances)
    await clock.advance(5000)
  }
}

describe('the list of alerts', () => {
  test('has the worst first, who knows of each, and why others do not', async () => {
    await rounds(2, b, a)
    await silences.add({ match: ['alertname=b'], untilMs: clock.now() + HOUR, author: 'anna', comment: 'known' }, 'cli')
    await rounds(1, b, a)
    expect(alerts.alerts()).toMatchObject([
      {
        rule: 'a',
        labels: { table: 't' },
        held: null,
        told: [{ receiver: 'phone:+431111111' }, { receiver: 'phone:+432222222' }, { receiver: 'slack' }],
      },
      { rule: 'b', held: { by: 'silence', reason: expect.stringContaining('by anna') }, told: [{ receiver: 'slack' }] },
    ])
    expect(alerts.find('a')).toHaveLength(1)
    expect(alerts.find(b.fingerprint.slice(0, 6))).toMatchObject([{ rule: 'b' }])
    expect(alerts.find('zzz')).toEqual([])
  })

  test('says what a receiver waits for', async () => {
    await rounds(1, a)
    await rounds(1, a, instanceOf({ rule: 'a', severity: 'critical', labels: { table: 'u' } }))
    const [, second] = alerts.alerts()
    expect(second?.decisions).toContainEqual({ receiver: 'slack', decision: 'wait: group_interval' })
  })
})

describe('acknowledging (row 113)', () => {
  const request = { by: 'anna\n', via: 'cli', comment: 'on it', untilMs: null }

  test('stops reminders, is told to the channel, and stands in the history', async () => {
    await rounds(2, a)
    expect(await alerts.acknowledge('a', request)).toEqual([a.fingerprint])
    await rounds(2, a)
    expect(alerts.alerts()[0]?.acknowledgement).toMatchObject({ by: 'anna', comment: 'on it' })
    expect(slack.told).toEqual(['firing fires: a', 'acknowledged fires: a'])
    const lines = await alerts.history(10)
    expect(lines.map(({ what }) => what)).toContain('acknowledged')
    expect(lines.find(({ what }) => what === 'acknowledged')).toMatchObject({
      who: 'anna',
      via: 'cli',
      alerts: [`a ${a.fingerprint}`],
    })
  })

  test('of what does not fire is refused', async () => {
    await rounds(1, a)
    await expect(alerts.acknowledge('b', request)).rejects.toMatchObject({ code: 'ALERT_UNKNOWN' })
    await expect(alerts.acknowledge('', request)).rejects.toMatchObject({ code: 'ALERT_UNKNOWN' })
  })

  test('by link means what its message told, not what came later', async () => {
    await rounds(2, a)
    const later = instanceOf({ rule: 'a', severity: 'critical', labels: { table: 'later' }, startedAtMs: clock.now() })
    const [message] = slack.messages
    if (!message) throw new Error('nothing was told')
    await rounds(70, a, later)
    const grant = {
      groupKey: message.groupKey,
      upToMs: message.createdAtMs,
      receiver: 'anna',
      expiresAtMs: clock.now() + 1,
    }
    expect(await alerts.acknowledgeByLink(grant)).toEqual([a.fingerprint])
    expect(alerts.grant('x.y')).toBe('forged')
  })

  test('ends by itself when it was for a time', async () => {
    await rounds(2, a)
    await alerts.acknowledge('a', { ...request, untilMs: clock.now() + 60_000 })
    await rounds(14, a)
    expect(alerts.alerts()[0]?.acknowledgement).toBe(null)
  })
})

describe('silences', () => {
  test('are listed with those of the file, until they are over', async () => {
    const id = await silences.add(
      { match: ['table=~"t.*"'], untilMs: clock.now() + HOUR, author: 'anna', comment: 'move' },
      'api',
    )
    expect(silences.list()).toMatchObject([
      { id: 'file-1', isInForce: true },
      { id, author: 'anna', isInForce: true },
    ])
    await silences.expire(id, 'bob', 'cli')
    expect(silences.list()).toHaveLength(1)
    expect((await alerts.history(9)).map(({ what, who }) => [what, who])).toEqual([
      ['silence-ended', 'bob'],
      ['silenced', 'anna'],
    ])
  })

  test.each([
    ['without a matcher', { match: [] }, 'needs a matcher'],
    ['with half a matcher', { match: ['x'] }, 'is not a matcher'],
    ['that is over', { untilMs: 1 }, 'in the future'],
  ])('%s are refused', async (_what, parts, message) => {
    const request = { match: ['a=b'], untilMs: clock.now() + HOUR, author: 'a', comment: 'c', ...parts }
    await expect(silences.add(request, 'cli')).rejects.toThrow(message)
  })

  test('of the file can only be ended there', async () => {
    await expect(silences.expire('file-1', 'x', 'cli')).rejects.toMatchObject({ code: 'ALERT_REQUEST' })
    await expect(silences.expire('nope', 'x', 'cli')).rejects.toMatchObject({ code: 'ALERT_UNKNOWN' })
  })
})

test('an override counts from now on', async () => {
  expect(onCall.list()).toMatchObject([
    { schedule: 'main', person: 'anna', timeZone: 'Europe/Vienna', nextHandOffMs: null },
  ])
  await onCall.override({ schedule: 'main', person: 'bob', untilMs: clock.now() + HOUR, author: 'eve' }, 'cli')
  expect(onCall.list()).toMatchObject([{ person: 'bob', reason: 'override by eve', nextHandOffMs: clock.now() + HOUR }])
  const wrong = { schedule: 'main', person: 'zoe', untilMs: clock.now() + HOUR, author: 'eve' }
  await expect(onCall.override(wrong, 'cli')).rejects.toMatchObject({ code: 'ALERT_UNKNOWN' })
})

test('a channel can be tested; one that failed and works is no longer failing', async () => {
  const parts = { notifier: life.notifier, dispatcher: life.dispatcher, policy: life.policy, now: () => clock.now() }
  const run = async (name: string) => {
    const testing = testChannel(name, 'cli', parts)
    await clock.advance(120_000)
    return await testing
  }
  expect(await run('phone')).toEqual([
    { receiver: '+431111111', failure: null },
    { receiver: '+432222222', failure: null },
  ])
  slack.always = { tag: 'refused', reason: 'HTTP 403: invalid_token' }
  await rounds(2, a)
  expect(await run('slack')).toEqual([{ receiver: 'slack', failure: 'HTTP 403: invalid_token' }])
  expect(life.notifier.state.failures.has('slack')).toBe(true)
  slack.always = null
  expect(await run('slack')).toEqual([{ receiver: 'slack', failure: null }])
  expect(life.notifier.state.failures.has('slack')).toBe(false)
  await expect(testChannel('nope', 'cli', parts)).rejects.toThrow('there is no channel "nope"')
})
