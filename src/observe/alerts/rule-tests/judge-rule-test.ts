import type { AlertRule, ExpectedFiring, RuleTest } from '../../../config/alerting/alert-rule.ts'
import type { FreshnessObjective } from '../../../config/alerting/objectives-section.ts'
import { showSeconds } from '../evaluate/show-value.ts'
import { runRuleTest, type FiringInterval } from './run-rule-test.ts'

/** What came of a test of a rule. */
export interface JudgedTest {
  /** When each instance fired. */
  readonly firing: readonly FiringInterval[]
  /** What differs from what was expected by more than one interval; empty: the test has passed. */
  readonly problems: readonly string[]
}

function at(ms: number | null | undefined): string {
  return ms == null ? 'the end' : showSeconds(ms / 1000)
}

function show({ labels, fromMs, untilMs }: ExpectedFiring | FiringInterval): string {
  const named = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  return `${named.length === 0 ? '' : `${named.join(', ')}: `}from ${at(fromMs)} until ${at(untilMs)}`
}

function isNear(a: number | null | undefined, b: number | null | undefined, toleranceMs: number): boolean {
  if (a == null || b == null) return a == null && b == null
  return Math.abs(a - b) <= toleranceMs
}

/** Runs a test of a rule and compares; times may differ by one interval. Labels that the rule adds need not be expected. Pure. */
export function judgeRuleTest(rule: AlertRule, test: RuleTest, objectives: readonly FreshnessObjective[]): JudgedTest {
  const firing = runRuleTest(rule, test, objectives)
  const isExpected = (found: FiringInterval, expected: ExpectedFiring): boolean =>
    Object.entries(expected.labels).every(([name, value]) => found.labels[name] === value) &&
    isNear(found.fromMs, expected.fromMs, test.intervalMs) &&
    isNear(found.untilMs, expected.untilMs, test.intervalMs)
  const missing = test.firing.filter((expected) => !firing.some((found) => isExpected(found, expected)))
  const surplus = firing.filter((found) => !test.firing.some((expected) => isExpected(found, expected)))
  return {
    firing,
    problems: [
      ...missing.map((expected) => `does not fire ${show(expected)}`),
      ...surplus.map((found) => `fires ${show(found)}`),
    ],
  }
}
