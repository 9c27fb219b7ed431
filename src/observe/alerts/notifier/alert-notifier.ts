import type { AlertRow } from '../../../core/alert-store.ts'
import type { Clock } from '../../../core/clock.ts'
import type { EvaluationRound, RememberedAlert } from '../alert-instance.ts'
import { absorbRound } from '../stages/absorb-round.ts'
import { applyChanges, emptyState, type AlertingState, type StateChange } from '../stages/alerting-state.ts'
import type { Decision } from '../stages/decide.ts'
import { destinationKey } from '../stages/destination.ts'
import type { Episode } from '../stages/episode.ts'
import { lookAgain, NO_FLAPS } from '../stages/flapping.ts'
import { NOTIFICATION_FAILING, type Gathered } from '../stages/gather.ts'
import type { Notification } from '../stages/notification.ts'
import { planRound } from '../stages/plan-round.ts'
import type { Policy } from '../stages/policy.ts'
import { settle, type Delivery } from '../stages/settle.ts'
import type { Silence } from '../stages/silence.ts'
import { tidy } from '../stages/tidy.ts'
import type { AlertJournal, NewRow } from './alert-journal.ts'
import type { Dispatcher } from './dispatcher.ts'
import { failingChannels } from './failing-channels.ts'
import { actLine, episodeLines } from './happening-lines.ts'
import { PLAIN_ENTRY, type HistoryEntry } from './history-entry.ts'
import { decodeRow, encodeChange } from './state-rows.ts'

/** What the notifier is made of. */
export interface NotifierParts {
  readonly policy: Policy
  readonly configuredSilences: readonly Silence[]
  readonly journal: AlertJournal
  readonly dispatcher: Pick<Dispatcher, 'send'>
  readonly clock: Pick<Clock, 'now'>
  readonly newId: () => string
  /** A line of the log: what happened, never with a secret. */
  log(line: NotifierLog): void
}

/** What the notifier has to say for itself. */
export interface NotifierLog {
  readonly level: 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL'
  readonly message: string
  readonly fields: Readonly<Record<string, string | number>>
  /** Who did what the line tells; absent: the service itself. */
  readonly actor?: string | undefined
}

/** Why an alert is or is not told, as of the last round. */
export interface LastRound {
  readonly decisions: ReadonlyMap<string, Decision>
  readonly gathered: Gathered
}

/** History and removed things are kept for so long. */
const KEPT_MS = 30 * 86_400_000
const FORGET_EVERY_MS = 3_600_000

/**
 * Tells people what fires and what is over. Every step is stored before the next one: a message is recorded, then sent, then what its
 * receiver knows is recorded. A crash in between repeats a step at most, with the same message under the same id.
 */
export class AlertNotifier {
  readonly #parts: NotifierParts
  readonly #state: AlertingState = emptyState()
  #turn: Promise<unknown> = Promise.resolve()
  #next: EvaluationRound | null = null
  #last: LastRound | null = null
  #forgottenAtMs = 0
  readonly #sending = new Set<Promise<void>>()

  constructor(parts: NotifierParts) {
    this.#parts = parts
  }

  /** What is known; to look at only. */
  get state(): AlertingState {
    return this.#state
  }

  /** Reasons of the last round; null before the first. */
  get lastRound(): LastRound | null {
    return this.#last
  }

