import type { Exposition } from '../read-exposition.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { MetricsFacts } from './metrics-facts.ts'
import { judgePrometheus } from './judge-prometheus.ts'

/** More is noticed by whoever compares moments of two machines. */
const MOST_CLOCK_SKEW_MS = 5_000

/** The families of the monitoring guide, and when each is exposed. */
const FAMILIES: Readonly<Record<string, 'always' | 'with tables' | 'after a record' | 'after a failure'>> = {
  sync_active_jobs: 'always',
  sync_error_jobs: 'always',
  sync_lag_seconds: 'with tables',
  sync_throughput_records_per_second: 'with tables',
  sync_records_processed_total: 'after a record',
  sync_processing_latency_seconds: 'after a record',
  sync_batch_size: 'after a record',
  sync_checkpoints_completed_total: 'after a record',
  sync_records_failed_total: 'after a failure',
  sync_checkpoints_failed_total: 'after a failure',
}

const START =
  'Start the service: sync-app run. If it runs, http.host and http.port must be those that it was started with.'

/** What the facts mean, in the order of the guide's section on missing metrics. Pure. */
export function judgeMetrics(facts: MetricsFacts): readonly Diagnosis[] {
  return [
    endpoint(facts),
    exposition(facts),
    ...(facts.metrics.tag === 'answer' ? contents(facts.metrics.value) : []),
    metricsPort(facts),
    ...judgePrometheus(facts),
    clock(facts),
  ]
}

function endpoint({ http, live }: MetricsFacts): Diagnosis {
  const check = 'HTTP_REACHABLE'
  if (live.tag === 'failure') return { check, status: 'problem', what: live.reason, remedy: START }
  const what = `${http.address}/health/live answers with status ${live.value.status}`
  if (live.value.status === 200) return { check, status: 'ok', what }
  return { check, status: 'problem', what, remedy: `Look at ${http.address}/health/detailed for what is wrong.` }
}

function exposition({ http, metrics }: MetricsFacts): Diagnosis {
  const check = 'METRICS_EXPOSED'
  if (metrics.tag === 'failure') return { check, status: 'problem', what: metrics.reason, remedy: START }
  return { check, status: 'ok', what: `${http.address}/metrics exposes ${metrics.value.second.samples.length} series` }
}

function contents({
  first,
  second,
}: {
  readonly first: Exposition
  readonly second: Exposition
}): readonly Diagnosis[] {
  return [families(second), moving(first, second), progress(first, second), dropped(second), collectors(second)]
}

function families(seen: Exposition): Diagnosis {
  const check = 'METRICS_FAMILIES'
  const hasTables = (seen.sum('sync_active_jobs') ?? 0) > 0
  const hasRecords = (seen.sum('sync_records_processed_total') ?? 0) > 0
  const due = { always: true, 'with tables': hasTables, 'after a record': hasRecords, 'after a failure': false }
  const absent = Object.keys(FAMILIES).filter((name) => !seen.hasFamily(name))
  const missing = absent.filter((name) => due[FAMILIES[name] ?? 'always'])
  const all = Object.keys(FAMILIES).length
  if (missing.length > 0) {
    const remedy = 'The port may belong to another program, or the service to another version: compare sync_build_info.'
    return { check, status: 'problem', what: `families that should be there are not: ${missing.join(', ')}`, remedy }
  }
  const others = absent.map((name) => `${name} (only ${FAMILIES[name]})`).join(', ')
  const rest = absent.length === 0 ? '' : `; not yet: ${others}`
  return { check, status: 'ok', what: `${all - absent.length} of the ${all} families of the monitoring guide${rest}` }
}

const counters = (seen: Exposition): ReadonlyMap<string, number> =>
  new Map(
    seen.samples
      .filter(({ name }) => name.endsWith('_total'))
      .map(({ name, labels, value }) => [JSON.stringify([name, labels]), value]),
  )

