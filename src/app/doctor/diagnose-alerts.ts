import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import { readAlertFacts } from './alert-facts.ts'
import type { Diagnosis } from './diagnosis.ts'
import { judgeAlerts } from './judge-alerts.ts'

/** Why people are not told, told twice or told too much: configuration, rules, the running service, Prometheus. */
export async function diagnoseAlerts(
  config: Config,
  { clock }: { readonly clock: Clock },
): Promise<readonly Diagnosis[]> {
  return judgeAlerts(await readAlertFacts(config, clock.now()))
}
