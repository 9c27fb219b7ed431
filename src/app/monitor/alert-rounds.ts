import { setImmediate as turn } from 'node:timers/promises'
import type { AlertingConfig } from '../../config/alerting-section.ts'
import type { EvaluationRound, RememberedAlert } from '../../observe/alerts/alert-instance.ts'
import type { BaselineFile } from '../../observe/alerts/history/baseline-file.ts'
import { AlertEvaluator } from '../../observe/alerts/evaluate/alert-evaluator.ts'
import { showBaselines } from './show-baselines.ts'
import type { MonitorCore } from './monitor-core.ts'

const HOUR_MS = 3_600_000

/** Where rounds come from. */
export interface RoundSource {
  /** Goes on with alerts that fired before a restart. */
  remember(alerts: readonly RememberedAlert[]): void
  /** One round. Health, metrics and the API are served in between. */
  next(nowMs: number): Promise<EvaluationRound>
}

/** What rounds read and write. */
type RoundSurroundings = Pick<MonitorCore, 'series' | 'registry'> & {
  readonly setup: Pick<MonitorCore['setup'], 'startedAtMs'>
}

/** The rules of the configuration over the metrics of this process. What is normal is shown as metrics, and kept hour by hour in `learned`. */
export function roundSource(
  core: RoundSurroundings,
  { rules, objectives }: Pick<AlertingConfig, 'rules' | 'objectives'>,
  learned: BaselineFile | null = null,
): RoundSource {
  const { series, setup, registry } = core
  const onFailure = (rule: string): void => registry.counter('sync_rule_evaluation_failures_total', [rule]).add()
  const remembered = learned?.remembered
  const settings = { rules, objectives, source: series, startedAtMs: setup.startedAtMs, onFailure, remembered }
  const evaluator = new AlertEvaluator(settings)
  let savedHour = Math.floor(setup.startedAtMs / HOUR_MS)
  return {
    remember: (alerts) => {
      // Those that no rule has any more are over with the first round.
      evaluator.remember(alerts)
    },
    next: async (nowMs) => {
      const round = await inTurns(evaluator.steps(nowMs))
      const { baselines } = evaluator.plan
      showBaselines(registry, baselines)
      const hour = Math.floor(nowMs / HOUR_MS)
      if (learned && hour > savedHour) {
        savedHour = hour
        // Only what was learned in this hour is lost, and the next one is kept again.
        await learned.save(baselines, turn).catch(() => undefined)
      }
      return round
    },
  }
}

/** Takes all steps, each in a turn of the event loop of its own. */
export async function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await turn()
  }
}
