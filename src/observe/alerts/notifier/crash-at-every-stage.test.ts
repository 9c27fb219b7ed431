import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { AlertRow, AlertStore } from '../../../core/alert-store.ts'
import type { Channel, SendOutcome } from '../channels/channel.ts'
import type { AlertMessage, MessageLinks } from '../message/alert-message.ts'
import { deliveryOf, instanceOf, MemoryAlertStore, NotifierLife, Receiver } from '../testing/notifier-world.ts'
import { LocalJournal } from './local-journal.ts'

const DELIVERY = deliveryOf(`webhook_url: https://hook
slack_webhook: https://slack
group_by: alertname
group_wait: 5s
group_interval: 30s`)

const ROUND_MS = 5000
const NEVER = new Promise<never>(() => undefined)
const MOST_EFFECTS = 16

/** A process that dies at its n-th effect on the world: just before it, or just after it. */
class Mortality {
  readonly #at: number
  readonly #when: 'before' | 'after'
  effects = 0
  readonly #death = Promise.withResolvers<void>()

  constructor(at: number, when: 'before' | 'after') {
    this.#at = at
    this.#when = when
  }

  get isDead(): boolean {
    return this.effects >= this.#at
  }

  /** What dies never goes on. */
  async live<T>(effect: () => Promise<T>): Promise<T> {
    if (this.isDead) return await NEVER
    this.effects += 1
    if (!this.isDead) return await effect()
    if (this.#when === 'after') await effect()
    this.#death.resolve()
    return await NEVER
  }

  /** Resolves with the work, or when the process dies over it. */
  async orDead(work: Promise<void>): Promise<void> {
    await Promise.race([work, this.#death.promise])
  }
}

class MortalStore implements AlertStore {
  readonly #store: AlertStore
  readonly #mortality: Mortality

  constructor(store: AlertStore, mortality: Mortality) {
    this.#store = store
    this.#mortality = mortality
  }

  async load(): Promise<readonly AlertRow[]> {
    return await this.#store.load()
  }

  async write(rows: readonly AlertRow[]): Promise<void> {
    return await this.#mortality.live(async () => await this.#store.write(rows))
  }

  async history(limit: number): Promise<readonly AlertRow[]> {
    return await this.#store.history(limit)
  }

  async forget(before: number): Promise<void> {
    return await this.#store.forget(before)
  }
}

class MortalChannel implements Channel {
  readonly #channel: Receiver
  readonly #mortality: Mortality

  constructor(channel: Receiver, mortality: Mortality) {
    this.#channel = channel
    this.#mortality = mortality
  }

  async send(message: AlertMessage, _links: MessageLinks): Promise<SendOutcome> {
    return await this.#mortality.live(async () => await this.#channel.send(message))
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** An alert fires, another joins it, both end: with one crash. Resolves to the effects before it and what the receivers got. */
async function story(mortality: Mortality, local: string | null) {
  await using open = new AsyncDisposableStack()
  const clock = new FakeClock()
  const store = new MemoryAlertStore()
  store.isDown = local !== null
  const receivers = new Map([
    ['webhook', new Receiver()],
    ['slack', new Receiver()],
  ])
  const on = new Map<string, ReturnType<typeof instanceOf>>()
  const begin = async (mortal: Mortality): Promise<NotifierLife> => {
    const life = new NotifierLife({
      delivery: DELIVERY,
      store: new MortalStore(store, mortal),
      receivers: new Map([...receivers].map(([name, receiver]) => [name, new MortalChannel(receiver, mortal)])),
      clock,
      local: local === null ? null : open.use(await LocalJournal.open(local)),
    })
    await life.notifier.start()
    return life
  }
  let life = await begin(mortality)
  for (let round = 0; round < 60; round += 1) {
    if (round === 0) on.set('a', instanceOf({ rule: 'a', labels: { n: '1' } }))
    if (round === 10) on.set('b', instanceOf({ rule: 'a', labels: { n: '2' } }))
    if (round === 25) on.clear()
    await mortality.orDead(life.rounds({ atMs: clock.now(), instances: [...on.values()], unknownRules: [] }))
    await clock.advance(ROUND_MS)
    await mortality.orDead(life.notifier.settled())
    if (mortality.isDead) {
      mortality = new Mortality(Number.POSITIVE_INFINITY, 'before')
      life = await begin(mortality)
    }
  }
  await life[Symbol.asyncDispose]()
  return { receivers, effects: mortality.effects, store }
}

const COMPLETE = ['firing fires: a', 'firing fires: a a', 'resolved over: a a']

test('without a crash everybody is told three times', async () => {
  const { receivers, effects } = await story(new Mortality(Number.POSITIVE_INFINITY, 'before'), null)
  expect(receivers.get('webhook')?.told).toEqual(COMPLETE)
  expect(effects).toBeGreaterThan(10)
  expect(effects).toBeLessThanOrEqual(MOST_EFFECTS)
})

const EVERY_STAGE = Array.from({ length: MOST_EFFECTS }, (_, index) => index + 1).flatMap((at) => [
  { at, when: 'before' as const },
  { at, when: 'after' as const },
])

describe('a crash', () => {
  test.each(EVERY_STAGE)('$when effect $at: nobody is told twice, nobody is left in the dark', async ({ at, when }) => {
    const { receivers, store } = await story(new Mortality(at, when), null)
    expect(receivers.get('webhook')?.told).toEqual(COMPLETE)
    expect(receivers.get('slack')?.told).toEqual(COMPLETE)
    expect([...receivers.values()].map(({ pictures }) => [...(pictures.get('') ?? [])])).toEqual([[], []])
    expect([...store.rows.values()].filter(({ kind, body }) => kind === 'notification' && body !== null)).toEqual([])
  })
})

describe('a crash while the target is down, with a state directory', () => {
  let directory = ''
  beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'sync-alerts-'))))
  afterAll(async () => await rm(directory, { recursive: true }))

  test.each([1, 2, 3, 4, 5, 6])('after message %i: nobody is told twice', async (at) => {
    const { receivers } = await story(new Mortality(at, 'after'), join(directory, String(at)))
    expect(receivers.get('webhook')?.told).toEqual(COMPLETE)
    expect(receivers.get('slack')?.told).toEqual(COMPLETE)
  })
})