  /** Reads what earlier lives left behind, and sends what they had recorded but perhaps not sent. */
  async start(): Promise<void> {
    await this.#inTurn(async () => {
      this.#adopt(await this.#parts.journal.load())
      for (const notification of this.#state.outbox.values()) this.#dispatch(notification)
    })
  }

  /** Takes in rows of an earlier life that were not known at the start, because the target was down. */
  adoptFound(rows: readonly AlertRow[]): void {
    const before = new Set(this.#state.outbox.keys())
    this.#adopt(rows)
    for (const [id, notification] of this.#state.outbox) if (!before.has(id)) this.#dispatch(notification)
  }

  #adopt(rows: readonly AlertRow[]): void {
    for (const row of rows) {
      try {
        const change = decodeRow(row)
        if (change) applyChanges(this.#state, [change])
      } catch (error) {
        const fields = { kind: row.kind, key: row.key, error: error instanceof Error ? error.message : String(error) }
        this.#parts.log({ level: 'ERROR', message: 'A row of the alerting state cannot be read', fields })
      }
    }
  }

  /** Alerts that fired when the last life ended: the evaluator goes on with them. */
  remembered(): readonly RememberedAlert[] {
    return [...this.#state.episodes.values()]
      .filter(({ endedAtMs }) => endedAtMs === null)
      .map(({ rule, ownLabels, startedAtMs }) => ({ rule, labels: ownLabels, startedAtMs }))
  }

  /** Works a round of the evaluator off; of rounds that come while one is worked off, only the last is. Resolves when its messages are recorded. */
  async handleRound(round: EvaluationRound): Promise<void> {
    const isQueued = this.#next !== null
    this.#next = round
    if (isQueued) return
    await this.#inTurn(async () => {
      const next = this.#next
      this.#next = null
      if (next) await this.#workOff(next)
    })
  }

  async #workOff(round: EvaluationRound): Promise<void> {
    const { policy, configuredSilences, clock, newId } = this.#parts
    const nowMs = clock.now()
    // What is known first-hand counts, not what a rule reckons from counters of it.
    const others = round.instances.filter(({ rule }) => rule !== NOTIFICATION_FAILING)
    const instances = [...others, ...failingChannels(this.#state, round.atMs)]
    const unknownRules = round.unknownRules.filter((rule) => rule !== NOTIFICATION_FAILING)
    this.#absorb({ ...round, instances, unknownRules })
    const plan = planRound(this.#state, { policy, configuredSilences, nowMs }, newId)
    this.#last = plan
    await this.#commit([...plan.changes, ...tidy(this.#state, policy, nowMs)], [])
    for (const notification of plan.notifications) this.#dispatch(notification)
    await this.#forget(nowMs)
  }

  #absorb(round: EvaluationRound): void {
    const { policy } = this.#parts
    const { episodes, changed } = absorbRound(this.#state.episodes, round, policy.pipeline)
    for (const episode of episodes) this.#state.episodes.set(episode.fingerprint, episode)
    const lines = episodeLines(episodes.filter(({ fingerprint }) => changed.has(fingerprint)))
    for (const line of lines) this.#parts.log(line)
    for (const fingerprint of new Set([...changed, ...this.#state.flaps.keys()])) {
      const before = this.#state.flaps.get(fingerprint) ?? NO_FLAPS
      const after = lookAgain(before, changed.has(fingerprint), round.atMs, policy.flapping)
      if (after.changes === 0) this.#state.flaps.delete(fingerprint)
      else this.#state.flaps.set(fingerprint, after)
    }
  }

  #dispatch(notification: Notification): void {
    const key = destinationKey(notification.message.destination)
    const sent = this.#state.sentAtMs.get(key) ?? []
    this.#state.sentAtMs.set(key, [...sent, this.#parts.clock.now()])
    const sending = this.#sendAndSettle(notification)
    this.#sending.add(sending)
    void sending.finally(() => this.#sending.delete(sending))
  }

  async #sendAndSettle(notification: Notification): Promise<void> {
    const delivery = await this.#parts.dispatcher.send(notification.message)
    if (delivery === null) return
    await this.#inTurn(async () => {
      const { policy, clock, newId } = this.#parts
      const nowMs = clock.now()
      const { changes, fallback } = settle(this.#state, notification, delivery, { policy, nowMs, newId })
      await this.#commit(changes, [deliveryEntry(notification, delivery, nowMs)])
      this.#logDelivery(notification, delivery)
      if (fallback) this.#dispatch(fallback)
    })
  }

  #logDelivery({ message, reason }: Notification, delivery: Delivery): void {
    const fields = {
      receiver: destinationKey(message.destination),
      notification: message.id,
      alerts: message.firingCount + message.resolvedCount,
      attempts: delivery.attempts,
    }
    if (delivery.tag === 'delivered') {
      this.#parts.log({ level: 'INFO', message: `Alerts told: ${reason}`, fields })
    } else {
      const more = { ...fields, error: delivery.reason }
      this.#parts.log({ level: 'ERROR', message: 'Alerts could not be told', fields: more })
    }
  }

  /** Makes changes that people asked for, with a line of history each. Resolves when they are stored as well as can be. */
  async change(
    make: (
      state: AlertingState,
      nowMs: number,
    ) => { readonly changes: readonly StateChange[]; readonly history: readonly HistoryEntry[] },
  ): Promise<void> {
    await this.#inTurn(async () => {
      const { changes, history } = make(this.#state, this.#parts.clock.now())
      await this.#commit(changes, history)
      this.#logActs(history)
    })
  }

  /** Adds a line to the history. */
  async record(entry: HistoryEntry): Promise<void> {
    await this.#inTurn(async () => await this.#commit([], [entry]))
    this.#logActs([entry])
  }

  #logActs(history: readonly HistoryEntry[]): void {
    for (const entry of history) {
      const line = actLine(entry)
      if (line) this.#parts.log(line)
    }
  }

  async #commit(changes: readonly StateChange[], history: readonly HistoryEntry[]): Promise<void> {
    const worthStoring = changes.filter((change) => change.value !== null || isStored(change, this.#state))
    applyChanges(this.#state, changes)
    const rows = worthStoring.map(encodeChange)
    const lines = history.map((entry): NewRow => {
      return { kind: 'history', key: `${entry.atMs}-${this.#parts.newId()}`, body: JSON.stringify(entry) }
    })
    if (rows.length + lines.length === 0) await this.#parts.journal.flush()
    else await this.#parts.journal.write([...rows, ...lines])
  }

  async #forget(nowMs: number): Promise<void> {
    if (nowMs < this.#forgottenAtMs + FORGET_EVERY_MS) return
    this.#forgottenAtMs = nowMs
    await this.#parts.journal.forget(nowMs - KEPT_MS)
  }

  /** One thing after another: what is decided rests on what was recorded before. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    await turn
  }

  /** Resolves when nothing is on its way any more; the dispatcher must be closed, or all messages come to an end. */
  async settled(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending)
    await this.#turn
  }
}

