import { expect, test } from 'vitest'
import { type Exposition, readExposition } from '../read-exposition.ts'
import { judgeMetrics } from './judge-metrics.ts'
import type { MetricsFacts } from './metrics-facts.ts'
import type { PrometheusFacts } from './prometheus-facts.ts'

const answer = <T>(value: T) => ({ tag: 'answer', value }) as const
const failure = (reason: string) => ({ tag: 'failure', reason }) as const

const exposed = (requests: number, more = ''): Exposition =>
  readExposition(`sync_active_jobs 1
sync_error_jobs 0
sync_lag_seconds{table="t"} 0
sync_throughput_records_per_second{table="t"} 0
sync_http_requests_total{resource="metrics"} ${requests}
${more}`)

const prometheus: PrometheusFacts = {
  address: 'http://prom:9090',
  instances: ['h:9090'],
  targets: [],
  clockAheadMs: -900,
  historyDays: 7,
}

const sound: MetricsFacts = {
  http: { address: 'http://127.0.0.1:8080', metricsAddress: 'http://127.0.0.1:9090', isLocal: true },
  live: answer({ status: 200, clockAheadMs: 300 }),
  metrics: answer({ first: exposed(1), second: exposed(2) }),
  metricsPort: answer(exposed(2)),
  prometheus: answer(prometheus),
}

test('of a sound service every check is in order, and says what was looked at', () => {
  const diagnoses = judgeMetrics(sound)
  expect(diagnoses.map(({ status }) => status)).toEqual(diagnoses.map(() => 'ok'))
  expect(diagnoses.find(({ check }) => check === 'METRICS_FAMILIES')?.what).toContain(
    '4 of the 10 families of the monitoring guide; not yet: sync_records_processed_total (only after a record)',
  )
  expect(diagnoses.at(-1)?.what).toBe('clocks differ from ours: the service by 0.3 s, Prometheus by -0.9 s')
})

const dead = failure('http://127.0.0.1:8080 does not answer')
const withTargets = (targets: PrometheusFacts['targets']): MetricsFacts => ({
  ...sound,
  prometheus: answer({ ...prometheus, instances: [], targets }),
})

test.each<[name: string, facts: MetricsFacts, problems: Readonly<Record<string, string>>]>([
  [
    'nothing answers',
    { ...sound, live: dead, metrics: dead, metricsPort: dead },
    { HTTP_REACHABLE: 'sync-app run', METRICS_EXPOSED: 'sync-app run', METRICS_PORT: 'http.metrics_port' },
  ],
  [
    'a blocked loop',
    { ...sound, live: answer({ status: 503, clockAheadMs: 0 }) },
    { HTTP_REACHABLE: '/health/detailed' },
  ],
  [
    'nothing moves',
    { ...sound, metrics: answer({ first: exposed(1), second: exposed(1) }) },
    { METRICS_MOVE: 'proxy' },
  ],
  [
    'a family of the guide is not there',
    { ...sound, metrics: answer({ first: exposed(1), second: readExposition('sync_active_jobs 1\na_total 2') }) },
    { METRICS_FAMILIES: 'sync_build_info' },
  ],
  [
    'records wait and none is processed',
    {
      ...sound,
      metrics: answer({ first: exposed(1), second: exposed(2, 'sync_lag_seconds{table="u"} 500') }),
    },
    { RECORDS_MOVE: 'sync-app status' },
  ],
  [
    'series were left out',
    { ...sound, metrics: answer({ first: exposed(1), second: exposed(2, 'sync_metrics_series_dropped_total 3') }) },
    { METRICS_COMPLETE: 'monitoring.max_series' },
  ],
  [
    'a collector fails',
    {
      ...sound,
      metrics: answer({ first: exposed(1), second: exposed(2, 'sync_collector_errors_total{collector="disk"} 3') }),
    },
    { METRICS_COLLECTED: 'sync_app.health' },
  ],
  [
    'another program has the metrics port',
    { ...sound, metricsPort: answer(readExposition('prometheus_build_info 1')) },
    { METRICS_PORT: 'no other program' },
  ],
  ['Prometheus is gone', { ...sound, prometheus: dead }, { PROMETHEUS_REACHABLE: 'http.prometheus_url' }],
  ['Prometheus does not know the service', withTargets([]), { PROMETHEUS_SCRAPES: 'targets: ["127.0.0.1:9090"]' }],
  [
    'Prometheus cannot reach the service',
    withTargets([{ url: 'http://sync:9090/metrics', health: 'down', lastError: 'connection refused' }]),
    { PROMETHEUS_SCRAPES: 'connection refused' },
  ],
  ['a clock is wrong', { ...sound, live: answer({ status: 200, clockAheadMs: -60_000 }) }, { CLOCKS_AGREE: 'NTP' }],
])('%s', (_, facts, problems) => {
  const found = judgeMetrics(facts).filter(({ status }) => status === 'problem')
  expect(found.map(({ check }) => check)).toEqual(Object.keys(problems))
  for (const { check, remedy } of found) expect(remedy).toContain(problems[check])
})

test('without a Prometheus there is nothing to ask, which is said and is no problem', () => {
  const skipped = judgeMetrics({ ...sound, prometheus: null }).filter(({ status }) => status === 'skipped')
  expect(skipped).toMatchObject([{ check: 'PROMETHEUS_REACHABLE', remedy: expect.stringContaining('scrape_configs') }])
})
