import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AlertRule } from '../../config/alerting/alert-rule.ts'
import type { AlertingConfig } from '../../config/alerting-section.ts'
import { alertArtefacts } from '../../observe/alerts/generate/alert-artefacts.ts'
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

/** Writes what other programs need to evaluate the rules; gives the paths. */
export async function writeRuleFiles(
  { rules, objectives, delivery }: AlertingConfig,
  directory: string,
): Promise<readonly string[]> {
  const kinds = new Set(delivery.channels.map(({ means }) => means.tag))
  const receivers = (['webhook', 'slack', 'pagerduty'] as const).filter((kind) => kinds.has(kind))
  const files = alertArtefacts(rules, objectives, receivers)
  for (const { path, content } of files) {
    const target = join(directory, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, content)
  }
  return files.map(({ path }) => join(directory, path))
}
