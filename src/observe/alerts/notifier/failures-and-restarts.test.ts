import { describe, expect, test } from 'vitest'
import { ROUND_MS } from '../testing/scene.ts'
import { CHAIN } from '../testing/escalation-chain.ts'
import { sceneOfTest } from '../testing/scene-of-test.ts'

const begin = sceneOfTest()

const TWO = `webhook_url: https://hook
slack_webhook: https://slack
group_by: alertname
`

const MINUTE = 60_000

describe('a channel that fails', () => {
  const PAIR = `slack_webhook: https://slack
channels: { backup: { webhook: https://backup } }
routes: [{ match: alertname=a, channels: slack }]
group_wait: 0s`
  const broken = { tag: 'retry', reason: 'HTTP 500', maybeArrived: false } as const

  test('is tried again with pauses, then another one stands in, and its failure is an alert of its own', async () => {
    const world = await begin(PAIR)
    world.receiver('slack').always = broken
    world.fire({ rule: 'a' })
    await world.pass(20_000)
    expect(world.told('backup')).toEqual([])
    await world.pass(MINUTE)
    expect(world.told('backup').toSorted()).toEqual(['firing fires: a', 'firing fires: notification_failing'])
    expect(world.receiver('backup').messages.map(({ note }) => note)).toContain(
      'slack could not be reached: HTTP 500 (6 attempts)',
    )
  })

  test('when it works again both pictures are set right', async () => {
    const world = await begin(PAIR)
    world.receiver('slack').always = broken
    world.fire({ rule: 'a' })
    await world.pass(2 * MINUTE)
    world.receiver('slack').always = null
    await world.pass(6 * MINUTE)
    expect(world.told('slack')).toEqual(['firing fires: a'])
    world.clear('a')
    await world.pass(10 * MINUTE)
    expect(world.told('slack').at(-1)).toBe('resolved over: a')
    expect(
      world
        .told('backup')
        .filter((text) => text.startsWith('resolved'))
        .toSorted(),
    ).toEqual(['resolved over: a', 'resolved over: notification_failing'])
  })

  test('is not told again and again to the one that stands in', async () => {
    const world = await begin(PAIR)
    world.receiver('slack').always = broken
    world.fire({ rule: 'a' })
    await world.pass(30 * MINUTE)
    expect(world.told('backup').filter((text) => text === 'firing fires: a')).toHaveLength(1)
  })

  test('its failure is not told over itself', async () => {
    const world = await begin(`${TWO}group_wait: 0s`)
    world.receiver('slack').always = { tag: 'refused', reason: 'HTTP 403' }
    world.fire({ rule: 'a' })
    await world.pass(10_000)
    expect(world.told('webhook')).toContain('firing fires: notification_failing')
    const buckets = [...(world.life.notifier.lastRound?.gathered.buckets.keys() ?? [])]
    const about = buckets.filter((key) => key.includes('notification_failing'))
    expect(about).toEqual([expect.stringMatching(/^webhook\|/)])
  })

  test('the channel that stands in by configuration is told once, also where it is told of the group anyway', async () => {
    const world = await begin(`channels:
  main: { webhook: https://main, fallback: backup }
  backup: { webhook: https://backup }
group_by: alertname
group_wait: 0s
group_interval: 10s`)
    world.receiver('main').always = { tag: 'refused', reason: 'HTTP 403' }
    world.fire({ rule: 'a' })
    await world.pass(5 * MINUTE)
    expect(world.told('backup').filter((text) => text === 'firing fires: a')).toHaveLength(1)
  })

  test('waits as long as the receiver asks, without counting that as attempts', async () => {
    const world = await begin(PAIR)
    const busy = { tag: 'retry', reason: 'HTTP 429', maybeArrived: false, retryAfterMs: 20_000 } as const
    world.receiver('slack').outcomes.push(...Array.from({ length: 9 }, () => busy))
    world.fire({ rule: 'a' })
    await world.pass(4 * MINUTE)
    expect([world.told('slack'), world.told('backup')]).toEqual([['firing fires: a'], []])
  })

  test('a refusal is not tried again', async () => {
    const world = await begin(PAIR)
    world.receiver('slack').always = { tag: 'refused', reason: 'HTTP 403' }
    world.fire({ rule: 'a' })
    await world.pass(10_000)
    expect(world.told('backup')).toContain('firing fires: a')
  })
})

describe('a restart', () => {
  test('neither pages again nor forgets to say that it is over', async () => {
    const world = await begin(TWO)
    world.fire({ rule: 'a' })
    await world.pass(MINUTE)
    await world.restart()
    expect(world.life.notifier.remembered()).toMatchObject([{ rule: 'a', labels: {} }])
    await world.pass(10 * MINUTE)
    expect(world.told('webhook')).toEqual(['firing fires: a'])
    await world.restart()
    world.clear('a')
    await world.pass(10 * MINUTE)
    expect(world.told('webhook').slice(1)).toEqual(['resolved over: a'])
  })

  test('keeps an alert whose rule is still unknown or pending again', async () => {
    const world = await begin(TWO)
    world.fire({ rule: 'a' })
    world.fire({ rule: 'b' })
    await world.pass(MINUTE)
    await world.restart()
    world.fire({ rule: 'b', state: 'pending' })
    const [a] = world.on.values()
    world.clear('a')
    for (let round = 0; round < 100; round += 1) {
      const pending = { atMs: world.clock.now(), instances: [...world.on.values()], unknownRules: ['a'] }
      await world.life.rounds(pending)
      await world.clock.advance(ROUND_MS)
    }
    expect(world.told('webhook').toSorted()).toEqual(['firing fires: a', 'firing fires: b'])
    if (a) world.on.set(a.fingerprint, a)
    world.fire({ rule: 'b' })
    await world.pass(10 * MINUTE)
    expect(world.told('webhook')).toHaveLength(2)
  })

  test('keeps an acknowledgement', async () => {
    const world = await begin(CHAIN)
    world.fire({ rule: 'a' })
    await world.pass(MINUTE)
    await world.life.notifier.change((state, nowMs) => ({
      changes: [...state.episodes.values()].map((episode) => ({
        tag: 'episode',
        key: episode.fingerprint,
        value: { ...episode, acknowledgement: { by: 'anna', via: 'cli', atMs: nowMs, comment: '', untilMs: null } },
      })),
      history: [],
    }))
    await world.restart()
    await world.pass(30 * MINUTE)
    expect(world.told('second')).toEqual([])
    expect(world.told('first')).toEqual(['firing fires: a', 'acknowledged fires: a'])
  })
})
