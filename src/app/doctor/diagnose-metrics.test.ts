import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { smallHttpServer } from '../../../test/support/small-http-server.ts'
import { parseConfig } from '../../config/load-config.ts'
import { readChecklist } from '../checklist/read-checklist.ts'
import { diagnoseMetrics } from './diagnose-metrics.ts'

/** The clock of this machine, whose pauses are over at once. */
class HurriedClock extends FakeClock {
  override now(): number {
    return Date.now()
  }

  override sleep(): Promise<void> {
    return Promise.resolve()
  }
}

const around = { clock: new HurriedClock(), abort: new AbortController().signal }

/** The service, its metrics port and a Prometheus, as the monitoring guide and its manual have them. */
async function monitored() {
  let looks = 0
  const exposition = (): string => `sync_active_jobs 1
sync_error_jobs 0
sync_lag_seconds{table="public.users"} 0.5
sync_throughput_records_per_second{table="public.users"} 2
sync_records_processed_total{table="public.users",operation="insert"} ${++looks}
sync_processing_latency_seconds_bucket{table="public.users",operation="insert",le="+Inf"} ${looks}
sync_batch_size_bucket{table="public.users",le="+Inf"} ${looks}
sync_checkpoints_completed_total{table="public.users"} ${looks}
sync_log_write_errors_total 0
`
  const error = JSON.stringify({
    timestamp: new Date().toISOString(),
    level: 'ERROR',
    logger: 'sync_app.http',
    message: 'Port is taken',
  })
  const stack = new AsyncDisposableStack()
  const service = stack.use(
    await smallHttpServer({
      '/health/live': '{"status":"healthy"}',
      '/health/detailed': JSON.stringify({
        status: 'healthy',
        checks: { postgres_connection: { status: 'healthy', message: 'fine' } },
      }),
      '/metrics': (_, response) => void response.end(exposition()),
      '/api/v1/logs': `data: ${error}\n\n`,
    }),
  )
  const metrics = stack.use(await smallHttpServer({ '/metrics': (_, response) => void response.end(exposition()) }))
  const target = { scrapeUrl: `${metrics.address}/metrics`, health: 'up', lastError: '' }
  const prometheus = stack.use(
    await smallHttpServer({
      '/api/v1/targets': JSON.stringify({ status: 'success', data: { activeTargets: [target] } }),
      '/api/v1/query': (request, response) => {
        const result = request.url?.includes('offset%2030d')
          ? []
          : [{ metric: { instance: 'sync:9090' }, value: [0, '1'] }]
        response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
      },
    }),
  )
  const { config } = parseConfig(
    `source: { url: "postgres://u:p@h/d" }
target: { fe_http: http://h:1, fe_mysql: mysql://r@h:2 }
http: { port: ${service.port}, metrics_port: ${metrics.port}, prometheus_url: "${prometheus.address}" }`,
    'x.yaml',
    { env: {}, readFile: () => '' },
  )
  return { config, prometheus, service, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

test('row 99: a service and a Prometheus that answer are found in order, but for the error in the log', async () => {
  await using all = await monitored()
  const diagnoses = await diagnoseMetrics(all.config, around)
  const notOk = diagnoses.filter(({ status }) => status !== 'ok')
  expect(notOk).toMatchObject([{ check: 'LOG_WITHOUT_ERRORS', what: expect.stringContaining('Port is taken') }])
  expect(diagnoses.map(({ check }) => check)).toContain('PROMETHEUS_SCRAPES')
})

test('row 99: with nothing there, every step says so and what to do', async () => {
  const gone = await monitored()
  await gone[Symbol.asyncDispose]()
  const diagnoses = await diagnoseMetrics(gone.config, around)
  const problems = diagnoses.filter(({ status }) => status === 'problem')
  expect(problems.map(({ check }) => check)).toEqual([
    'HTTP_REACHABLE',
    'METRICS_EXPOSED',
    'METRICS_PORT',
    'PROMETHEUS_REACHABLE',
  ])
  expect(problems.every(({ remedy }) => remedy !== undefined)).toBe(true)
})

test('the checklist is ticked where something was seen, and nowhere else', async () => {
  await using all = await monitored()
  const ticks = await readChecklist(all.config, around)
  expect(ticks.flatMap(({ item, ticked }) => (ticked ? [item] : []))).toEqual([
    'All health checks passing',
    'Metrics being collected',
    'Log aggregation working',
    'Performance baselines established',
    'Monitoring documentation updated',
  ])
  const notConfigured = ticks.filter(({ lookedAt }) => lookedAt.includes('not configured')).map(({ item }) => item)
  expect(notConfigured).toEqual([
    'Alerts configured and tested',
    'Dashboards displaying correctly',
    'Alert notifications functioning',
  ])
})
