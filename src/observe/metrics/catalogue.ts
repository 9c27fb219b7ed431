import { ALERT_METRICS } from './catalogue/alert-metrics.ts'
import { GUIDE_METRICS } from './catalogue/guide-metrics.ts'
import { LOG_METRICS } from './catalogue/log-metrics.ts'
import { NODE_METRICS } from './catalogue/node-metrics.ts'
import { PIPELINE_METRICS } from './catalogue/pipeline-metrics.ts'
import { SERVICE_METRICS } from './catalogue/service-metrics.ts'
import { SOURCE_METRICS } from './catalogue/source-metrics.ts'
import { TARGET_METRICS } from './catalogue/target-metrics.ts'

/**
 * The one catalogue of metrics: name -> type, unit, labels, help, how to read it. `docs/metrics.md` is generated from it, and only what
 * stands here can be written. Add a family to the part that it belongs to.
 */
export const METRICS = {
  ...GUIDE_METRICS,
  ...SOURCE_METRICS,
  ...PIPELINE_METRICS,
  ...TARGET_METRICS,
  ...SERVICE_METRICS,
  ...LOG_METRICS,
  ...ALERT_METRICS,
  ...NODE_METRICS,
} as const

/** A name of the catalogue. */
export type MetricName = keyof typeof METRICS

/** Names of one type. */
export type MetricNameOf<Type extends 'counter' | 'gauge' | 'histogram'> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never
}[MetricName]

/** Names whose series show the time since a moment. */
export type MomentName = {
  [Name in MetricName]: (typeof METRICS)[Name] extends { readonly holds: 'moment' } ? Name : never
}[MetricName]

type TextPer<Labels extends readonly string[]> = { readonly [Index in keyof Labels]: string }

/** One text per label of the family, in the catalogue's order. */
export type LabelValues<Name extends MetricName> = TextPer<(typeof METRICS)[Name]['labels']>

/** Whether a text names a family. */
export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name)
}
