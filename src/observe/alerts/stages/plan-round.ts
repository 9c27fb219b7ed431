import { composeMessage } from '../message/compose.ts'
import type { AlertingState, StateChange } from './alerting-state.ts'
import { decide, type Decision, type Situation } from './decide.ts'
import { destinationKey } from './destination.ts'
import { isAcknowledged, type Episode } from './episode.ts'
import { gather, type Bucket, type Gathered, type RoundContext } from './gather.ts'
import type { Ledger } from './ledger.ts'
import type { Notification } from './notification.ts'
import type { ChannelPolicy } from './policy.ts'

/** What a round leads to. */
export interface RoundPlan {
  /** To be stored before anything is sent: with them the notifications. */
  readonly changes: readonly StateChange[]
  readonly notifications: readonly Notification[]
  /** By ledger: what was decided, and why. */
  readonly decisions: ReadonlyMap<string, Decision>
  readonly gathered: Gathered
}

/** A receiver's messages are counted over this time. */
export const CAP_WINDOW_MS = 3_600_000

/**
 * All stages over everything that fires. Changes only what may be lost (since when something waits); what must not be lost is in
 * `changes`. `newId` gives ids that were never given.
 */
export function planRound(state: AlertingState, context: RoundContext, newId: () => string): RoundPlan {
  const active = [...state.episodes.values()].filter(({ endedAtMs }) => endedAtMs === null)
  const gathered = gather(state, active, context)
  const planner = new Planner(state, context, newId)
  for (const bucket of gathered.buckets.values()) planner.settleBucket(bucket)
  for (const ledger of state.ledgers.values()) {
    if (!gathered.buckets.has(ledger.key)) planner.settleBucket(bucketOf(ledger, context))
  }
  return { ...planner.result(), gathered }
}

/** A ledger that no alert that fires leads to: what it knows is over, or is held back, or goes elsewhere now. */
function bucketOf(ledger: Ledger, { policy }: RoundContext): Bucket {
  const { key, groupKey, groupLabels, destination } = ledger
  const { routes, fallback } = policy.routing
  const route = routes.find(({ id }) => groupKey.startsWith(`${id}:`)) ?? fallback
  return { key, groupKey, groupLabels, destination, route, step: 0, wanted: new Map() }
}

/** Decides bucket by bucket, and collects what follows. */
class Planner {
  readonly #state: AlertingState
  readonly #context: RoundContext
  readonly #newId: () => string
  readonly #active: ReadonlyMap<string, Episode>
  readonly #inFlight: ReadonlySet<string>
  readonly #changes: StateChange[] = []
  readonly #notifications: Notification[] = []
  readonly #decisions = new Map<string, Decision>()
  readonly #escalated = new Map<string, Episode>()

  constructor(state: AlertingState, context: RoundContext, newId: () => string) {
    this.#state = state
    this.#context = context
    this.#newId = newId
    this.#active = new Map([...state.episodes].filter(([, { endedAtMs }]) => endedAtMs === null))
    this.#inFlight = new Set([...state.outbox.values()].map((notification) => notification.ledgerKey))
  }

  settleBucket(bucket: Bucket): void {
    const channel = this.#context.policy.channels.get(bucket.destination.channel)
    const ledger = this.#state.ledgers.get(bucket.key) ?? null
    if (!channel) {
      if (ledger) this.#changes.push({ tag: 'ledger', key: bucket.key, value: null })
      return
    }
    const decision = decide(this.#situation(bucket, ledger, channel))
    this.#decisions.set(bucket.key, decision)
    this.#noteWaiting(bucket.key, decision)
    if (decision.tag === 'send') this.#send(bucket, ledger, decision)
    if (hasBegun(decision)) this.#beginEscalation(bucket)
  }

  #situation(bucket: Bucket, ledger: Ledger | null, channel: ChannelPolicy): Situation {
    const { nowMs } = this.#context
    return {
      ledger,
      wanted: bucket.wanted,
      active: this.#active,
      isFlapping: (fingerprint) => this.#isFlapping(fingerprint),
      grouping: bucket.route,
      isLaterStep: bucket.step > 0,
      sendResolved: channel.sendResolved,
      tellsAcknowledged: channel.tellsAcknowledged,
      waitingSinceMs: this.#state.waitingSinceMs.get(bucket.key) ?? null,
      isInFlight: this.#inFlight.has(bucket.key),
      cappedUntilMs: this.#cappedUntil(destinationKey(bucket.destination), channel),
      nowMs,
    }
  }

