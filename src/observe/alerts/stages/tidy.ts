import type { AlertingState, StateChange } from './alerting-state.ts'
import type { Ledger, ToldAlert } from './ledger.ts'
import { CAP_WINDOW_MS } from './plan-round.ts'
import type { Policy } from './policy.ts'

/** How long it is remembered that a receiver could not be reached. */
const TRIED_MS = 3_600_000

/**
 * Forgets what nobody needs any more: alerts that are over and known to be, silences and overrides that have ended, times of messages.
 * Changes in place only what may be lost; the rest is in the result.
 */
export function tidy(state: AlertingState, policy: Policy, nowMs: number): readonly StateChange[] {
  tidyTimes(state, nowMs)
  const ledgers = [...state.ledgers.values()].map((ledger) => {
    return { ledger, after: tidyLedger(ledger, state, { policy, nowMs }) }
  })
  const open = openAlerts(
    ledgers.flatMap(({ after }) => after ?? []),
    state,
  )
  return [
    ...ledgers
      .filter(({ ledger, after }) => ledger !== after)
      .map(({ ledger, after }): StateChange => ({ tag: 'ledger', key: ledger.key, value: after })),
    ...[...state.episodes]
      .filter(([key, { endedAtMs }]) => endedAtMs !== null && !open.has(key))
      .map(([key]): StateChange => ({ tag: 'episode', key, value: null })),
    ...ended(state.silences, nowMs).map((key): StateChange => ({ tag: 'silence', key, value: null })),
    ...ended(state.overrides, nowMs).map((key): StateChange => ({ tag: 'override', key, value: null })),
  ]
}

/** Alerts that somebody believes to fire, or is about to be told of: they must hear that it is over. */
function openAlerts(ledgers: readonly Ledger[], { outbox }: Pick<AlertingState, 'outbox'>): ReadonlySet<string> {
  const open = new Set<string>()
  for (const { told } of ledgers) {
    for (const [fingerprint, { isOpen }] of told) if (isOpen) open.add(fingerprint)
  }
  for (const { firing, resolved } of outbox.values()) {
    for (const { fingerprint } of firing) open.add(fingerprint)
    for (const fingerprint of resolved) open.add(fingerprint)
  }
  return open
}

function ended(map: ReadonlyMap<string, { readonly untilMs: number }>, nowMs: number): readonly string[] {
  return [...map].filter(([, { untilMs }]) => nowMs >= untilMs).map(([key]) => key)
}

function tidyTimes({ sentAtMs }: Pick<AlertingState, 'sentAtMs'>, nowMs: number): void {
  for (const [key, sent] of sentAtMs) {
    const recent = sent.filter((atMs) => nowMs < atMs + CAP_WINDOW_MS)
    if (recent.length === 0) sentAtMs.delete(key)
    else if (recent.length < sent.length) sentAtMs.set(key, recent)
  }
}

interface TidyContext {
  readonly policy: Policy
  readonly nowMs: number
}

/** The ledger without alerts that are over and whose cooldown has passed; itself when nothing changes, null when nothing is left. */
function tidyLedger(ledger: Ledger, state: AlertingState, context: TidyContext): Ledger | null {
  const { policy, nowMs } = context
  const tellsEnd = policy.channels.get(ledger.destination.channel)?.sendResolved !== false
  const told = new Map<string, ToldAlert>()
  let isChanged = false
  for (const [fingerprint, before] of ledger.told) {
    const after = tidyTold(fingerprint, before, { state, tellsEnd, nowMs })
    if (after) told.set(fingerprint, after)
    isChanged ||= after !== before
  }
  const isOutdated = ledger.told.size > 0 || nowMs >= (ledger.triedAtMs ?? 0) + TRIED_MS
  if (told.size === 0 && isOutdated) return null
  return isChanged ? { ...ledger, told } : ledger
}

interface ToldContext {
  readonly state: AlertingState
  readonly tellsEnd: boolean
  readonly nowMs: number
}

function tidyTold(fingerprint: string, before: ToldAlert, { state, tellsEnd, nowMs }: ToldContext): ToldAlert | null {
  const isFlapping = state.flaps.get(fingerprint)?.isFlapping === true
  const isActive = state.episodes.get(fingerprint)?.endedAtMs === null
  const isOpen = before.isOpen && (tellsEnd || isFlapping || isActive)
  if (!isOpen && !isFlapping && nowMs >= before.toldAtMs + before.cooldownMs) return null
  return isOpen === before.isOpen ? before : { ...before, isOpen }
}
