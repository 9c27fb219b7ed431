import type * as z from 'zod'
import { isoInstant } from '../../core/instant.ts'
import { humanDuration } from '../human-units.ts'
import { paint } from '../paint.ts'
import { textTable, type TextColumn } from '../text-table.ts'
import type { historyAnswer, onCallAnswer, ShownAlert, silencesAnswer } from './service-answers.ts'

const left = (title: string): TextColumn => ({ title, align: 'left' })

/** `2026-01-31 18:00:00 UTC`. */
export function showInstant(atMs: number): string {
  return `${isoInstant(atMs).slice(0, 19).replace('T', ' ')} UTC`
}

/** Alerts that fire, as a table. */
export function alertsText(alerts: readonly ShownAlert[], nowMs: number, colour: boolean): string {
  if (alerts.length === 0) return paint('green', 'Nothing fires.\n', colour)
  const rows = alerts.map((alert) => [
    alert.fingerprint.slice(0, 8),
    alert.severity === 'critical' ? paint('red', alert.severity, colour) : alert.severity,
    labelled(alert),
    humanDuration(nowMs - alert.startedAtMs),
    stateOf(alert),
    alert.summary,
  ])
  return textTable(['ID', 'SEVERITY', 'ALERT', 'FOR', 'STATE', 'SUMMARY'].map(left), rows)
}

function labelled({ rule, labels }: ShownAlert): string {
  const texts = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  return texts.length === 0 ? rule : `${rule}{${texts.join(', ')}}`
}

function stateOf({ acknowledgement, held, isFlapping, told }: ShownAlert): string {
  if (acknowledgement) return `acknowledged by ${acknowledgement.by}`
  if (held) return `held: ${held.by}`
  if (isFlapping) return 'flapping'
  return told.length === 0 ? 'not told yet' : `told to ${told.length}`
}

/** All about one alert. */
export function alertText(alert: ShownAlert, nowMs: number): string {
  const { acknowledgement, held } = alert
  const lines = [
    `${labelled(alert)} (${alert.fingerprint})`,
    `  ${alert.severity}: ${alert.summary}`,
    `  since ${showInstant(alert.startedAtMs)} (${humanDuration(nowMs - alert.startedAtMs)})`,
    ...(alert.why === '' ? [] : [`  why: ${alert.why}`]),
    ...(alert.remedy === '' ? [] : [`  what to do: ${alert.remedy}`]),
    ...(alert.runbook === '' ? [] : [`  runbook: ${alert.runbook}`]),
    ...(alert.isFlapping ? ['  it comes and goes: changes are held back until it is calm'] : []),
    ...(acknowledgement
      ? [
          `  acknowledged by ${acknowledgement.by}, ${showInstant(acknowledgement.atMs)} ${acknowledgement.comment}`.trimEnd(),
        ]
      : []),
    ...(held ? [`  held by ${held.by}: ${held.reason}`] : []),
    ...alert.told.map(({ receiver, atMs }) => `  ${receiver} was told, ${showInstant(atMs)}`),
    ...alert.decisions.map(({ receiver, decision }) => `  ${receiver}: ${decision}`),
  ]
  return `${lines.join('\n')}\n`
}

/** Who was told what, when; the newest last, as in a log. */
export function historyText({ history }: z.output<typeof historyAnswer>): string {
  if (history.length === 0) return 'Nothing was told yet.\n'
  const rows = history.toReversed().map(({ atMs, what, who, via, reason, alerts, firing, resolved }) => {
    const counts = firing + resolved > 0 ? `${firing} firing, ${resolved} over` : ''
    const names = [...new Set(alerts.map((alert) => alert.split(' ', 1)[0] ?? ''))].join(' ')
    return [showInstant(atMs), what, who, via, [names, counts, reason].filter((part) => part !== '').join('; ')]
  })
  return textTable(['WHEN', 'WHAT', 'WHO', 'VIA', 'ABOUT'].map(left), rows)
}

/** Silences as a table. */
export function silencesText({ silences }: z.output<typeof silencesAnswer>): string {
  if (silences.length === 0) return 'There are no silences.\n'
  const rows = silences.map(({ id, match, fromMs, untilMs, author, comment, isInForce }) => [
    id,
    isInForce ? 'in force' : `from ${showInstant(fromMs)}`,
    showInstant(untilMs),
    author,
    match.join(' '),
    comment,
  ])
  return textTable(['ID', 'STATE', 'UNTIL', 'AUTHOR', 'MATCH', 'COMMENT'].map(left), rows)
}

/** Who is on call, as a table. */
export function onCallText({ schedules }: z.output<typeof onCallAnswer>): string {
  if (schedules.length === 0) return 'There are no schedules: see alerting.oncall in docs/configuration.md.\n'
  const rows = schedules.map(({ schedule, person, reason, nextHandOffMs, timeZone }) => [
    schedule,
    person ?? 'nobody',
    nextHandOffMs === null ? '' : showInstant(nextHandOffMs),
    reason,
    timeZone,
  ])
  return textTable(['SCHEDULE', 'ON CALL', 'UNTIL', 'WHY', 'TIME ZONE'].map(left), rows)
}
