import { stringify } from 'yaml'
import type { AlertRule, RuleTest } from '../../../config/alerting/alert-rule.ts'
import { parseTestValues } from '../../../config/alerting/test-series.ts'
import type { FiringInterval } from '../rule-tests/run-rule-test.ts'
import { alertName } from './prometheus-rules.ts'
import { promDuration } from './promql-signal.ts'

/** A test of a rule with what the embedded evaluator found. */
export interface ComparedTest {
  readonly rule: AlertRule
  readonly test: RuleTest
  readonly firing: readonly FiringInterval[]
}

/** Instants at which promtool is asked: around each change, and now and then in between. */
function instants({ test, firing }: ComparedTest): readonly number[] {
  const lastStep = Math.min(...test.series.map(({ values }) => parseTestValues(values).length)) - 1
  const changes = firing.flatMap(({ fromMs, untilMs }) => [fromMs, ...(untilMs === null ? [] : [untilMs])])
  const steps = new Set<number>([lastStep])
  for (let part = 0; part < 20; part += 1) steps.add(Math.floor((lastStep * part) / 20))
  for (const change of changes) {
    const step = change / test.intervalMs
    for (const offset of [-2, 1, 2]) steps.add(step + offset)
  }
  const isNearChange = (step: number): boolean =>
    changes.some((change) => step - change / test.intervalMs >= -1 && step - change / test.intervalMs < 1)
  return [...steps]
    .filter((step) => step >= 0 && step <= lastStep && !isNearChange(step))
    .toSorted((a, b) => a - b)
    .map((step) => step * test.intervalMs)
}

function firesAt({ fromMs, untilMs }: FiringInterval, atMs: number): boolean {
  return fromMs <= atMs && (untilMs === null || atMs < untilMs)
}

/** A value that is no longer there is marked stale at once, as by a scrape that no longer finds it. */
function expandedValues(text: string): string {
  const values = parseTestValues(text)
  return values
    .map((value, index) => (value !== null ? String(value) : values[index - 1] == null ? '_' : 'stale'))
    .join(' ')
}

/**
 * A file for `promtool test rules`: the same series, and at every instant that is not within one interval of a change, exactly
 * the alerts that the embedded evaluator found. Annotations are left out by asking for the series ALERTS instead of alerts.
 */
export function promtoolTests(rulesFile: string, compared: ComparedTest): string {
  const { rule, test, firing } = compared
  const alertname = alertName(rule.name)
  const interval = promDuration(test.intervalMs)
  const group = {
    name: `${rule.name}: ${test.name}`,
    interval,
    input_series: test.series.map(({ series, values }) => ({ series, values: expandedValues(values) })),
    promql_expr_test: instants(compared).map((atMs) => ({
      // The labels of the rule itself are the same for all of its alerts.
      expr: `max without (alertname, alertstate, severity, rule, ${Object.keys(rule.labels).join(', ')}) (ALERTS{alertname="${alertname}", alertstate="firing"})`.replace(
        ', )',
        ')',
      ),
      eval_time: promDuration(atMs),
      exp_samples: firing
        .filter((interval) => firesAt(interval, atMs))
        .map(({ labels }) => ({ labels: labelText(labels, rule), value: 1 })),
    })),
  }
  return stringify({ rule_files: [rulesFile], evaluation_interval: interval, tests: [group] }, { lineWidth: 0 })
}

function labelText(labels: Readonly<Record<string, string>>, rule: AlertRule): string {
  const own = Object.entries(labels).filter(([name]) => !(name in rule.labels))
  return `{${own.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}
