import type { AlertingConfig } from '../../config/alerting-section.ts'
import type { EvaluationRound, RememberedAlert } from '../../observe/alerts/alert-instance.ts'
import { AlertEvaluator } from '../../observe/alerts/evaluate/alert-evaluator.ts'
import type { MonitorCore } from './monitor-core.ts'

/** Where rounds come from. */
export interface RoundSource {
  /** Goes on with alerts that fired before a restart. */
  remember(alerts: readonly RememberedAlert[]): void
  /** One round in small steps, between which something else may run. */
  steps(nowMs: number): Generator<void, EvaluationRound>
}

/** The rules of the configuration over the metrics of this process. */
export function roundSource(core: MonitorCore, { rules, objectives }: AlertingConfig): RoundSource {
  const { series, setup, registry } = core
  const onFailure = (rule: string): void => registry.counter('sync_rule_evaluation_failures_total', [rule]).add()
  const settings = { rules, objectives, source: series, startedAtMs: setup.startedAtMs, onFailure }
  const evaluator = new AlertEvaluator(settings)
  return {
    remember: (alerts) => {
      // Those that no rule has any more are over with the first round.
      evaluator.remember(alerts)
    },
    steps: (nowMs) => evaluator.steps(nowMs),
  }
}
