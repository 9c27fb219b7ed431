import type { AlertRule } from '../../config/alerting/alert-rule.ts'
import type { AlertingConfig } from '../../config/alerting-section.ts'
import { judgeRuleTest } from '../../observe/alerts/rule-tests/judge-rule-test.ts'

/** What came of one test of a rule. */
export interface RuleTestOutcome {
  readonly rule: string
  readonly test: string
  /** Empty: it has passed. */
  readonly problems: readonly string[]
}

/** Runs the tests of rules through the evaluator of the service. */
export function testRules(
  rules: readonly AlertRule[],
  { objectives }: Pick<AlertingConfig, 'objectives'>,
): readonly RuleTestOutcome[] {
  return rules.flatMap((rule) =>
    rule.tests.map((test) => {
      return { rule: rule.name, test: test.name, problems: judgeRuleTest(rule, test, objectives).problems }
    }),
  )
}
