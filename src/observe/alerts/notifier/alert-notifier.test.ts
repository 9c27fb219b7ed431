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

describe('grouping and deduplication', () => {
  test('alerts of a group share a message, which waits for more; nothing is said twice', async () => {
    const world = await begin(TWO)
    world.fire({ rule: 'a', labels: { table: 't1' } })
    await world.pass(20_000)
    world.fire({ rule: 'a', labels: { table: 't2' } })
    expect(world.told('webhook')).toEqual([])
    await world.pass(10 * MINUTE)
    expect(world.told('webhook')).toEqual(['firing fires: a a'])
    expect(world.told('slack')).toEqual(world.told('webhook'))
  })

  test('what comes later waits for group_interval, and what is over is said', async () => {
    const world = await begin(TWO)
    world.fire({ rule: 'a', labels: { table: 't1' } })
    await world.pass(MINUTE)
    world.fire({ rule: 'a', labels: { table: 't2' } })
    await world.pass(4 * MINUTE)
    expect(world.told('webhook')).toEqual(['firing fires: a'])
    await world.pass(MINUTE)
    expect(world.told('webhook')).toEqual(['firing fires: a', 'firing fires: a a'])
    world.clear('a')
    await world.pass(6 * MINUTE)
    expect(world.told('webhook').slice(2)).toEqual(['resolved over: a a'])
  })

  test('an alert that is over before anybody was told is told to nobody', async () => {
    const world = await begin(TWO)
    world.fire({ rule: 'a' })
    await world.pass(10_000)
    world.clear('a')
    await world.pass(10 * MINUTE)
    expect(world.told('webhook')).toEqual([])
  })

  test('an alert that ends while its message is on its way is said to be over', async () => {
    const world = await begin('webhook_url: https://hook')
    world.receiver('webhook').always = { tag: 'retry', reason: 'HTTP 503', maybeArrived: false }
    world.fire({ rule: 'a' })
    await world.pass(32_000)
    world.clear('a')
    await world.pass(10_000)
    world.receiver('webhook').always = null
    await world.pass(10 * MINUTE)
    expect(world.told('webhook')).toEqual(['firing fires: a', 'resolved over: a'])
  })

  test('different groups have messages of their own', async () => {
    const world = await begin(TWO)
    world.fire({ rule: 'a' })
    world.fire({ rule: 'b' })
    await world.pass(MINUTE)
    expect(world.told('webhook').toSorted()).toEqual(['firing fires: a', 'firing fires: b'])
  })

  test('who goes on firing is sent again after repeat_interval', async () => {
    const world = await begin(`${TWO}repeat_interval: 30m`)
    world.fire({ rule: 'a' })
    await world.pass(32 * MINUTE)
    expect(world.told('webhook')).toEqual(['firing fires: a', 'repeat fires: a'])
  })
})

describe('the cooldown of a rule (row 93)', () => {
  test('holds back an alert that ends and begins within it, and tells it afterwards', async () => {
    const world = await begin(`${TWO}group_interval: 1s\ngroup_wait: 0s`)
    world.fire({ rule: 'a', cooldownMs: 300_000 })
    await world.pass(30_000)
    world.clear('a')
    await world.pass(30_000)
    world.fire({ rule: 'a', cooldownMs: 300_000 })
    await world.pass(3 * MINUTE)
    expect(world.told('webhook')).toEqual(['firing fires: a', 'resolved over: a'])
    await world.pass(2 * MINUTE)
    expect(world.told('webhook').slice(2)).toEqual(['firing fires: a'])
  })

  test('lengthens repeat_interval', async () => {
    const world = await begin(`${TWO}repeat_interval: 1m\ngroup_interval: 1s\ngroup_wait: 0s`)
    world.fire({ rule: 'a', cooldownMs: 5 * MINUTE })
    await world.pass(11 * MINUTE)
    expect(world.told('webhook')).toEqual(['firing fires: a', 'repeat fires: a', 'repeat fires: a'])
  })
})

describe('silences', () => {
  test('keep quiet while they last; that something is over is told to those who know of it', async () => {
    const world = await begin(
      `${TWO}silences: [{ match: alertname=a, from: "2026-01-01T00:02Z", until: "2026-01-01T01:00Z", author: x, comment: y }]`,
    )
    world.fire({ rule: 'a', labels: { n: '1' } })
    await world.pass(3 * MINUTE)
    expect(world.told('webhook')).toEqual(['firing fires: a'])
    world.clear('a')
    world.fire({ rule: 'a', labels: { n: '2' } })
    await world.pass(10 * MINUTE)
    expect(world.told('webhook').slice(1)).toEqual(['resolved over: a'])
    await world.pass(50 * MINUTE)
    expect(world.told('webhook').slice(2)).toEqual(['firing fires: a'])
  })

  test('the reason is known', async () => {
    const world = await begin(
      `${TWO}silences: [{ match: alertname=a, until: "2026-01-01T01:00Z", author: x, comment: y }]`,
    )
    world.fire({ rule: 'a' })
    await world.pass(ROUND_MS)
    expect([...(world.life.notifier.lastRound?.gathered.verdicts.values() ?? [])]).toMatchObject([
      { by: 'silence', reason: 'silence file-1 by x until 2026-01-01T01:00:00.000Z: y' },
    ])
  })
})

