import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import type { FreshnessObjective } from '../../../config/alerting/objectives-section.ts'
import type { AlertInstance, EvaluationRound, RememberedAlert } from '../alert-instance.ts'
import { ColumnPlan, type RememberedBaselines } from './column-plan.ts'
import type { MetricSource } from './metric-source.ts'
import { RuleEvaluator } from './rule-evaluator.ts'

/** What rules are evaluated over. */
export interface EvaluatorSettings {
  readonly rules: readonly AlertRule[]
  readonly objectives: readonly FreshnessObjective[]
  readonly source: MetricSource
  /** Milliseconds since 1970 UTC. */
  readonly startedAtMs: number
  readonly remembered?: RememberedBaselines | undefined
  /** Called when a rule could not be evaluated. */
  readonly onFailure?: ((rule: string, error: unknown) => void) | undefined
}

/**
 * Evaluates all rules, round by round. Values are read once per round and shared by all rules; what they need of the past is
 * kept in memory, bounded by the number of tables and rules.
 */
export class AlertEvaluator {
  readonly #plan: ColumnPlan
  readonly #rules: readonly RuleEvaluator[]
  readonly #onFailure: (rule: string, error: unknown) => void

  constructor(settings: EvaluatorSettings) {
    const { source, objectives } = settings
    this.#plan = new ColumnPlan({ source, objectives, remembered: settings.remembered ?? (() => []) })
    this.#rules = settings.rules.map((rule) => new RuleEvaluator(rule, this.#plan, settings.startedAtMs))
    this.#onFailure = settings.onFailure ?? (() => undefined)
  }

  /** Columns that rules read: for baselines, and for what keeps history. */
  get plan(): ColumnPlan {
    return this.#plan
  }

  /** Goes on with alerts that fired before a restart; gives those that no rule has any more. */
  remember(alerts: readonly RememberedAlert[]): readonly RememberedAlert[] {
    return alerts.filter((alert) => !this.#rules.some((each) => each.rule.name === alert.rule && each.remember(alert)))
  }

  /** One round without a pause. */
  evaluate(atMs: number): EvaluationRound {
    const steps = this.steps(atMs)
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value
    }
  }

  /** One round in small steps, between which something else may run. */
  *steps(atMs: number): Generator<void, EvaluationRound> {
    for (const column of this.#plan.columns) {
      column.update(atMs)
      yield
    }
    const instances: AlertInstance[] = []
    const unknownRules: string[] = []
    for (const each of this.#rules) {
      const found = this.#evaluateRule(each, atMs)
      if (found) instances.push(...found)
      // What a rule that failed has said before is not over by that.
      if (found === null || each.isUnknown(atMs)) unknownRules.push(each.rule.name)
      yield
    }
    return { atMs, instances, unknownRules }
  }

  /** Null when the rule could not be evaluated. */
  #evaluateRule(rule: RuleEvaluator, atMs: number): readonly AlertInstance[] | null {
    try {
      return rule.evaluate(atMs)
    } catch (error) {
      this.#onFailure(rule.rule.name, error)
      return null
    }
  }
}
