import { stringify } from 'yaml'
import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import { readingsOf } from '../../../config/alerting/condition.ts'
import { negateCondition } from '../../../config/alerting/negate-condition.ts'
import type { FreshnessObjective } from '../../../config/alerting/objectives-section.ts'
import type { SignalUnit } from '../../../config/alerting/series-expression.ts'
import { firstNumber, runbookOf } from '../evaluate/rule-text.ts'
import { unitOf } from '../evaluate/show-value.ts'
import { GENERATED_NOTE } from './generated-note.ts'
import { ConditionWriter, recordName } from './promql-condition.ts'
import { labelsPer, promDuration, SignalWriter } from './promql-signal.ts'

/** A rule as Prometheus has it. */
interface PrometheusAlert {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly keep_firing_for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** A recording rule. */
interface PrometheusRecord {
  readonly record: string
  readonly expr: string
}

/** Everything that Prometheus is to evaluate: first what is recorded, then the alerts over it. */
export interface PrometheusRules {
  readonly records: readonly PrometheusRecord[]
  readonly alerts: readonly PrometheusAlert[]
}

/** `high_error_rate` -> `HighErrorRate`. */
export function alertName(rule: string): string {
  return rule.replace(/(?:^|_)([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase())
}

const HUMANIZE: Readonly<Record<SignalUnit, string>> = {
  ratio: '{{ $value | humanizePercentage }}',
  seconds: '{{ $value | humanizeDuration }}',
  bytes: '{{ $value | humanize1024 }}B',
  records: '{{ $value | humanize }}',
  'records/s': '{{ $value | humanize }} records/s',
  count: '{{ $value | humanize }}',
  'yes/no': '{{ $value }}',
}

function template(text: string, rule: AlertRule): string {
  const number = firstNumber(rule.condition.term)
  const unit = number === null ? 'count' : unitOf(number)
  return text.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    if (name === 'value') return HUMANIZE[unit]
    return name === 'forecast' ? '' : `{{ $labels.${name} }}`
  })
}

/** The expression of a rule: its condition, and what its `clear` and `no_data` add. */
function expressionOf(rule: AlertRule, writer: ConditionWriter): string {
  const { per, noData, clear } = rule
  const by = labelsPer(per)
  const firing = `ALERTS{alertname="${alertName(rule.name)}", alertstate="firing"}`
  const parts = [writer.condition(rule.condition.term, per)]
  if (clear) parts.push(`(${writer.condition(negateCondition(clear.term), per)} and on (${by}) ${firing} == 1)`)
  const names = new Set(readingsOf(rule.condition.term).map((reading) => writer.record(reading, per)))
  for (const name of noData === 'ok' ? [] : names) {
    parts.push(noData === 'alert' ? `absent(${name})` : `(max by (${by}) (${firing}) unless on (${by}) ${name})`)
  }
  return parts.join(' or ')
}

function alertOf(rule: AlertRule, writer: ConditionWriter): PrometheusAlert {
  const { summary, description, why, steps } = rule.words
  return {
    alert: alertName(rule.name),
    expr: expressionOf(rule, writer),
    ...(rule.forMs > 0 ? { for: promDuration(rule.forMs) } : {}),
    ...(rule.keepFiringForMs > 0 ? { keep_firing_for: promDuration(rule.keepFiringForMs) } : {}),
    labels: { severity: rule.severity, rule: rule.name, ...rule.labels },
    annotations: {
      summary: template(summary, rule),
      description: template(description, rule),
      why: template(why, rule),
      remedy: template(steps[0] ?? '', rule),
      runbook: runbookOf(rule),
    },
  }
}

/** Tells that the chain of alerting works: a receiver that no longer hears it is to raise the alarm. */
const WATCHDOG: PrometheusAlert = {
  alert: 'Watchdog',
  expr: 'vector(1)',
  labels: { severity: 'info', rule: 'watchdog' },
  annotations: {
    summary: 'alerting works',
    description: 'This alert always fires. Route it to a receiver that raises the alarm when it stops.',
  },
}

/** The rules in PromQL that Prometheus 2.42 and later can evaluate. Pure. */
export function prometheusRules(
  rules: readonly AlertRule[],
  objectives: readonly FreshnessObjective[],
): PrometheusRules {
  const writer = new ConditionWriter()
  const alerts = rules.map((rule) => alertOf(rule, writer))
  const signals = new SignalWriter(objectives)
  const records = writer.recorded.map((recorded) => ({
    record: recordName(recorded),
    expr: signals.signal(recorded.signal, recorded.per, recorded.windowMs),
  }))
  return { records, alerts: [...alerts, WATCHDOG] }
}

/**
 * The file for `rule_files`. One group, because only within one are alerts evaluated right after what they read was
 * recorded.
 */
export function prometheusRulesFile({ records, alerts }: PrometheusRules): string {
  return GENERATED_NOTE + stringify({ groups: [{ name: 'sync', rules: [...records, ...alerts] }] }, { lineWidth: 0 })
}