test('a critical alert inhibits the warning about the same table', async () => {
  const world = await begin(`${TWO}inhibit: [{ source: severity=critical, target: severity=warning, equal: table }]`)
  world.fire({ rule: 'worse', severity: 'critical', labels: { table: 't1' } })
  world.fire({ rule: 'bad', labels: { table: 't1' } })
  world.fire({ rule: 'other', labels: { table: 't2' } })
  await world.pass(MINUTE)
  expect(world.told('webhook').toSorted()).toEqual(['firing fires: other', 'firing fires: worse'])
})

test('during mute_times nothing is sent, afterwards what still fires is', async () => {
  const world = await begin(`${TWO}routes: [{ channels: webhook, mute_times: night }]
mute_times: { night: [{ times: "00:00-00:10" }] }`)
  world.fire({ rule: 'a' })
  await world.pass(9 * MINUTE)
  expect(world.told('webhook')).toEqual([])
  await world.pass(3 * MINUTE)
  expect(world.told('webhook')).toEqual(['firing fires: a'])
})

test('a rule’s own channels and chain come before the routes', async () => {
  const world = await begin(`${CHAIN.replace('routes: [{ escalation: chain }]', 'routes: [{ channels: third }]')}`)
  world.fire({ rule: 'routed', channels: [] })
  world.fire({ rule: 'own', channels: ['second'] })
  world.fire({ rule: 'chain', escalation: 'chain' })
  await world.pass(10_000)
  expect([world.told('first'), world.told('second'), world.told('third')]).toEqual([
    ['firing fires: chain'],
    ['firing fires: own'],
    ['firing fires: routed'],
  ])
})

test('the first route that fits decides, unless it says continue', async () => {
  const world = await begin(`${TWO}group_wait: 0s
channels: { more: { webhook: https://more } }
routes:
  - { match: alertname=both, channels: more, continue: true }
  - { match: 'alertname=~"both|one"', channels: webhook }
  - { channels: slack }`)
  world.fire({ rule: 'both' })
  world.fire({ rule: 'one' })
  world.fire({ rule: 'rest' })
  await world.pass(20_000)
  expect([world.told('more'), world.told('webhook').toSorted(), world.told('slack')]).toEqual([
    ['firing fires: both'],
    ['firing fires: both', 'firing fires: one'],
    ['firing fires: rest'],
  ])
})

test('the least severity of a channel is kept', async () => {
  const world = await begin(`${TWO}channels: { phone: { sms: { url: https://sms, to: [+431111111, +432222222] } } }`)
  world.fire({ rule: 'a' })
  world.fire({ rule: 'b', severity: 'critical' })
  await world.pass(MINUTE)
  expect(world.told('phone')).toEqual(['firing fires: b', 'firing fires: b'])
  expect(world.receiver('phone').messages.map(({ destination }) => destination.address)).toEqual([
    '+431111111',
    '+432222222',
  ])
})

describe('flapping (row 114)', () => {
  test('is said once; afterwards the picture is set right when it is calm', async () => {
    const world = await begin(`${TWO}group_wait: 0s
group_interval: 1s
flapping: { sample: 10s }`)
    for (let turn = 0; turn < 30; turn += 1) {
      world.fire({ rule: 'a' })
      await world.pass(10_000)
      world.clear('a')
      await world.pass(10_000)
    }
    const told = world.told('webhook')
    expect(told.length).toBeLessThan(16)
    expect(world.receiver('webhook').messages.filter(({ firing }) => firing[0]?.isFlapping)).toHaveLength(1)
    expect(world.receiver('webhook').messages.at(-1)?.firing[0]?.isFlapping).toBe(true)
    await world.pass(5 * MINUTE)
    expect(world.told('webhook').at(-1)).toBe('resolved over: a')
  })
})

test('a receiver that had its messages of this hour gets the rest in one', async () => {
  const world = await begin(`channels: { hook: { webhook: https://hook, max_per_hour: 3 } }
group_by: [alertname]
group_wait: 0s
group_interval: 1s`)
  for (const rule of ['a', 'b', 'c', 'd', 'e']) {
    world.fire({ rule })
    await world.pass(MINUTE)
  }
  expect(world.told('hook')).toHaveLength(3)
  await world.pass(60 * MINUTE)
  expect(world.told('hook')).toHaveLength(5)
})

test('who was told what, when, is kept (row 121)', async () => {
  const world = await begin(TWO)
  world.fire({ rule: 'a' })
  await world.pass(MINUTE)
  const lines = [...world.store.rows.values()]
    .filter(({ kind }) => kind === 'history')
    .map(({ body }) => JSON.parse(body ?? ''))
  expect(lines.toSorted((a, b) => (a.who < b.who ? -1 : 1))).toMatchObject([
    { what: 'told', who: 'slack', reason: 'firing', firing: 1, attempts: 1 },
    { what: 'told', who: 'webhook', atMs: Date.UTC(2026, 0, 1, 0, 0, 30) },
  ])
})
