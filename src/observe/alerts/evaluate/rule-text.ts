import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import type { ConditionTerm, NumberTerm } from '../../../config/alerting/condition.ts'
import type { AlertAnnotations } from '../alert-instance.ts'
import { showValue, unitOf } from './show-value.ts'

/** What is put into the words of a rule. */
export interface RuleValues {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** ` in 3 h 10 min`; empty when there is no forecast. */
  readonly forecast: string
}

/** The number that a condition compares first; null when it compares none. */
export function firstNumber(term: ConditionTerm): NumberTerm | null {
  switch (term.tag) {
    case 'compare':
      return term.left
    case 'and':
    case 'or':
      return firstNumber(term.left) ?? firstNumber(term.right)
    case 'anomaly':
      return { tag: 'reading', reading: { signal: term.signal, how: 'now', spanMs: 0 } }
    case 'absent':
      return null
  }
}

/** Where the runbook of a rule is, as far as it has none of its own. */
export function runbookOf(rule: AlertRule): string {
  return rule.words.runbook ?? `docs/runbooks.md#${rule.name}`
}

/** The words of a rule about one instance. Pure. */
export function annotate(rule: AlertRule, { labels, value, forecast }: RuleValues): AlertAnnotations {
  const number = firstNumber(rule.condition.term)
  const values: Readonly<Record<string, string>> = {
    ...labels,
    value: number === null ? '' : showValue(value, unitOf(number)),
    forecast,
  }
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
  return {
    summary: fill(rule.words.summary),
    description: fill(rule.words.description),
    runbook: runbookOf(rule),
    why: fill(rule.words.why),
    remedy: fill(rule.words.steps[0] ?? ''),
  }
}
