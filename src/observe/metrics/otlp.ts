import { type MetricName, METRICS } from './catalogue.ts'
import type { MetricFamily } from './metric-family.ts'
import type { SeriesTable } from './series-table.ts'
import type { ShownSeries } from './shown-series.ts'

/** What the exporter says of this process. */
export interface OtlpResource {
  readonly pipeline: string
  readonly version: string
  readonly startedAtMs: number
}

/**
 * All series as the body of an OTLP/HTTP request in JSON: `POST /v1/metrics`. Gauges that are not known are left out.
 * @see OpenTelemetry protocol, ExportMetricsServiceRequest; int64 are texts in its JSON, AGGREGATION_TEMPORALITY_CUMULATIVE is 2
 */
export function otlpRequest(table: SeriesTable, resource: OtlpResource, nowMs: number): string {
  const time = { startTimeUnixNano: nanos(resource.startedAtMs), timeUnixNano: nanos(nowMs) }
  const metrics = table.families().flatMap((name) => metricOf(name, table, time) ?? [])
  const attributes = attributesOf({
    'service.name': 'pg-starrocks-sync',
    'service.instance.id': resource.pipeline,
    'service.version': resource.version,
  })
  const scope = { name: 'pg-starrocks-sync', version: resource.version }
  return JSON.stringify({ resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ scope, metrics }] }] })
}

interface PointTime {
  readonly startTimeUnixNano: string
  readonly timeUnixNano: string
}

function metricOf(name: MetricName, table: SeriesTable, time: PointTime): object | null {
  const { type, help: description }: MetricFamily = METRICS[name]
  const shown = [...table.shown(name)]
  if (type === 'histogram') {
    const dataPoints = shown.map((series) => histogramPoint(series, time))
    return { name, description, histogram: { aggregationTemporality: 2, dataPoints } }
  }
  const dataPoints = shown
    .filter((series) => !Number.isNaN(series.value()))
    .map((series) => ({ attributes: attributesOf(series.labels), ...time, asDouble: series.value() }))
  if (dataPoints.length === 0) return null
  if (type === 'gauge') return { name, description, gauge: { dataPoints } }
  return { name, description, sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints } }
}

function histogramPoint(series: ShownSeries, time: PointTime): object {
  const bounds = series.family.buckets ?? []
  const counts = [...bounds, 0].map((_, index) => series.cell(index))
  return {
    attributes: attributesOf(series.labels),
    ...time,
    count: String(counts.reduce((sum, count) => sum + count, 0)),
    sum: series.cell(bounds.length + 1),
    bucketCounts: counts.map(String),
    explicitBounds: bounds,
  }
}

function attributesOf(labels: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

function nanos(ms: number): string {
  return `${Math.round(ms)}000000`
}
