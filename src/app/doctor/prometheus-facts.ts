import { z } from 'zod'
import type { ServiceClient } from '../service-client.ts'
import { answeredJson } from './answered-json.ts'

/** What a Prometheus knows of the service. */
export interface PrometheusFacts {
  readonly address: string
  /** `instance` labels of the series `sync_active_jobs` that it has now. */
  readonly instances: readonly string[]
  /** What it scrapes. */
  readonly targets: readonly PrometheusTarget[]
  /** Its clock less ours; null when it does not say. */
  readonly clockAheadMs: number | null
  /** It has had such a series for at least so many days; 0 when it has none from a day ago. */
  readonly historyDays: number
}

/** Something that a Prometheus scrapes. */
export interface PrometheusTarget {
  readonly url: string
  readonly health: string
  readonly lastError: string
}

/** Spans that are asked for, longest first. */
const HISTORY_DAYS = [30, 7, 1]

const targetsAnswer = z.object({
  data: z.object({
    activeTargets: z.array(z.object({ scrapeUrl: z.string(), health: z.string(), lastError: z.string().default('') })),
  }),
})
const queryAnswer = z.object({
  data: z.object({ result: z.array(z.object({ metric: z.record(z.string(), z.string()) })) }),
})

/** Asks a Prometheus. @throws {Error} when it does not answer as one. @see https://prometheus.io/docs/prometheus/latest/querying/api/ */
export async function readPrometheusFacts(client: ServiceClient, nowMs: number): Promise<PrometheusFacts> {
  const targets = await client.get('/api/v1/targets?state=active')
  const { activeTargets } = targetsAnswer.parse(
    answeredJson(targets.text, `${client.address} does not answer as a Prometheus does`),
  ).data
  const present = await query(client, 'sync_active_jobs')
  let historyDays = 0
  for (const days of HISTORY_DAYS) {
    if (historyDays === 0 && (await query(client, `sync_active_jobs offset ${days}d`)).length > 0) historyDays = days
  }
  return {
    address: client.address,
    instances: present.map((metric) => metric['instance'] ?? 'an instance without a name'),
    targets: activeTargets.map(({ scrapeUrl: url, health, lastError }) => ({ url, health, lastError })),
    clockAheadMs: targets.dateMs === null ? null : targets.dateMs - nowMs,
    historyDays,
  }
}

async function query(client: ServiceClient, text: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const answer = await client.get(`/api/v1/query?query=${encodeURIComponent(text)}`)
  return queryAnswer
    .parse(answeredJson(answer.text, `${client.address} does not answer as a Prometheus does`))
    .data.result.map(({ metric }) => metric)
}
