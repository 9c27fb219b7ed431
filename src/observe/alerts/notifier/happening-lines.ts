import type { Severity } from '../alert-instance.ts'
import type { Episode } from '../stages/episode.ts'
import type { NotifierLog } from './alert-notifier.ts'
import type { HistoryEntry } from './history-entry.ts'

const LEVELS: Readonly<Record<Severity, NotifierLog['level']>> = {
  critical: 'CRITICAL',
  warning: 'WARNING',
  info: 'INFO',
}

/** A storm of alerts is not to fill the log: the rest of a round is counted. */
const LINES_PER_ROUND = 20

/** Log lines about alerts that began or ended in a round, at most some of them one by one. Pure. */
export function episodeLines(changed: readonly Episode[]): readonly NotifierLog[] {
  const lines = changed.slice(0, LINES_PER_ROUND).map(episodeLine)
  const rest = changed.length - lines.length
  if (rest === 0) return lines
  return [
    ...lines,
    { level: 'WARNING', message: 'More alerts began or ended at the same time', fields: { alerts: rest } },
  ]
}

function episodeLine({
  rule,
  fingerprint,
  severity,
  ownLabels,
  annotations,
  startedAtMs,
  endedAtMs,
}: Episode): NotifierLog {
  const fields = { ...ownLabels, alert: rule, severity, fingerprint }
  if (endedAtMs === null) {
    const more = { ...fields, why: annotations.why, remedy: annotations.remedy }
    return { level: LEVELS[severity], message: `Alert ${rule}: ${annotations.summary}`, fields: more }
  }
  const lasted = { ...fields, lasted_seconds: Math.round((endedAtMs - startedAtMs) / 1000) }
  return { level: 'INFO', message: `Alert ${rule} is over`, fields: lasted }
}

const ACTS: Readonly<Partial<Record<HistoryEntry['what'], string>>> = {
  acknowledged: 'Alerts acknowledged',
  silenced: 'Alerts silenced',
  'silence-ended': 'A silence was ended',
  override: 'Somebody takes over a turn on call',
  'override-ended': 'A turn on call was given back',
  test: 'A channel was tested',
}

/** The log line about what a person did; null for what the notifier does by itself, which has lines of its own. Pure. */
export function actLine({ what, who, via, reason, alerts }: HistoryEntry): NotifierLog | null {
  const message = ACTS[what]
  if (message === undefined) return null
  return { level: 'INFO', message, fields: { via, reason, alerts: alerts.join(', ') }, actor: actorOf(who, via) }
}

/** As everywhere in the log: the way in, then the name; a way of several words, such as a link, is named by its first. */
function actorOf(who: string, via: string): string {
  const [way = ''] = via.split(' ', 1)
  return who.startsWith(`${way}:`) ? who : `${way}:${who}`
}
