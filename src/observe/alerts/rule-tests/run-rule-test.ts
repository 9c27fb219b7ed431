import type { AlertRule, RuleTest } from '../../../config/alerting/alert-rule.ts'
import type { FreshnessObjective } from '../../../config/alerting/objectives-section.ts'
import { parseTestValues, splitTestSeries } from '../../../config/alerting/test-series.ts'
import { AlertEvaluator } from '../evaluate/alert-evaluator.ts'
import type { MetricSeries, MetricSource } from '../evaluate/metric-source.ts'

/** When an instance fired in a test: from `fromMs` on and before `untilMs`; null: until the end. */
export interface FiringInterval {
  readonly labels: Readonly<Record<string, string>>
  readonly fromMs: number
  readonly untilMs: number | null
}

/** Plays the series of a test; it ends with the shortest of them. */
class PlayedMetrics implements MetricSource {
  readonly steps: number
  readonly #families: ReadonlyMap<string, readonly MetricSeries[]>
  #step = 0

  constructor(test: RuleTest) {
    const parsed = test.series.map(({ series, values }) => {
      return { ...splitTestSeries(series), values: parseTestValues(values) }
    })
    this.steps = Math.min(...parsed.map(({ values }) => values.length))
    this.#families = new Map(
      Object.entries(Object.groupBy(parsed, ({ family }) => family)).map(([family, members = []]) => [
        family,
        members.map(({ labels, values }) => ({ labels, value: () => values[this.#step] ?? Number.NaN })),
      ]),
    )
  }

  goTo(step: number): void {
    this.#step = step
  }

  series(family: string): readonly MetricSeries[] {
    return this.#families.get(family) ?? NO_SERIES
  }
}

const NO_SERIES: readonly MetricSeries[] = []

/** Runs a test of a rule through the embedded evaluator: time begins at 1970. Gives when each instance fired. Pure. */
export function runRuleTest(
  rule: AlertRule,
  test: RuleTest,
  objectives: readonly FreshnessObjective[],
): readonly FiringInterval[] {
  const played = new PlayedMetrics(test)
  const evaluator = new AlertEvaluator({ rules: [rule], objectives, source: played, startedAtMs: 0 })
  const open = new Map<string, FiringInterval>()
  const closed: FiringInterval[] = []
  for (let step = 0; step < played.steps; step += 1) {
    const atMs = step * test.intervalMs
    played.goTo(step)
    const { instances } = evaluator.evaluate(atMs)
    const firing = new Map(
      instances
        .filter(({ state }) => state !== 'pending' && state !== 'inactive')
        .map((each) => [each.fingerprint, each]),
    )
    for (const [fingerprint, { labels }] of firing) {
      if (!open.has(fingerprint)) open.set(fingerprint, { labels, fromMs: atMs, untilMs: null })
    }
    for (const [fingerprint, interval] of open) {
      if (firing.has(fingerprint)) continue
      closed.push({ ...interval, untilMs: atMs })
      open.delete(fingerprint)
    }
  }
  return [...closed, ...open.values()]
}
