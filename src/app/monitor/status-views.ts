import { jobsJson, pipelineJson } from '../../observe/health/detailed-json.ts'
import { isoSeconds, type Json } from '../../observe/health/health-json.ts'
import { isMetricName, type MetricName, METRICS } from '../../observe/metrics/catalogue.ts'
import type { MetricFamily } from '../../observe/metrics/metric-family.ts'
import type { MonitorCore } from './monitor-core.ts'

/** What the REST API shows of the running service. */
export interface StatusViews {
  status(): Json
  tables(): Json
  /** Null when there is no such table; by either of its names. */
  table(name: string): { readonly id: string; readonly body: Json } | null
  metrics(): Json
}

/** Status of the monitor's picture. */
export function statusViews(core: Pick<MonitorCore, 'health' | 'series' | 'setup' | 'clock'>): StatusViews {
  const { health, series, setup, clock } = core
  return {
    status: () => ({
      timestamp: isoSeconds(clock.now()),
      status: health.all().status,
      version: setup.version,
      pipeline: pipelineJson(health, series, setup),
      jobs: jobsJson(health.jobs, series),
    }),
    tables: () => ({ tables: jobsJson(health.jobs, series) }),
    table: (name) => {
      const job = [...health.jobs].find(({ table, label }) => table === name || label === name)
      const [body] = job ? jobsJson([job], series) : []
      return job && body !== undefined ? { id: job.table, body } : null
    },
    metrics: () => ({
      metrics: Object.keys(METRICS)
        .filter(isMetricName)
        .map((name) => familyJson(name, [...series.shown(name)].length)),
    }),
  }
}

function familyJson(name: MetricName, seriesCount: number): Json {
  const { type, unit, labels, help, reading }: MetricFamily = METRICS[name]
  return { name, type, unit, labels, help, reading, series: seriesCount }
}
