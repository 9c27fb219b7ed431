import type { LabelMatcher } from '../../../config/alerting/label-matcher.ts'
import { isoInstant } from '../../../core/instant.ts'
import { matchLabels } from './match-labels.ts'
import type { Verdict } from './verdict.ts'

/** While it lasts, alerts that fit are not sent; that one is over is told all the same to those who were told of it. */
export interface Silence {
  readonly id: string
  readonly match: readonly LabelMatcher[]
  readonly fromMs: number
  readonly untilMs: number
  readonly author: string
  readonly comment: string
  readonly createdAtMs: number
}

/** Whether it counts at an instant. */
export function isInForce({ fromMs, untilMs }: Pick<Silence, 'fromMs' | 'untilMs'>, nowMs: number): boolean {
  return nowMs >= fromMs && nowMs < untilMs
}

/** The silence stage: held by the silence that lasts longest. Pure. */
export function judgeSilence(
  labels: Readonly<Record<string, string>>,
  silences: readonly Silence[],
  nowMs: number,
): Verdict {
  const fitting = silences.filter((silence) => isInForce(silence, nowMs) && matchLabels(silence.match, labels))
  const longest = fitting.toSorted((a, b) => b.untilMs - a.untilMs)[0]
  if (!longest) return { tag: 'pass' }
  const { id, author, comment, untilMs } = longest
  const reason = `silence ${id} by ${author} until ${isoInstant(untilMs)}: ${comment}`
  return { tag: 'held', by: 'silence', reason, untilMs }
}
