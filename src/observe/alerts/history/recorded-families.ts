import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import { readingsOf, termsOf } from '../../../config/alerting/condition.ts'
import type { SeriesExpression } from '../../../config/alerting/series-expression.ts'
import { SIGNALS, signalNamed } from '../../../config/alerting/signal-catalogue.ts'

/** Every metric that a condition can read, so that a rule which is not written yet can be tried on what was. Pure. */
export function recordedFamilies(): readonly string[] {
  return [...new Set(Object.values(SIGNALS).flatMap(({ expression }) => familiesOf(expression)))]
}

/** The metrics that a rule looks at. Pure. */
export function familiesOfRule(rule: Pick<AlertRule, 'condition' | 'clear'>): readonly string[] {
  const readings = termsOf(rule).flatMap(readingsOf)
  return [...new Set(readings.flatMap(({ signal }) => familiesOf(signalNamed(signal).expression)))]
}

function familiesOf(expression: SeriesExpression): readonly string[] {
  switch (expression.tag) {
    case 'latest':
    case 'rate':
    case 'increase':
    case 'freshness-burn':
      return [expression.family]
    case 'quantile':
      return [`${expression.family}_bucket`]
    case 'labelled':
      return Object.values(expression.members)
    case 'arithmetic':
      return [...familiesOf(expression.left), ...familiesOf(expression.right)]
    case 'or-zero':
      return [...familiesOf(expression.of), ...familiesOf(expression.like)]
    case 'only-where':
      return [...familiesOf(expression.of), ...familiesOf(expression.condition)]
    case 'floor0':
    case 'age':
      return familiesOf(expression.of)
  }
}
