import { describe, expect, test } from 'vitest'
import { DEFAULT_OBJECTIVES } from '../../../config/alerting/objectives-section.ts'
import { PREDEFINED_RULES } from '../../../config/alerting/predefined-rules.ts'
import { SIGNALS } from '../../../config/alerting/signal-catalogue.ts'
import { isLeaf, type SeriesExpression } from '../../../config/alerting/series-expression.ts'
import { METRICS } from '../../metrics/catalogue.ts'
import type { MetricFamily } from '../../metrics/metric-family.ts'
import { judgeRuleTest } from './judge-rule-test.ts'

describe('every predefined rule fires when it must, and only then (rows 50-60, 116)', () => {
  const tests = PREDEFINED_RULES.flatMap((rule) =>
    rule.tests.map((each) => [rule.name, each.name, rule, each] as const),
  )

  test.each(tests)('%s: %s', (_rule, _name, rule, each) => {
    expect(judgeRuleTest(rule, each, DEFAULT_OBJECTIVES).problems).toEqual([])
  })

  test('each has a test in which it fires', () => {
    const untested = PREDEFINED_RULES.filter((rule) => {
      return !rule.tests.some(({ firing }) => firing.length > 0)
    })
    expect(untested.map(({ name }) => name)).toEqual([])
  })
})

/** The metrics that a signal reads, each with the labels that it asks them for. */
function metricsOf(expression: SeriesExpression): readonly (readonly [family: string, labels: readonly string[]])[] {
  if ('members' in expression) return Object.values(expression.members).map((family) => [family, []])
  if (isLeaf(expression)) return [[expression.family, 'where' in expression ? Object.keys(expression.where ?? {}) : []]]
  if ('family' in expression) return [[expression.family, []]]
  const parts = 'left' in expression ? [expression.left, expression.right] : [expression.of]
  if ('like' in expression) parts.push(expression.like)
  if ('condition' in expression) parts.push(expression.condition)
  return parts.flatMap(metricsOf)
}

const families: Readonly<Record<string, MetricFamily>> = METRICS

describe('signals and the catalogue of metrics agree', () => {
  test.each(Object.entries(SIGNALS))('%s', (_name, { expression, windowMs }) => {
    for (const [family, labels] of metricsOf(expression)) {
      expect(Object.keys(families)).toContain(family)
      expect(families[family]?.labels).toEqual(expect.arrayContaining([...labels]))
    }
    const text = JSON.stringify(expression)
    expect(/"(rate|increase|quantile)"/.test(text)).toBe(windowMs !== undefined)
  })

  test('a signal is told by a label that its metrics have', () => {
    const strange = Object.entries(SIGNALS).flatMap(([name, { expression, labels }]) =>
      labels
        .filter((label) => !metricsOf(expression).some(([family]) => families[family]?.labels.includes(label)))
        .map((label) => `${name} by ${label}`),
    )
    // Its databases are told apart by the signal itself.
    expect(strange).toEqual(['database_up by database'])
  })

  test('tests of rules play metrics that exist', () => {
    for (const { series } of PREDEFINED_RULES.flatMap(({ tests }) => tests.flatMap((each) => each.series))) {
      const family = series.replace(/\{.*/, '').replace(/_bucket$/, '')
      expect(Object.keys(families)).toContain(family)
    }
  })
})
