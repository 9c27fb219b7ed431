import type { Grouping } from '../../../config/alerting/routes-section.ts'
import { isAcknowledged, type Episode } from './episode.ts'
import type { Ledger, ToldAlert } from './ledger.ts'

/** Why a message is sent. */
export type SendReason = 'firing' | 'resolved' | 'repeat' | 'flapping' | 'acknowledged'

/** What is done for one receiver and group in a round, and why. */
export type Decision =
  | {
      readonly tag: 'send'
      readonly reason: SendReason
      /** What the receiver is to believe afterwards: everything of the group that fires. */
      readonly firing: readonly Episode[]
      /** Fingerprints of those that are over. */
      readonly resolved: readonly string[]
    }
  | {
      readonly tag: 'wait'
      readonly for: 'cooldown' | 'in-flight' | 'cap' | 'group-wait' | 'group-interval'
      readonly reason: string
      readonly untilMs: number | null
    }
  | { readonly tag: 'nothing'; readonly reason: string }

/** What is known of one receiver and group. */
export interface Situation {
  readonly ledger: Ledger | null
  /** Alerts that no stage holds back: those that the receiver is to be told of. */
  readonly wanted: ReadonlyMap<string, Episode>
  /** Every alert that fires, by fingerprint; of those that are over there are none. */
  readonly active: ReadonlyMap<string, Episode>
  readonly isFlapping: (fingerprint: string) => boolean
  readonly grouping: Pick<Grouping, 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs'>
  /** Later steps of a chain have waited enough. */
  readonly isLaterStep: boolean
  readonly sendResolved: boolean
  readonly tellsAcknowledged: boolean
  /** Since when there is something to tell; null: not before this round. */
  readonly waitingSinceMs: number | null
  /** A message to this receiver about this group is on its way. */
  readonly isInFlight: boolean
  /** When the receiver may have another message at all; 0: now. */
  readonly cappedUntilMs: number
  readonly nowMs: number
}

/** What there would be to tell. */
interface News {
  readonly fresh: readonly Episode[]
  readonly again: readonly Episode[]
  readonly flapping: readonly Episode[]
  readonly resolved: readonly string[]
  readonly isAcknowledged: boolean
  /** Until when the first of those that are held by their cooldown are. */
  readonly cooldownUntilMs: number | null
}

/** The stages of one receiver and group: deduplicate, cooldown, group timing, cap. Pure. */
export function decide(situation: Situation): Decision {
  const news = newsOf(situation)
  const reason = reasonOf(news)
  if (reason === null) {
    if (news.cooldownUntilMs === null) return { tag: 'nothing', reason: 'the receiver knows everything' }
    return { tag: 'wait', for: 'cooldown', reason: 'cooldown of the rule', untilMs: news.cooldownUntilMs }
  }
  return obstacle(situation, reason) ?? { tag: 'send', reason, ...contentOf(situation, news) }
}

/** What there is to tell apart from timing; null when nothing is. */
function reasonOf(news: News): SendReason | null {
  if (news.fresh.length > 0) return 'firing'
  if (news.flapping.length > 0) return 'flapping'
  if (news.resolved.length > 0) return 'resolved'
  if (news.again.length > 0) return 'repeat'
  return news.isAcknowledged ? 'acknowledged' : null
}

/** Deduplicates what is wanted against what the receiver knows, and keeps each alert's cooldown. Pure. */
function newsOf(situation: Situation): News {
  const { ledger, active, isFlapping, sendResolved } = situation
  const told = ledger?.told ?? new Map<string, ToldAlert>()
  const wanted = wantedNews(situation, told)
  const open = [...told].filter(([, each]) => each.isOpen)
  const resolved = open.filter(([fingerprint]) => sendResolved && !active.has(fingerprint) && !isFlapping(fingerprint))
  const flapping = open.flatMap(([fingerprint, { knowsFlapping }]) => {
    return isFlapping(fingerprint) && !knowsFlapping ? (active.get(fingerprint) ?? []) : []
  })
  return {
    ...wanted,
    flapping,
    resolved: resolved.map(([fingerprint]) => fingerprint),
    isAcknowledged: acknowledgementIsNews(situation, open),
  }
}

