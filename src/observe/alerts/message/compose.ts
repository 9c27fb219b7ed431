import type { Severity } from '../alert-instance.ts'
import type { SendReason } from '../stages/decide.ts'
import type { Destination } from '../stages/destination.ts'
import { isAcknowledged, type Episode } from '../stages/episode.ts'
import { isAtLeast } from '../stages/policy.ts'
import { MOST_LINES, type AlertMessage, type MessageAlert } from './alert-message.ts'

const LONGEST_TEXT = 1000

/** Everything that a message is made of. */
export interface MessageParts {
  readonly id: string
  readonly pipeline: string
  readonly reason: SendReason | 'test'
  readonly groupKey: string
  readonly groupLabels: Readonly<Record<string, string>>
  readonly threadId: string
  readonly isFirstOfThread: boolean
  readonly destination: Destination
  readonly firing: readonly Episode[]
  readonly resolved: readonly Episode[]
  readonly isFlapping: (fingerprint: string) => boolean
  readonly nowMs: number
}

/** Puts a message together: the worst alerts first, then those that fire longest; the rest is counted. Pure. */
export function composeMessage(parts: MessageParts): AlertMessage {
  const { firing, resolved, isFlapping, nowMs, ...same } = parts
  const line = (episode: Episode): MessageAlert => lineOf(episode, isFlapping(episode.fingerprint), nowMs)
  return {
    ...same,
    firing: sorted(firing).slice(0, MOST_LINES).map(line),
    resolved: sorted(resolved).slice(0, MOST_LINES).map(line),
    firingCount: firing.length,
    resolvedCount: resolved.length,
    severity: worstOf(firing.length > 0 ? firing : resolved),
    createdAtMs: nowMs,
    note: null,
  }
}

function sorted(episodes: readonly Episode[]): readonly Episode[] {
  return episodes.toSorted((a, b) => {
    if (a.severity !== b.severity) return isAtLeast(a.severity, b.severity) ? -1 : 1
    return a.startedAtMs - b.startedAtMs || (a.fingerprint < b.fingerprint ? -1 : 1)
  })
}

function worstOf(episodes: readonly Episode[]): Severity {
  return episodes.reduce<Severity>((worst, { severity }) => (isAtLeast(severity, worst) ? severity : worst), 'info')
}

function lineOf(episode: Episode, isFlapping: boolean, nowMs: number): MessageAlert {
  const { annotations, acknowledgement } = episode
  return {
    fingerprint: episode.fingerprint,
    rule: episode.rule,
    labels: episode.labels,
    severity: episode.severity,
    value: episode.value,
    startedAtMs: episode.startedAtMs,
    endedAtMs: episode.endedAtMs,
    summary: cut(annotations.summary),
    description: cut(annotations.description),
    why: cut(annotations.why),
    remedy: cut(annotations.remedy),
    runbook: cut(annotations.runbook),
    isFlapping,
    acknowledgedBy: acknowledgement && isAcknowledged(episode, nowMs) ? acknowledgement.by : null,
  }
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text
}
