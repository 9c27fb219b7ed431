import { describe, expect, test } from 'vitest'
import type { Scene } from '../testing/scene.ts'
import { CHAIN } from '../testing/escalation-chain.ts'
import { sceneOfTest } from '../testing/scene-of-test.ts'
import { AlertDesk } from './alert-desk.ts'

const begin = sceneOfTest()

const MINUTE = 60_000

const deskOf = ({ life, clock }: Scene): AlertDesk =>
  new AlertDesk({ notifier: life.notifier, journal: life.journal, linkSecret: null, now: () => clock.now() })

describe('escalation (row 94)', () => {
  test('goes on while nobody acknowledges, and tells everybody who was told that it is over', async () => {
    const world = await begin(CHAIN)
    world.fire({ rule: 'a' })
    await world.pass(5 * MINUTE)
    expect([world.told('first').length, world.told('second').length]).toEqual([1, 0])
    await world.pass(MINUTE)
    expect([world.told('second').length, world.told('third').length]).toEqual([1, 0])
    await world.pass(10 * MINUTE)
    expect(world.told('third')).toEqual(['firing fires: a'])
    world.clear('a')
    await world.pass(6 * MINUTE)
    expect(['first', 'second', 'third'].map((name) => world.told(name).at(-1))).toEqual([
      'resolved over: a',
      'resolved over: a',
      'resolved over: a',
    ])
  })

  test('counts also while the first step cannot be delivered', async () => {
    const world = await begin(CHAIN)
    world.receiver('first').always = { tag: 'retry', reason: 'HTTP 500', maybeArrived: false, retryAfterMs: 290_000 }
    world.fire({ rule: 'a' })
    await world.pass(6 * MINUTE)
    expect(world.told('second')).toContain('firing fires: a')
  })

  test('that begins while a message is still on its way tells each once, and each that it is over', async () => {
    const world = await begin(CHAIN)
    world.receiver('first').always = { tag: 'retry', reason: 'HTTP 503', maybeArrived: false, retryAfterMs: 290_000 }
    world.fire({ rule: 'a' })
    await world.pass(5.5 * MINUTE)
    expect([world.told('first'), world.told('second')]).toEqual([[], ['firing fires: a']])
    world.receiver('first').always = null
    await world.pass(11 * MINUTE)
    world.clear('a')
    await world.pass(6 * MINUTE)
    for (const name of ['first', 'second', 'third']) {
      expect([name, world.told(name)]).toEqual([name, ['firing fires: a', 'resolved over: a']])
    }
  })

  test('ends with an acknowledgement that comes while the message of a step is on its way', async () => {
    const world = await begin(CHAIN)
    world.receiver('second').always = { tag: 'retry', reason: 'HTTP 503', maybeArrived: false, retryAfterMs: 290_000 }
    world.fire({ rule: 'a' })
    await world.pass(6 * MINUTE)
    const desk = deskOf(world)
    await desk.acknowledge('a', { by: 'anna', via: 'cli', comment: '', untilMs: null })
    world.receiver('second').always = null
    await world.pass(20 * MINUTE)
    world.clear('a')
    await world.pass(6 * MINUTE)
    expect(world.told('third')).toEqual([])
    expect(world.told('second')).toEqual(['firing fires: a', 'acknowledged fires: a', 'resolved over: a'])
    expect(world.told('first').filter((told) => told.startsWith('firing'))).toEqual(['firing fires: a'])
  })

  test('a step on which nobody is on call is not waited for', async () => {
    const world = await begin(`${CHAIN.replace('notify: first', 'notify: oncall:main')}
oncall:
  people: { anna: first }
  schedules: { main: { layers: [{ people: anna, start: 2030-01-01 }] } }`)
    world.fire({ rule: 'a' })
    await world.pass(MINUTE)
    expect([world.told('first').length, world.told('second').length]).toEqual([0, 1])
  })
})

test('whoever is on call is told, the next one after the hand-off, and both when it is over', async () => {
  const world = await begin(`channels:
  mail: { email: { smtp_url: "smtp://mx", from: a@b.c, to: all@b.c } }
routes: [{ channels: "oncall:main" }]
group_wait: 0s
oncall:
  people: { anna: "mail:anna@b.c", bob: "mail:bob@b.c" }
  schedules: { main: { layers: [{ people: [anna, bob], rotation: daily, hand_off: "01:00", start: 2025-12-31 }] } }`)
  world.fire({ rule: 'a' })
  await world.pass(10 * MINUTE)
  const names = () => world.receiver('mail').messages.map(({ destination }) => destination.person ?? '')
  expect(names()).toEqual(['anna'])
  await world.pass(55 * MINUTE)
  expect(names()).toEqual(['anna', 'bob'])
  world.clear('a')
  await world.pass(10 * MINUTE)
  expect(new Set(names().slice(2))).toEqual(new Set(['anna', 'bob']))
})