/** Alerts that nobody was told of are not stored, so that there is nothing to remove. */
function isStored(change: StateChange, state: AlertingState): boolean {
  if (change.tag !== 'episode') return true
  const episode = state.episodes.get(change.key)
  return episode !== undefined && isWorthStoring(episode)
}

function isWorthStoring({ escalatedAtMs, acknowledgement }: Episode): boolean {
  return acknowledgement !== null || Object.keys(escalatedAtMs).length > 0
}

const ALERTS_IN_HISTORY = 20

function deliveryEntry(
  { message, reason, firing, resolved }: Notification,
  delivery: Delivery,
  atMs: number,
): HistoryEntry {
  const { destination, groupKey, id } = message
  const shown = [...message.firing, ...message.resolved].slice(0, ALERTS_IN_HISTORY)
  return {
    ...PLAIN_ENTRY,
    atMs,
    what: delivery.tag === 'delivered' ? 'told' : 'not-told',
    who:
      destination.person === undefined
        ? destinationKey(destination)
        : `${destination.person} (${destinationKey(destination)})`,
    via: destination.channel,
    reason: delivery.tag === 'delivered' ? reason : `${reason}: ${delivery.reason}`,
    groupKey,
    alerts: shown.map(
      ({ rule, fingerprint, endedAtMs }) => `${rule} ${fingerprint}${endedAtMs === null ? '' : ' over'}`,
    ),
    firing: firing.length,
    resolved: resolved.length,
    attempts: delivery.attempts,
    notification: id,
  }
}
