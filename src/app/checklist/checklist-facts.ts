import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import { foreignInstant } from '../../core/instant.ts'
import { asked, type Asked, type Diagnosis } from '../doctor/diagnosis.ts'
import { readGrafanaFacts, type GrafanaFacts } from '../doctor/grafana-facts.ts'
import { judgeMetrics } from '../doctor/judge-metrics.ts'
import { readMetricsFacts } from '../doctor/metrics-facts.ts'
import { tailLogs } from '../logs/tail-logs.ts'
import { readLogLine } from '../logs/read-log-line.ts'
import { Exposition } from '../read-exposition.ts'
import { httpClient, serviceClient } from '../service-client.ts'

/** What the checklist looks at. */
export interface ChecklistFacts {
  readonly health: Asked<HealthFacts>
  readonly diagnoses: readonly Diagnosis[]
  /** Empty when there are none. */
  readonly metrics: Exposition
  /** Null without a Prometheus that answers. */
  readonly historyDays: number | null
  readonly alerting: { readonly enabled: boolean; readonly rules: number; readonly channels: readonly string[] }
  /** Null when none is configured. */
  readonly grafana: Asked<GrafanaFacts> | null
  readonly log: Asked<LogFacts>
  /** Names of metrics that are exposed and not in the manual of this installation. */
  readonly undocumented: Asked<readonly string[]>
}

/** What `/health/detailed` says. */
export interface HealthFacts {
  readonly status: string
  readonly checks: readonly { readonly name: string; readonly status: string; readonly message: string }[]
}

/** What the log shows of itself. */
export interface LogFacts {
  readonly from: string
  readonly lines: number
  readonly lastAgeMs: number
}

const health = z.object({
  status: z.string(),
  checks: z.record(z.string(), z.object({ status: z.string(), message: z.string().default('') })),
})

/** Looks at everything; takes about three seconds. @throws the reason of `abort` alone. */
export async function readChecklistFacts(
  config: Config,
  around: { readonly clock: Clock; readonly abort: AbortSignal },
): Promise<ChecklistFacts> {
  const { grafanaUrl, grafanaToken } = config.http
  const grafanaClient = grafanaUrl === undefined ? null : httpClient(grafanaUrl, grafanaToken?.reveal())
  const [metricsFacts, healthFacts, log, grafana] = await Promise.all([
    readMetricsFacts(config, around),
    asked(() => readHealth(config)),
    asked(() => readLog(config, around)),
    grafanaClient && asked(() => readGrafanaFacts(grafanaClient)),
  ])
  const { metrics, prometheus } = metricsFacts
  const seen = metrics.tag === 'answer' ? metrics.value.second : new Exposition([])
  return {
    health: healthFacts,
    diagnoses: judgeMetrics(metricsFacts),
    metrics: seen,
    historyDays: prometheus?.tag === 'answer' ? prometheus.value.historyDays : null,
    alerting: alertingFacts(config),
    grafana,
    log,
    undocumented: await asked(async () => undocumentedOf(seen)),
  }
}

async function readHealth(config: Config): Promise<HealthFacts> {
  const client = serviceClient(config)
  const { status, text } = await client.get('/health/detailed')
  try {
    const read = health.parse(JSON.parse(text))
    return { status: read.status, checks: Object.entries(read.checks).map(([name, check]) => ({ name, ...check })) }
  } catch (error) {
    throw new Error(
      `${client.address}/health/detailed was answered with status ${status} and something else than health`,
      {
        cause: error,
      },
    )
  }
}

async function readLog(
  config: Config,
  { clock, abort }: { readonly clock: Clock; readonly abort: AbortSignal },
): Promise<LogFacts> {
  const request = { last: 100, follow: false, from: 'any', json: true, colour: false, clock, abort } as const
  let lines = 0
  let lastMs = 0
  for await (const json of tailLogs(config, { ...request, filter: {} })) {
    lines++
    lastMs = foreignInstant(readLogLine(json)?.timestamp ?? '') ?? lastMs
  }
  const from = config.logging.file?.path ?? 'the running service'
  return { from, lines, lastAgeMs: clock.now() - lastMs }
}

function alertingFacts({ alerting }: Config): ChecklistFacts['alerting'] {
  const { enabled, rules, delivery } = alerting
  return { enabled, rules: rules.length, channels: delivery.channels.map(({ name }) => name) }
}

/** @throws {Error} when the manual is not part of the installation. */
function undocumentedOf(seen: Exposition): readonly string[] {
  const manual = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')
  const families = new Set(seen.samples.map(({ name }) => name.replace(/_(?:bucket|sum|count|created)$/, '')))
  return [...families].filter((name) => !manual.includes(name)).toSorted()
}