  #isFlapping(fingerprint: string): boolean {
    return this.#state.flaps.get(fingerprint)?.isFlapping === true
  }

  #cappedUntil(destination: string, { maxPerHour }: ChannelPolicy): number {
    const sent = this.#state.sentAtMs.get(destination) ?? []
    const oldest = sent.at(-maxPerHour)
    return oldest === undefined ? 0 : oldest + CAP_WINDOW_MS
  }

  #noteWaiting(key: string, decision: Decision): void {
    const waiting = this.#state.waitingSinceMs
    if (decision.tag === 'wait' && decision.for !== 'cooldown') {
      if (!waiting.has(key)) waiting.set(key, this.#context.nowMs)
    } else {
      waiting.delete(key)
    }
  }

  #send(bucket: Bucket, ledger: Ledger | null, decision: Extract<Decision, { readonly tag: 'send' }>): void {
    const { policy, nowMs } = this.#context
    const id = this.#newId()
    const isOpen = [...(ledger?.told.values() ?? [])].some((told) => told.isOpen)
    const { key, groupKey, groupLabels, destination } = bucket
    const message = composeMessage({
      id,
      pipeline: policy.pipeline,
      reason: decision.reason,
      groupKey,
      groupLabels,
      threadId: isOpen && ledger ? ledger.threadId : id,
      isFirstOfThread: !isOpen,
      destination,
      firing: decision.firing,
      resolved: decision.resolved.flatMap((fingerprint) => this.#state.episodes.get(fingerprint) ?? []),
      isFlapping: (fingerprint) => this.#isFlapping(fingerprint),
      nowMs,
    })
    const firing = decision.firing.map((episode) => ({
      fingerprint: episode.fingerprint,
      startedAtMs: episode.startedAtMs,
      cooldownMs: episode.cooldownMs,
      isFlapping: this.#isFlapping(episode.fingerprint),
      isAcknowledged: isAcknowledged(episode, nowMs),
    }))
    const { reason, resolved } = decision
    this.#queue({ id, ledgerKey: key, reason, firing, resolved, message, failedChannels: [] })
    for (const { fingerprint } of decision.firing) this.#keep(fingerprint)
  }

  #queue(notification: Notification): void {
    this.#notifications.push(notification)
    this.#changes.push({ tag: 'notification', key: notification.id, value: notification })
  }

  /** What a receiver was told of is stored: after a restart it must be known. */
  #keep(fingerprint: string): void {
    const episode = this.#escalated.get(fingerprint) ?? this.#active.get(fingerprint)
    if (episode) this.#escalated.set(fingerprint, episode)
  }

  #beginEscalation({ wanted, route }: Bucket): void {
    for (const episode of wanted.values()) {
      const known = this.#escalated.get(episode.fingerprint) ?? episode
      if (known.escalatedAtMs[route.id] !== undefined) continue
      const escalatedAtMs = { ...known.escalatedAtMs, [route.id]: this.#context.nowMs }
      this.#escalated.set(episode.fingerprint, { ...known, escalatedAtMs })
    }
  }

  result(): Omit<RoundPlan, 'gathered'> {
    const episodes = [...this.#escalated.values()].filter((episode) => {
      // Only its beginning and the beginning of its escalation are worth a write.
      return this.#state.episodes.get(episode.fingerprint) !== episode
    })
    const kept = episodes.map((value): StateChange => ({ tag: 'episode', key: value.fingerprint, value }))
    return {
      changes: [...kept, ...this.#changes],
      notifications: this.#notifications,
      decisions: this.#decisions,
    }
  }
}

/** Whether a message was at least tried for: from then on escalation counts, also when it cannot be delivered. */
function hasBegun(decision: Decision): boolean {
  return (
    decision.tag === 'send' || (decision.tag === 'wait' && (decision.for === 'in-flight' || decision.for === 'cap'))
  )
}