function wantedNews(
  situation: Situation,
  told: ReadonlyMap<string, ToldAlert>,
): Pick<News, 'fresh' | 'again' | 'cooldownUntilMs'> {
  const fresh: Episode[] = []
  const again: Episode[] = []
  let cooldownUntilMs: number | null = null
  for (const episode of situation.wanted.values()) {
    const known = told.get(episode.fingerprint)
    // Who knows that it comes and goes is not told of it each time.
    if (known?.knowsFlapping === true && situation.isFlapping(episode.fingerprint)) continue
    const isKnown = knows(known, episode)
    const dueMs = dueAt(episode, known, situation)
    if (situation.nowMs >= dueMs) (isKnown ? again : fresh).push(episode)
    else if (!isKnown) cooldownUntilMs = Math.min(dueMs, cooldownUntilMs ?? dueMs)
  }
  return { fresh, again, cooldownUntilMs }
}

/** Whether a receiver surely believes that this very episode fires. */
function knows(known: ToldAlert | undefined, { startedAtMs }: Episode): boolean {
  return known?.isOpen === true && known.isSure && known.startedAtMs === startedAtMs
}

/** When an alert may be mentioned again: after its cooldown, and after repeat_interval to those who know of it. */
function dueAt(episode: Episode, known: ToldAlert | undefined, { grouping, nowMs }: Situation): number {
  if (known?.isSure !== true) return nowMs
  const { cooldownMs } = episode
  return known.toldAtMs + (knows(known, episode) ? Math.max(grouping.repeatIntervalMs, cooldownMs) : cooldownMs)
}

function acknowledgementIsNews(
  { active, tellsAcknowledged, nowMs }: Situation,
  open: readonly (readonly [string, ToldAlert])[],
): boolean {
  if (!tellsAcknowledged || open.length === 0) return false
  const firing = open.filter(([fingerprint]) => active.has(fingerprint))
  const isOurs = ([fingerprint]: readonly [string, ToldAlert]): boolean => {
    const episode = active.get(fingerprint)
    return episode !== undefined && isAcknowledged(episode, nowMs)
  }
  return firing.length > 0 && firing.every(isOurs) && firing.some(([, { knowsAcknowledged }]) => !knowsAcknowledged)
}

/** What keeps a message from being sent now. */
function obstacle(situation: Situation, reason: SendReason): Decision | null {
  const { ledger, grouping, nowMs, isInFlight, cappedUntilMs } = situation
  if (isInFlight)
    return { tag: 'wait', for: 'in-flight', reason: 'a message to this receiver is on its way', untilMs: null }
  if (nowMs < cappedUntilMs) {
    return { tag: 'wait', for: 'cap', reason: 'the receiver has had its messages of this hour', untilMs: cappedUntilMs }
  }
  if (reason === 'acknowledged') return null
  const isUrgent = situation.isLaterStep || reason === 'repeat'
  const waitedUntilMs = (situation.waitingSinceMs ?? nowMs) + (isUrgent ? 0 : grouping.groupWaitMs)
  if (nowMs < waitedUntilMs)
    return { tag: 'wait', for: 'group-wait', reason: 'group_wait: more may follow', untilMs: waitedUntilMs }
  const intervalUntilMs = ledger?.triedAtMs == null ? nowMs : ledger.triedAtMs + grouping.groupIntervalMs
  if (nowMs < intervalUntilMs)
    return { tag: 'wait', for: 'group-interval', reason: 'group_interval', untilMs: intervalUntilMs }
  return null
}

/** The whole picture: what is new, and what the receiver knows already and still fires. */
function contentOf(
  { ledger, active }: Situation,
  news: News,
): { readonly firing: readonly Episode[]; readonly resolved: readonly string[] } {
  const firing = new Map<string, Episode>()
  for (const episode of [...news.fresh, ...news.flapping, ...news.again]) firing.set(episode.fingerprint, episode)
  const resolved = new Set(news.resolved)
  for (const [fingerprint, { isOpen }] of ledger?.told ?? []) {
    const episode = active.get(fingerprint)
    if (isOpen && episode && !resolved.has(fingerprint)) firing.set(fingerprint, episode)
  }
  return { firing: [...firing.values()], resolved: news.resolved }
}
