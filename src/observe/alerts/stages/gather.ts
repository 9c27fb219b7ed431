import type { AlertingState } from './alerting-state.ts'
import { destinationKey, destinationsOf, type Destination } from './destination.ts'
import { isAcknowledged, type Episode } from './episode.ts'
import { reachedDestinations, type ResolveTargets } from './escalate.ts'
import { groupOf } from './group.ts'
import { inhibitionOf } from './inhibit.ts'
import { isWithin } from '../calendar/within-interval.ts'
import { ledgerKey } from './ledger.ts'
import { isAtLeast, type Policy } from './policy.ts'
import { routesOf, type Route } from './route.ts'
import { judgeSilence, type Silence } from './silence.ts'
import { PASS, type Verdict } from './verdict.ts'

/** What a receiver is to be told about a group, before anything about timing. */
export interface Bucket {
  readonly key: string
  readonly groupKey: string
  readonly groupLabels: Readonly<Record<string, string>>
  readonly destination: Destination
  readonly route: Route
  readonly step: number
  readonly wanted: Map<string, Episode>
}

/** The label of an alert about a channel: it is not sent over that channel. */
export const CHANNEL_LABEL = 'channel'
/** The rule of alerts about a channel. */
export const NOTIFICATION_FAILING = 'notification_failing'

/** What the stages of single alerts found. */
export interface Gathered {
  readonly buckets: ReadonlyMap<string, Bucket>
  /** Why an alert is not sent to anybody, by fingerprint; those that are sent have no entry. */
  readonly verdicts: ReadonlyMap<string, Exclude<Verdict, { readonly tag: 'pass' }>>
  /** Alerts that no receiver was found for. */
  readonly unreachable: ReadonlySet<string>
}

/** What a round is judged with. */
export interface RoundContext {
  readonly policy: Policy
  /** Of the configuration; those of the state come on top. */
  readonly configuredSilences: readonly Silence[]
  readonly nowMs: number
}

/** The stages that look at one alert: silence, inhibit, acknowledgement, route, mute times, escalate, group. Pure. */
export function gather(
  state: Pick<AlertingState, 'episodes' | 'silences' | 'overrides'>,
  active: readonly Episode[],
  context: RoundContext,
): Gathered {
  const { policy, nowMs } = context
  const buckets = new Map<string, Bucket>()
  const verdicts = new Map<string, Exclude<Verdict, { readonly tag: 'pass' }>>()
  const unreachable = new Set<string>()
  const judge = judgeOf(state, active, context)
  const isNow = memo((times: Route['muteTimes']) => times.some((intervals) => isWithin(intervals, nowMs)))
  const resolve = resolverOf(state, context)
  for (const episode of active) {
    const verdict = judge(episode)
    if (verdict.tag === 'held') verdicts.set(episode.fingerprint, verdict)
    for (const route of routesOf(episode, policy.routing)) {
      const times = judgeTimes(route, isNow)
      if (times.tag === 'held' && verdict.tag === 'pass') verdicts.set(episode.fingerprint, times)
      const isWanted = verdict.tag === 'pass' && times.tag === 'pass'
      const count = place(episode, route, { buckets, resolve, policy, nowMs, isWanted })
      if (count === 0) unreachable.add(episode.fingerprint)
    }
  }
  return { buckets, verdicts, unreachable }
}

function judgeOf(
  state: Pick<AlertingState, 'silences'>,
  active: readonly Episode[],
  { policy, configuredSilences, nowMs }: RoundContext,
): (episode: Episode) => Verdict {
  const silences = [...configuredSilences, ...state.silences.values()]
  const inhibited = inhibitionOf(active, policy.inhibit)
  return (episode) => {
    const silenced = silences.length === 0 ? PASS : judgeSilence(episode.labels, silences, nowMs)
    if (silenced.tag === 'held') return silenced
    const held = inhibited(episode)
    if (held.tag === 'held') return held
    const { acknowledgement } = episode
    if (acknowledgement === null || !isAcknowledged(episode, nowMs)) return PASS
    const reason = `acknowledged by ${acknowledgement.by} via ${acknowledgement.via}`
    return { tag: 'held', by: 'acknowledged', reason, untilMs: acknowledgement.untilMs ?? undefined }
  }
}

function judgeTimes({ muteTimes, activeTimes }: Route, isNow: (times: Route['muteTimes']) => boolean): Verdict {
  if (isNow(muteTimes)) return { tag: 'held', by: 'mute-time', reason: 'one of the route’s mute_times' }
  if (activeTimes.length === 0 || isNow(activeTimes)) return PASS
  return { tag: 'held', by: 'mute-time', reason: 'outside of the route’s active_times' }
}

/** Who stands behind targets is found once in a round: calendars are slow. */
function resolverOf({ overrides }: Pick<AlertingState, 'overrides'>, { policy, nowMs }: RoundContext): ResolveTargets {
  const book = { channels: policy.channels, oncall: policy.oncall, overrides: [...overrides.values()] }
  return memo((targets) => destinationsOf(targets, book, nowMs))
}

function memo<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    const made = make(key)
    known.set(key, made)
    return made
  }
}

interface Placing {
  readonly buckets: Map<string, Bucket>
  readonly resolve: ResolveTargets
  readonly policy: Policy
  readonly nowMs: number
  readonly isWanted: boolean
}

/** Puts an alert into the buckets of its receivers. Resolves to their number. */
function place(episode: Episode, route: Route, { buckets, resolve, policy, nowMs, isWanted }: Placing): number {
  const group = groupOf(episode, route)
  const startedAtMs = episode.escalatedAtMs[route.id] ?? null
  let count = 0
  for (const { destination, step } of reachedDestinations(route.steps, startedAtMs, nowMs, resolve)) {
    const channel = policy.channels.get(destination.channel)
    if (!channel || !isAtLeast(episode.severity, channel.minSeverity) || isAboutChannel(episode, channel.name)) continue
    count += 1
    const key = ledgerKey(group.key, destinationKey(destination))
    const known = buckets.get(key)
    const { key: groupKey, labels: groupLabels } = group
    const bucket = known ?? { key, groupKey, groupLabels, destination, route, step, wanted: new Map() }
    if (!known) buckets.set(key, bucket)
    if (isWanted) bucket.wanted.set(episode.fingerprint, episode)
  }
  return count
}

function isAboutChannel({ rule, ownLabels }: Episode, channel: string): boolean {
  return rule === NOTIFICATION_FAILING && ownLabels[CHANNEL_LABEL] === channel
}
