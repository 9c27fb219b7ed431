import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { secret } from '../../../config/secret.ts'
import { HttpReceiver } from '../testing/http-receiver.ts'
import { instanceOf } from '../testing/notifier-world.ts'
import { AlertmanagerPush } from './alertmanager-push.ts'
import { runDeadMansSwitch } from './dead-mans-switch.ts'

let receiver: HttpReceiver
beforeAll(async () => void (receiver = await HttpReceiver.start()))
afterAll(async () => await receiver[Symbol.asyncDispose]())
beforeEach(() => void (receiver.requests.length = 0))

const a = instanceOf({ rule: 'a', labels: { table: 't' }, startedAtMs: 0 })

test('alerts are pushed when they begin, every minute, and when they are over', async () => {
  const clock = new FakeClock()
  const failures: string[] = []
  const push = new AlertmanagerPush({
    pipeline: 'shop',
    urls: [receiver.url, 'http://127.0.0.1:1'],
    externalUrl: 'https://sync',
    clock,
    signal: new AbortController().signal,
    onFailure: (url) => failures.push(url),
  })
  const start = clock.now()
  const round = async (atMs: number, ...instances: (typeof a)[]) =>
    await push.handleRound({ atMs: start + atMs, instances, unknownRules: [] })
  await round(0, a)
  await round(5000, a)
  await round(60_000, a)
  await round(65_000)
  await round(70_000)
  const pushed = receiver.requests.map(({ path, body }) => ({ path, alerts: JSON.parse(body) }))
  expect(pushed).toHaveLength(3)
  expect(pushed[0]).toEqual({
    path: '/api/v2/alerts',
    alerts: [
      {
        labels: { alertname: 'a', rule: 'a', severity: 'warning', pipeline: 'shop', table: 't' },
        annotations: { summary: 'a fires', why: 'because', remedy: 'mend it' },
        startsAt: '1970-01-01T00:00:00.000Z',
        endsAt: '2026-01-01T00:04:00.000Z',
        generatorURL: 'https://sync/api/v1/alerts',
      },
    ],
  })
  expect(pushed[1]?.alerts[0].endsAt).toBe('2026-01-01T00:05:00.000Z')
  expect(pushed[2]?.alerts[0].endsAt).toBe('2026-01-01T00:01:05.000Z')
  expect(new Set(failures)).toEqual(new Set(['http://127.0.0.1:1']))
})

test('the sign of life comes as long as alerting works (row 122)', async () => {
  const clock = new FakeClock()
  const stop = new AbortController()
  let isAlive = true
  const config = { url: secret(`${receiver.url}/beat/geheim`), everyMs: 60_000 }
  const pauses = vi.spyOn(clock, 'sleep')
  const paused = async (count: number) => await vi.waitUntil(() => pauses.mock.calls.length === count)
  const failures: string[] = []
  const running = runDeadMansSwitch(
    { config, pipeline: 'shop', clock, isAlive: () => isAlive, onFailure: (reason) => failures.push(reason) },
    stop.signal,
  )
  await receiver.received(1)
  expect(receiver.requests[0]).toMatchObject({ method: 'POST', path: '/beat/geheim' })
  expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({ pipeline: 'shop', status: 'alive' })
  receiver.answers.push({ status: 500, body: 'at /beat/geheim' })
  await paused(1)
  await clock.advance(60_000)
  await receiver.received(2)
  isAlive = false
  await paused(2)
  await clock.advance(300_000)
  expect(receiver.requests).toHaveLength(2)
  expect(failures).toEqual(['HTTP 500: at ***'])
  stop.abort()
  await running
})
