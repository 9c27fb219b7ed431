import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import type { Diagnosis } from './diagnosis.ts'
import { judgeMetrics } from './judge-metrics.ts'
import { readMetricsFacts } from './metrics-facts.ts'
import { readRecentTroubles } from './recent-troubles.ts'

/** Why metrics are missing: everything between the configuration and Prometheus is looked at. @throws the reason of `abort` alone. */
export async function diagnoseMetrics(
  config: Config,
  around: { readonly clock: Clock; readonly abort: AbortSignal },
): Promise<readonly Diagnosis[]> {
  const [facts, troubles] = await Promise.all([readMetricsFacts(config, around), readRecentTroubles(config, around)])
  const { address, metricsAddress } = facts.http
  const configured: Diagnosis = {
    check: 'CONFIGURATION',
    status: 'ok',
    what: `health and metrics are to be served at ${address}, metrics at ${metricsAddress} too`,
  }
  return [configured, ...judgeMetrics(facts), troubles]
}
