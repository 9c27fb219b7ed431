import type { Severity } from '../alert-instance.ts'
import { destinationKey } from '../stages/destination.ts'
import { isAcknowledged, type Acknowledgement, type Episode } from '../stages/episode.ts'
import type { AlertNotifier } from './alert-notifier.ts'

/** An alert that fires, with who knows of it and why others do not. */
export interface AlertView {
  readonly fingerprint: string
  readonly rule: string
  readonly severity: Severity
  readonly labels: Readonly<Record<string, string>>
  readonly value: number | null
  readonly startedAtMs: number
  readonly summary: string
  readonly why: string
  readonly remedy: string
  readonly runbook: string
  readonly isFlapping: boolean
  readonly acknowledgement: Acknowledgement | null
  /** Why nobody is told, by the stage that holds it; null when none does. */
  readonly held: { readonly by: string; readonly reason: string } | null
  /** Receivers that believe that it fires, and since when they were told. */
  readonly told: readonly { readonly receiver: string; readonly atMs: number }[]
  /** What was decided for each receiver in the last round. */
  readonly decisions: readonly { readonly receiver: string; readonly decision: string }[]
}

/** Puts an alert and the decisions about it together. */
export function alertView(episode: Episode, notifier: AlertNotifier, nowMs: number): AlertView {
  const { fingerprint, rule, severity, ownLabels, value, startedAtMs, annotations, acknowledgement } = episode
  const { state, lastRound } = notifier
  const verdict = lastRound?.gathered.verdicts.get(fingerprint)
  const unreachable = lastRound?.gathered.unreachable.has(fingerprint) === true
  const told = [...state.ledgers.values()].flatMap((ledger) => {
    const known = ledger.told.get(fingerprint)
    return known?.isOpen === true ? [{ receiver: destinationKey(ledger.destination), atMs: known.toldAtMs }] : []
  })
  const { summary, why, remedy, runbook } = annotations
  return {
    fingerprint,
    rule,
    severity,
    labels: ownLabels,
    value,
    startedAtMs,
    summary,
    why,
    remedy,
    runbook,
    isFlapping: state.flaps.get(fingerprint)?.isFlapping === true,
    acknowledgement: acknowledgement && isAcknowledged(episode, nowMs) ? acknowledgement : null,
    held: verdict ?? (unreachable ? { by: 'route', reason: 'no receiver takes it' } : null),
    told: told.toSorted((x, y) => (x.receiver < y.receiver ? -1 : 1)),
    decisions: decisionsAbout(fingerprint, notifier),
  }
}

function decisionsAbout(fingerprint: string, { lastRound }: AlertNotifier): AlertView['decisions'] {
  return [...(lastRound?.gathered.buckets.values() ?? [])].flatMap((bucket) => {
    const decision = lastRound?.decisions.get(bucket.key)
    if (!decision || !bucket.wanted.has(fingerprint)) return []
    return [{ receiver: destinationKey(bucket.destination), decision: `${decision.tag}: ${decision.reason}` }]
  })
}
