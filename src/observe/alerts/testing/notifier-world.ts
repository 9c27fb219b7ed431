import type { AlertRow, AlertStore } from '../../../core/alert-store.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { parseConfig } from '../../../config/load-config.ts'
import type { DeliveryConfig } from '../../../config/alerting/delivery-config.ts'
import type { Clock } from '../../../core/clock.ts'
import { fingerprintOf, type AlertInstance, type EvaluationRound } from '../alert-instance.ts'
import type { Channel, SendOutcome } from '../channels/channel.ts'
import type { AlertMessage } from '../message/alert-message.ts'
import { AlertJournal } from '../notifier/alert-journal.ts'
import { AlertNotifier, type NotifierLog } from '../notifier/alert-notifier.ts'
import { buildPolicy, configuredSilences } from '../notifier/build-policy.ts'
import { Dispatcher } from '../notifier/dispatcher.ts'
import { rowId, type LocalJournal } from '../notifier/local-journal.ts'
import type { Policy } from '../stages/policy.ts'

/** The delivery of a configuration file with these keys under `alerting:`. */
export function deliveryOf(alerting: string): DeliveryConfig {
  const head = `pipeline: shop
source: { url: "postgres://sync@db/shop" }
target: { fe_http: "http://fe:8030", fe_mysql: "mysql://root@fe:9030" }
alerting:
`
  const { config } = parseConfig(head + alerting.replaceAll(/^/gm, '  '), 'x.yaml', { env: {}, readFile: () => '' })
  if (!config.alerting) throw new Error('no alerting')
  return config.alerting.delivery
}

/** An alert as the evaluator would report it. */
export function instanceOf(parts: Partial<AlertInstance> & Pick<AlertInstance, 'rule'>): AlertInstance {
  const labels = parts.labels ?? {}
  return {
    labels,
    severity: 'warning',
    state: 'firing',
    value: 1,
    sinceMs: 0,
    startedAtMs: 0,
    fingerprint: fingerprintOf(parts.rule, labels),
    annotations: { summary: `${parts.rule} fires`, description: '', runbook: '', why: 'because', remedy: 'mend it' },
    cooldownMs: 0,
    ...parts,
  }
}

/** A table of the target that survives the process. Can be down, and can end the process before or after a write. */
export class MemoryAlertStore implements AlertStore {
  readonly rows = new Map<string, AlertRow>()
  isDown = false
  writes = 0

  load(): Promise<readonly AlertRow[]> {
    this.#check()
    return Promise.resolve([...this.rows.values()].filter(({ kind }) => kind !== 'history'))
  }

  write(rows: readonly AlertRow[]): Promise<void> {
    this.#check()
    this.writes += 1
    for (const row of rows) this.rows.set(rowId(row), row)
    return Promise.resolve()
  }

  history(limit: number): Promise<readonly AlertRow[]> {
    this.#check()
    const lines = [...this.rows.values()].filter(({ kind }) => kind === 'history')
    return Promise.resolve(lines.toSorted((a, b) => b.version - a.version).slice(0, limit))
  }

  forget(beforeVersion: number): Promise<void> {
    this.#check()
    for (const [id, { kind, body, version }] of this.rows) {
      if (version < beforeVersion && (kind === 'history' || body === null)) this.rows.delete(id)
    }
    return Promise.resolve()
  }

  #check(): void {
    if (this.isDown) throw new SyncError('SINK_UNREACHABLE', 'the target is down')
  }
}

/** What a receiver believes to fire, from the messages alone, and all messages that it got. */
export class Receiver implements Channel {
  readonly messages: AlertMessage[] = []
  /** By address: fingerprints. */
  readonly pictures = new Map<string, Set<string>>()
  readonly #seen = new Set<string>()
  /** How the next attempts end; delivered when it is empty. */
  readonly outcomes: SendOutcome[] = []
  /** Every attempt ends so while it is set. */
  always: SendOutcome | null = null

  send(message: AlertMessage): Promise<SendOutcome> {
    const outcome = this.always ?? this.outcomes.shift() ?? { tag: 'delivered' }
    if (outcome.tag === 'delivered' || (outcome.tag === 'retry' && outcome.maybeArrived)) this.#take(message)
    return Promise.resolve(outcome)
  }

  #take(message: AlertMessage): void {
    if (this.#seen.has(message.id)) return
    this.#seen.add(message.id)
    this.messages.push(message)
    const { address = '' } = message.destination
    const picture = this.pictures.get(address) ?? new Set()
    this.pictures.set(address, picture)
    for (const { fingerprint } of message.firing) picture.add(fingerprint)
    for (const { fingerprint } of message.resolved) picture.delete(fingerprint)
  }

  /** Messages as short texts: `firing: a b; over: c`. */
  get told(): readonly string[] {
    return this.messages.map(({ reason, firing, resolved }) => {
      const names = (alerts: typeof firing): string =>
        alerts
          .map(({ rule }) => rule)
          .toSorted()
          .join(' ')
      const over = resolved.length > 0 ? `over: ${names(resolved)}` : ''
      const fires = firing.length > 0 ? `fires: ${names(firing)}` : ''
      return `${reason} ${[fires, over].filter((part) => part !== '').join('; ')}`
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** What a life of the notifier is made of. */
export interface WorldParts {
  readonly delivery: DeliveryConfig
  readonly store: AlertStore
  readonly receivers: ReadonlyMap<string, Channel>
  readonly clock: Clock
  readonly local?: LocalJournal | null
  readonly ids?: () => string
  readonly random?: () => number
}

/** One life of the notifier, from start to end or crash. */
export class NotifierLife implements AsyncDisposable {
  readonly notifier: AlertNotifier
  readonly logs: NotifierLog[] = []
  readonly troubles: unknown[] = []
  readonly dispatcher: Dispatcher
  readonly journal: AlertJournal
  readonly policy: Policy

  constructor({ delivery, store, receivers, clock, local = null, ids, random = () => 0.5 }: WorldParts) {
    this.policy = buildPolicy(delivery, 'shop')
    this.journal = new AlertJournal({
      store,
      local,
      clock,
      onTrouble: (error) => this.troubles.push(error),
      onFound: (rows) => this.notifier.adoptFound(rows),
    })
    this.dispatcher = new Dispatcher({
      channels: receivers,
      linksOf: () => ({ alerts: null, acknowledge: null }),
      isFailing: (channel) => this.notifier.state.failures.has(channel),
      clock,
      random,
    })
    this.notifier = new AlertNotifier({
      policy: this.policy,
      configuredSilences: configuredSilences(delivery),
      journal: this.journal,
      dispatcher: this.dispatcher,
      clock,
      newId: ids ?? (() => crypto.randomUUID()),
      log: (line) => this.logs.push(line),
    })
  }

  /** Works off a round in which exactly these alerts are listed. */
  async round(clock: Clock, ...instances: readonly AlertInstance[]): Promise<void> {
    await this.rounds({ atMs: clock.now(), instances, unknownRules: [] })
  }

  /** Works off a round. */
  async rounds(round: EvaluationRound): Promise<void> {
    await this.notifier.handleRound(round)
  }

  /** Ends at once: what is under way comes to no end, as in a crash. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispatcher[Symbol.asyncDispose]()
    await this.notifier.settled()
  }
}
