import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { seededRandom } from '../../../../test/support/seeded-random.ts'
import { parseLabelMatcher } from '../../../config/alerting/label-matcher.ts'
import type { AlertInstance } from '../alert-instance.ts'
import { deliveryOf, instanceOf, MemoryAlertStore, NotifierLife, Receiver } from '../testing/notifier-world.ts'
import { LocalJournal } from './local-journal.ts'

const { seed } = seededRandom()

const DELIVERY = deliveryOf(`webhook_url: https://hook
slack_webhook: https://slack
channels: { later: { webhook: https://later } }
routes:
  - { match: 'alertname=~"a|b"', channels: [webhook, slack] }
  - { match: alertname=c, escalation: chain }
escalations: { chain: [{ notify: webhook, timeout: 2m }, { notify: later }] }
group_by: alertname
group_wait: 10s
group_interval: 1m
repeat_interval: 20m
flapping: { sample: 10s }
inhibit: [{ source: alertname=a, target: alertname=b, equal: table }]`)

const RULES = ['a', 'b', 'c'] as const
const TABLES = ['t1', 't2'] as const
const PRIMARY = new Map<string, readonly string[]>([
  ['webhook', RULES],
  ['slack', ['a', 'b']],
  ['later', []],
])

const alert = fc.record({ rule: fc.constantFrom(...RULES), table: fc.constantFrom(...TABLES) })
const channel = fc.constantFrom('webhook', 'slack', 'later')

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('fire' as const), alert }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('clear' as const), alert }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), alert }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('silence' as const), rule: fc.constantFrom(...RULES) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('target' as const), isDown: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('break' as const), channel, arrives: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mend' as const), channel }) },
)
const steps = fc.array(fc.record({ step, thenMs: fc.constantFrom(0, 5_000, 15_000, 65_000) }), { maxLength: 25 })

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Everything that outlives a process, and the process. */
class World {
  readonly clock = new FakeClock()
  readonly store = new MemoryAlertStore()
  readonly receivers = new Map([...PRIMARY.keys()].map((name) => [name, new Receiver()]))
  readonly on = new Map<string, AlertInstance>()
  readonly #directory: string
  #journal: LocalJournal | null = null
  #life: NotifierLife | null = null

  constructor(directory: string) {
    this.#directory = directory
  }

  get notifier(): NotifierLife['notifier'] {
    if (!this.#life) throw new Error('not started')
    return this.#life.notifier
  }

  async restart(): Promise<void> {
    await this.close()
    this.#journal = await LocalJournal.open(this.#directory)
    const { clock, store, receivers } = this
    this.#life = new NotifierLife({ delivery: DELIVERY, store, receivers, clock, local: this.#journal })
    await this.#life.notifier.start()
  }

  async take(action: Step): Promise<void> {
    switch (action.do) {
      case 'fire':
        return this.#set(action.alert, true)
      case 'clear':
        return this.#set(action.alert, false)
      case 'acknowledge':
        return await this.#acknowledge(instanceFor(action.alert, 0).fingerprint)
      case 'silence':
        return await this.#silence(action.rule)
      case 'restart':
        return await this.restart()
      case 'target':
        this.store.isDown = action.isDown
        return
      case 'break': {
        const receiver = this.receivers.get(action.channel)
        if (receiver) receiver.always = { tag: 'retry', reason: 'HTTP 500', maybeArrived: action.arrives }
        return
      }
      case 'mend':
        this.mend(action.channel)
    }
  }

  mend(name: string): void {
    const receiver = this.receivers.get(name)
    if (receiver) receiver.always = null
  }

  #set(which: { rule: string; table: string }, fires: boolean): void {
    const instance = instanceFor(which, this.clock.now())
    if (!fires) this.on.delete(instance.fingerprint)
    else if (!this.on.has(instance.fingerprint)) this.on.set(instance.fingerprint, instance)
  }

  async #acknowledge(fingerprint: string): Promise<void> {
    await this.notifier.change((state, nowMs) => {
      const episode = state.episodes.get(fingerprint)
      if (!episode || episode.endedAtMs !== null) return { changes: [], history: [] }
      const acknowledgement = { by: 'anna', atMs: nowMs, via: 'cli', comment: '', untilMs: null }
      return { changes: [{ tag: 'episode', key: fingerprint, value: { ...episode, acknowledgement } }], history: [] }
    })
  }

  async #silence(rule: string): Promise<void> {
    await this.notifier.change((_state, nowMs) => {
      const match = [parseLabelMatcher(`alertname=${rule}`)]
      const span = { fromMs: nowMs, untilMs: nowMs + 5 * 60_000, createdAtMs: nowMs }
      const silence = { id: `s${nowMs}`, match, author: 'anna', comment: '', ...span }
      return { changes: [{ tag: 'silence', key: silence.id, value: silence }], history: [] }
    })
  }

  async pass(ms: number, roundMs = 5000): Promise<void> {
    for (let passed = 0; passed < ms; passed += roundMs) {
      await this.notifier.handleRound({ atMs: this.clock.now(), instances: [...this.on.values()], unknownRules: [] })
      await this.clock.advance(roundMs)
    }
  }

  async close(): Promise<void> {
    await this.#life?.[Symbol.asyncDispose]()
    await this.#journal?.[Symbol.asyncDispose]()
  }

  /** What each receiver believes that is not so, and what it ought to know and does not. */
  errors(): readonly string[] {
    const isAcknowledged = (fingerprint: string) =>
      this.notifier.state.episodes.get(fingerprint)?.acknowledgement != null
    const names = new Map(
      RULES.flatMap((rule) => TABLES.map((table) => [instanceFor({ rule, table }, 0).fingerprint, `${rule}/${table}`])),
    )
    return [...this.receivers].flatMap(([name, receiver]) => {
      const picture = receiver.pictures.get('') ?? new Set<string>()
      const stale = [...picture].filter((each) => names.has(each) && !this.on.has(each))
      const inhibited = (each: AlertInstance) =>
        each.rule === 'b' && this.on.has(instanceFor({ rule: 'a', table: each.labels['table'] ?? '' }, 0).fingerprint)
      const owed = [...this.on.values()].filter((each) => PRIMARY.get(name)?.includes(each.rule))
      const missing = owed.filter((each) => {
        return !picture.has(each.fingerprint) && !isAcknowledged(each.fingerprint) && !inhibited(each)
      })
      return [
        ...stale.map((each) => `${name} still believes in ${names.get(each)}`),
        ...missing.map((each) => `${name} does not know of ${each.rule}/${each.labels['table']}`),
      ]
    })
  }
}

function instanceFor({ rule, table }: { readonly rule: string; readonly table: string }, atMs: number): AlertInstance {
  return instanceOf({ rule, labels: { table }, cooldownMs: 30_000, sinceMs: atMs, startedAtMs: atMs })
}

test('whatever happens in whatever order, every receiver ends up knowing the truth', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (actions) => {
      const directory = await mkdtemp(join(tmpdir(), 'sync-alerts-'))
      const world = new World(directory)
      try {
        await world.restart()
        for (const { step: action, thenMs } of actions) {
          await world.take(action)
          await world.pass(thenMs)
        }
        for (const name of PRIMARY.keys()) world.mend(name)
        world.store.isDown = false
        await world.pass(30 * 60_000, 30_000)
        expect(world.errors()).toEqual([])
        expect(world.notifier.state.outbox.size).toBe(0)
      } finally {
        await world.close()
        await rm(directory, { recursive: true })
      }
    }),
    { seed, numRuns: Number(process.env['RUNS'] ?? 40) },
  )
}, 60_000)
