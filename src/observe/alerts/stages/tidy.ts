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
  const changes: StateChange[] = []
  const open = new Set<string>()
  for (const ledger of state.ledgers.values()) {
    const after = tidyLedger(ledger, state, { policy, nowMs })
    if (after !== ledger) changes.push({ tag: 'ledger', key: ledger.key, value: after })
    for (const [fingerprint, { isOpen }] of after?.told ?? []) if (isOpen) open.add(fingerprint)
  }
  for (const { firing, resolved } of state.outbox.values()) {
    // Who is about to be told that it fires must be told that it is over.
    for (const { fingerprint } of firing) open.add(fingerprint)
    for (const fingerprint of resolved) open.add(fingerprint)
  }
  for (const [key, { endedAtMs }] of state.episodes) {
    if (endedAtMs !== null && !open.has(key)) changes.push({ tag: 'episode', key, value: null })
  }
  for (const [key, { untilMs }] of state.silences) {
    if (nowMs >= untilMs) changes.push({ tag: 'silence', key, value: null })
  }
  for (const [key, { untilMs }] of state.overrides) {
    if (nowMs >= untilMs) changes.push({ tag: 'override', key, value: null })
  }
  for (const [key, sent] of state.sentAtMs) {
    const recent = sent.filter((atMs) => nowMs < atMs + CAP_WINDOW_MS)
    if (recent.length === 0) state.sentAtMs.delete(key)
    else if (recent.length < sent.length) state.sentAtMs.set(key, recent)
  }
  return changes
}

interface TidyContext {
  readonly policy: Policy
  readonly nowMs: number
}

function tidyLedger(ledger: Ledger, state: AlertingState, { policy, nowMs }: TidyContext): Ledger | null {
  const tellsEnd = policy.channels.get(ledger.destination.channel)?.sendResolved !== false
  const isOver = (fingerprint: string): boolean => {
    const episode = state.episodes.get(fingerprint)
    return episode === undefined || episode.endedAtMs !== null
  }
  const isFlapping = (fingerprint: string): boolean => state.flaps.get(fingerprint)?.isFlapping === true
  let isChanged = false
  const told = new Map<string, ToldAlert>()
  for (const [fingerprint, each] of ledger.told) {
    const isOpen = each.isOpen && (tellsEnd || isFlapping(fingerprint) || !isOver(fingerprint))
    if (isOpen || isFlapping(fingerprint) || nowMs < each.toldAtMs + each.cooldownMs) {
      told.set(fingerprint, isOpen === each.isOpen ? each : { ...each, isOpen })
      if (isOpen !== each.isOpen) isChanged = true
    } else {
      isChanged = true
    }
  }
  if (told.size === 0 && (ledger.told.size > 0 || nowMs >= (ledger.triedAtMs ?? 0) + TRIED_MS)) return null
  return isChanged ? { ...ledger, told } : ledger
}
