import { isoInstant } from '../../../core/instant.ts'
import type { AlertMessage, MessageAlert, MessageLinks } from './alert-message.ts'

/** A message as people read it; each channel gives it its form. */
export interface DescribedMessage {
  /** One line: what, and how bad. */
  readonly title: string
  /** Why it is sent to this receiver, when that is not plain. */
  readonly notes: readonly string[]
  readonly alerts: readonly DescribedAlert[]
  /** Alerts that are not among `alerts`. */
  readonly more: string | null
  readonly links: readonly DescribedLink[]
}

/** An alert in words. */
export interface DescribedAlert {
  readonly isFiring: boolean
  readonly what: string
  /** `since 2026-01-31T18:00:00.000Z (3 h 10 min)`. */
  readonly when: string
  /** Severity, state and labels. */
  readonly facts: string
  readonly why: string | null
  readonly remedy: string | null
  readonly runbook: string | null
}

/** An address and what it leads to. */
export interface DescribedLink {
  readonly text: string
  readonly url: string
}

/** Puts a message into words, with at most `most` alerts. Pure. */
export function describeMessage(message: AlertMessage, links: MessageLinks, most: number): DescribedMessage {
  const lines = [...message.firing, ...message.resolved]
  const shown = lines.slice(0, most)
  const left = message.firingCount + message.resolvedCount - shown.length
  return {
    title: titleOf(message),
    notes: notesOf(message),
    alerts: shown.map((alert) => describeAlert(alert, message.createdAtMs)),
    more: left > 0 ? `and ${left} more` : null,
    links: linksOf(links),
  }
}

/** One line: `[CRITICAL] shop: error rate 12 % (3 tables)`. */
export function titleOf(message: AlertMessage): string {
  const { firing, resolved, firingCount, resolvedCount, pipeline } = message
  const [first] = firing.length > 0 ? firing : resolved
  const total = firingCount > 0 ? firingCount : resolvedCount
  const what = total === 1 && first ? first.summary : `${nameOf(message)} (${total} alerts)`
  return `[${stateWord(message)}] ${pipeline}: ${what}`
}

function stateWord({ reason, firingCount, severity }: AlertMessage): string {
  if (reason === 'test') return 'TEST'
  if (firingCount === 0) return 'RESOLVED'
  if (reason === 'acknowledged') return 'ACKNOWLEDGED'
  return severity.toUpperCase()
}

/** The rule that all have in common, else the group. */
function nameOf({ groupLabels, firing, resolved }: AlertMessage): string {
  const rules = new Set([...(firing.length > 0 ? firing : resolved)].map(({ rule }) => rule))
  const [only] = rules
  if (rules.size === 1 && only !== undefined) return only
  return groupLabels['alertname'] ?? `${rules.size} rules`
}

function notesOf({ note, reason, firing, destination }: AlertMessage): readonly string[] {
  const acknowledged = [...new Set(firing.flatMap(({ acknowledgedBy }) => acknowledgedBy ?? []))]
  return [
    ...(note === null ? [] : [note]),
    ...(reason === 'test' ? ['This is a test of the channel: nothing is wrong.'] : []),
    ...(reason === 'repeat' ? ['Still firing; nobody has acknowledged it.'] : []),
    ...(reason === 'flapping' ? ['It comes and goes: it is not told again until it is calm.'] : []),
    ...(acknowledged.length > 0 ? [`Acknowledged by ${acknowledged.join(', ')}.`] : []),
    ...(destination.person === undefined ? [] : [`For ${destination.person}.`]),
  ]
}

function describeAlert(alert: MessageAlert, nowMs: number): DescribedAlert {
  const isFiring = alert.endedAtMs === null
  const labels = Object.entries(alert.labels).filter(([name]) => !['alertname', 'severity', 'pipeline'].includes(name))
  const facts = [
    alert.severity,
    alert.rule,
    ...labels.map(([name, value]) => `${name}=${value}`),
    ...(alert.isFlapping ? ['flapping'] : []),
  ]
  return {
    isFiring,
    what: alert.summary,
    when: spanOf(alert, nowMs),
    facts: facts.join(' · '),
    why: isFiring ? orNull([alert.description, alert.why].filter((text) => text !== '').join(' ')) : null,
    remedy: isFiring ? orNull(alert.remedy) : null,
    runbook: orNull(alert.runbook),
  }
}

function spanOf({ startedAtMs, endedAtMs }: MessageAlert, nowMs: number): string {
  if (endedAtMs === null) return `since ${minute(startedAtMs)} (${humanSpan(nowMs - startedAtMs)})`
  return `from ${minute(startedAtMs)} to ${minute(endedAtMs)} (${humanSpan(endedAtMs - startedAtMs)})`
}

/** `2026-01-31 18:00 UTC`. */
function minute(atMs: number): string {
  return `${isoInstant(atMs).slice(0, 16).replace('T', ' ')} UTC`
}

/** `3 h 10 min`, `45 s`. */
export function humanSpan(spanMs: number): string {
  const seconds = Math.max(0, Math.round(spanMs / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

function linksOf({ alerts, acknowledge }: MessageLinks): readonly DescribedLink[] {
  return [
    ...(acknowledge === null ? [] : [{ text: 'Acknowledge', url: acknowledge }]),
    ...(alerts === null ? [] : [{ text: 'Alerts', url: alerts }]),
  ]
}

function orNull(text: string): string | null {
  return text === '' ? null : text
}