function moving(first: Exposition, second: Exposition): Diagnosis {
  const check = 'METRICS_MOVE'
  const before = counters(first)
  const moved = [...counters(second)].filter(([series, value]) => before.get(series) !== value).length
  if (moved > 0) return { check, status: 'ok', what: `${moved} of ${before.size} counters moved between two looks` }
  const remedy =
    'What answers is not alive, or something in between keeps old answers: ask the address itself, without a proxy.'
  return { check, status: 'problem', what: `none of ${before.size} counters moved between two looks`, remedy }
}

function progress(first: Exposition, second: Exposition): Diagnosis {
  const check = 'RECORDS_MOVE'
  const records = (seen: Exposition): number => seen.sum('sync_records_processed_total') ?? 0
  const lag = Math.max(
    0,
    ...second
      .of('sync_lag_seconds')
      .map(({ value }) => value)
      .filter(Number.isFinite),
  )
  const more = records(second) - records(first)
  if (more > 0) return { check, status: 'ok', what: `${more} records were processed between two looks` }
  if (lag < 10)
    return {
      check,
      status: 'ok',
      what: 'no record was processed between two looks, and none waits: the source is idle',
    }
  const remedy =
    'The metrics are right, the pipeline stands: look at sync-app status and sync-app logs --level WARNING.'
  return {
    check,
    status: 'problem',
    what: `no record was processed between two looks, and the lag is ${Math.round(lag)} s`,
    remedy,
  }
}

function dropped(seen: Exposition): Diagnosis {
  const check = 'METRICS_COMPLETE'
  const count = seen.sum('sync_metrics_series_dropped_total') ?? 0
  if (count === 0) return { check, status: 'ok', what: 'no series was left out for want of room' }
  const remedy = 'Raise monitoring.max_series, or copy fewer tables with one service.'
  return { check, status: 'problem', what: `${count} series were left out: there are too many`, remedy }
}

function collectors(seen: Exposition): Diagnosis {
  const check = 'METRICS_COLLECTED'
  const failing = seen.of('sync_collector_errors_total').filter(({ value }) => value > 0)
  if (failing.length === 0) return { check, status: 'ok', what: 'no collector of metrics has failed' }
  const names = failing.map(({ labels, value }) => `${labels['collector']} (${value} times)`).join(', ')
  const remedy = 'Read why: sync-app logs --logger sync_app.health --level WARNING.'
  return { check, status: 'problem', what: `collectors that failed: ${names}`, remedy }
}

function metricsPort({ http, metricsPort: onPort }: MetricsFacts): Diagnosis {
  const check = 'METRICS_PORT'
  if (onPort.tag === 'failure') {
    const remedy =
      'Another program may hold the port (Prometheus itself listens on 9090): set http.metrics_port to a free one.'
    return { check, status: 'problem', what: onPort.reason, remedy }
  }
  if (!onPort.value.hasFamily('sync_active_jobs')) {
    const what = `${http.metricsAddress}/metrics is not the service’s: it has no sync_active_jobs`
    return { check, status: 'problem', what, remedy: 'Set http.metrics_port to a port that no other program has.' }
  }
  return { check, status: 'ok', what: `${http.metricsAddress}/metrics exposes ${onPort.value.samples.length} series` }
}

function clock({ live, prometheus }: MetricsFacts): Diagnosis {
  const check = 'CLOCKS_AGREE'
  const skews = [
    ['the service', live.tag === 'answer' ? live.value.clockAheadMs : null],
    ['Prometheus', prometheus?.tag === 'answer' ? prometheus.value.clockAheadMs : null],
  ] as const
  const known = skews.flatMap(([who, ms]) => (ms === null ? [] : [{ who, ms }]))
  if (known.length === 0) return { check, status: 'skipped', what: 'nobody answered with the time' }
  const wrong = known.filter(({ ms }) => Math.abs(ms) > MOST_CLOCK_SKEW_MS)
  const told = (each: (typeof known)[number]): string => `${each.who} by ${(each.ms / 1000).toFixed(1)} s`
  if (wrong.length === 0) return { check, status: 'ok', what: `clocks differ from ours: ${known.map(told).join(', ')}` }
  const remedy = 'Let both machines keep their time by NTP: graphs and rules compare moments of both.'
  return { check, status: 'problem', what: `clocks differ too much from ours: ${wrong.map(told).join(', ')}`, remedy }
}
