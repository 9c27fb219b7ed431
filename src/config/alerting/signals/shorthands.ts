import type { Aggregation, LabelFilter, SeriesExpression, SignalDefinition } from '../series-expression.ts'

const MINUTE_MS = 60_000

/** Signals of one area. */
export type Signals = Readonly<Record<string, SignalDefinition>>

/** The present value of a gauge. */
export function latest(family: string, aggregation: Aggregation, where?: LabelFilter): SeriesExpression {
  return { tag: 'latest', family, aggregation, where }
}

/** Growth of a counter per second. */
export function rate(family: string, where?: LabelFilter): SeriesExpression {
  return { tag: 'rate', family, where }
}

/** Growth of a counter. */
export function increase(family: string, where?: LabelFilter): SeriesExpression {
  return { tag: 'increase', family, where }
}

/** `left` divided by `right`; no value where `right` is not above 0. */
export function quotient(left: SeriesExpression, right: SeriesExpression): SeriesExpression {
  return { tag: 'arithmetic', op: '/', left, right }
}

/** Minutes as milliseconds. */
export function minutes(count: number): number {
  return count * MINUTE_MS
}
