import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import { DEFAULT_OBJECTIVES } from '../../../config/alerting/objectives-section.ts'
import { PREDEFINED_RULES } from '../../../config/alerting/predefined-rules.ts'
import { debianTool, type DebianTool } from '../../../../test/support/debian-tool.ts'
import { runRuleTest } from '../rule-tests/run-rule-test.ts'
import { EXTRA_RULES } from '../rule-tests/extra-rules.ts'
import { alertmanagerConfig } from './alertmanager-config.ts'
import { prometheusRules, prometheusRulesFile } from './prometheus-rules.ts'
import { promtoolTests } from './promtool-tests.ts'

const run = promisify(execFile)

let promtool: DebianTool
let directory: string

beforeAll(async () => {
  promtool = await debianTool('promtool', 'prometheus')
  directory = await mkdtemp(join(tmpdir(), 'rules-'))
})

afterAll(() => rm(directory, { recursive: true }))

/** The path of a tool; without it the test is skipped, and says why. */
function needed(tool: DebianTool, context: TestContext): string {
  return tool.tag === 'found' ? tool.path : context.skip(tool.why)
}

/** Writes the tests of rules, in which `written` is what Prometheus gets and `rule` what was evaluated here. */
async function writeTests(
  rules: readonly { readonly rule: AlertRule; readonly written: AlertRule }[],
): Promise<string[]> {
  const files: string[] = []
  for (const { rule, written } of rules) {
    const rulesFile = join(directory, `${rule.name}.rules.yml`)
    await writeFile(rulesFile, prometheusRulesFile(prometheusRules([written], DEFAULT_OBJECTIVES)))
    for (const [index, each] of rule.tests.entries()) {
      const file = join(directory, `${rule.name}.${index}.test.yml`)
      const firing = runRuleTest(rule, each, DEFAULT_OBJECTIVES)
      await writeFile(file, promtoolTests(rulesFile, { rule, test: each, firing }))
      files.push(file)
    }
  }
  return files
}

test('Alertmanager takes its configuration', async (context) => {
  const amtool = await debianTool('amtool', 'prometheus-alertmanager')
  const path = needed(amtool, context)
  const file = join(directory, 'alertmanager.yml')
  await writeFile(file, alertmanagerConfig(PREDEFINED_RULES, ['slack']))
  const { stdout } = await run(path, ['check-config', file])
  expect(stdout).toMatch(/SUCCESS[^]*2 receivers/)
})

describe('one source of rules, in Prometheus and here (rows 115, 116)', () => {
  test('fire when the embedded evaluator says so, within one interval', async (context) => {
    const path = needed(promtool, context)
    const rules = [...PREDEFINED_RULES, ...EXTRA_RULES]
    const files = await writeTests(rules.map((rule) => ({ rule, written: rule })))
    const { stdout } = await run(path, ['test', 'rules', ...files])
    expect(stdout.match(/SUCCESS/g)?.length).toBe(files.length)
  })

  test('and where they would not, that is noticed', async (context) => {
    const path = needed(promtool, context)
    const differing = PREDEFINED_RULES.filter(({ tests }) => tests[0]?.firing[0]?.untilMs !== undefined).slice(0, 3)
    for (const rule of differing) {
      const later = { ...rule, forMs: rule.forMs + 4 * (rule.tests[0]?.intervalMs ?? 0) }
      const files = await writeTests([{ rule, written: later }])
      await expect(run(path, ['test', 'rules', ...files])).rejects.toThrow(/FAILED/)
    }
  })

  test('are in order', async (context) => {
    const path = needed(promtool, context)
    const file = join(directory, 'all.rules.yml')
    await writeFile(
      file,
      prometheusRulesFile(prometheusRules([...PREDEFINED_RULES, ...EXTRA_RULES], DEFAULT_OBJECTIVES)),
    )
    const { stdout } = await run(path, ['check', 'rules', '--lint=all', '--lint-fatal', file])
    expect(stdout).toContain('SUCCESS')
  })
})
