import type { AlertRule } from '../../config/alerting/alert-rule.ts'
import type { AlertingConfig } from '../../config/alerting-section.ts'
import { nearestName } from '../../config/nearest-name.ts'
import type { Command } from '../command.ts'
import { humanDuration } from '../human-units.ts'
import { configOption, loadNamedConfig } from '../named-config.ts'
import { jsonFlag, textOption } from '../option.ts'
import { textTable } from '../text-table.ts'
import { UsageError } from '../usage-error.ts'

/** What the commands need: `src/app/alerts/rule-work.ts`. */
export interface RuleDeps {
  readonly testRules: (
    rules: readonly AlertRule[],
    config: AlertingConfig,
  ) => readonly { readonly rule: string; readonly test: string; readonly problems: readonly string[] }[]
  /** Gives the paths of what it wrote. */
  readonly writeRuleFiles: (config: AlertingConfig, directory: string) => Promise<readonly string[]>
}

type Load = () => Promise<RuleDeps>

function rulesJson(rules: readonly AlertRule[]): string {
  const shown = rules.map(
    ({ name, severity, condition, clear, per, forMs, keepFiringForMs, cooldownMs, words, tests }) => {
      return {
        name,
        title: words.title,
        severity,
        condition: condition.text,
        clear: clear?.text,
        per,
        for_ms: forMs,
        keep_firing_for_ms: keepFiringForMs,
        cooldown_ms: cooldownMs,
        tests: tests.length,
      }
    },
  )
  return `${JSON.stringify(shown)}\n`
}

const listRules: Command = {
  name: 'alerts rules',
  summary: 'List the alert rules in force: the predefined ones, as the configuration changes them, and its own.',
  operands: [],
  options: [configOption, jsonFlag],
  examples: [{ call: 'alerts rules', doc: 'What is watched for, and how long it must hold.' }],
  async run(input, context) {
    const { rules } = (await loadNamedConfig(input, undefined, context)).config.alerting
    if (input.get(jsonFlag)) {
      context.terminal.out(rulesJson(rules))
      return 0
    }
    const columns = ['rule', 'severity', 'per', 'for', 'condition'].map((title) => ({ title, align: 'left' as const }))
    const rows = rules.map(({ name, severity, per = '', forMs, condition }) => {
      return [name, severity, per, forMs === 0 ? '' : humanDuration(forMs), condition.text]
    })
    context.terminal.out(textTable(columns, rows))
    return 0
  },
}

function chosen(rules: readonly AlertRule[], name: string | undefined): readonly AlertRule[] {
  if (name === undefined) return rules
  const found = rules.filter((rule) => rule.name === name)
  if (found.length > 0) return found
  const near = nearestName(
    name,
    rules.map((rule) => rule.name),
  )
  const hint = near === undefined ? 'see alerts rules' : `did you mean ${near}?`
  throw new UsageError(`there is no rule ${JSON.stringify(name)}: ${hint}`)
}

function testCommand(load: Load): Command {
  return {
    name: 'alerts test-rules',
    summary: 'Run the tests of alert rules: does each fire when it must, and only then?',
    description: 'The tests stand under `test:` of a rule; predefined rules bring theirs. Exits with 1 when one fails.',
    operands: [{ name: 'RULE', doc: 'The rule; all when none is named.', required: false, repeated: false }],
    options: [configOption, jsonFlag],
    examples: [
      { call: 'alerts test-rules', doc: 'All rules of production_config.yaml.' },
      { call: 'alerts test-rules orders_late', doc: 'One of them.' },
    ],
    async run(input, context) {
      const { alerting } = (await loadNamedConfig(input, undefined, context)).config
      const rules = chosen(alerting.rules, input.operands[0])
      const { testRules } = await load()
      const outcomes = testRules(rules, alerting)
      const lines = outcomes.map(({ rule, test, problems }) => {
        return problems.length === 0 ? `ok    ${rule}: ${test}\n` : `FAIL  ${rule}: ${test}: ${problems.join('; ')}\n`
      })
      const untested = rules.filter(({ tests }) => tests.length === 0).map(({ name }) => `none  ${name}\n`)
      context.terminal.out(input.get(jsonFlag) ? `${JSON.stringify(outcomes)}\n` : [...lines, ...untested].join(''))
      return outcomes.every(({ problems }) => problems.length === 0) ? 0 : 1
    },
  }
}

const outOption = textOption('out', 'DIR', 'Where to write; else the directory alert-rules.', 'o')

function generateCommand(load: Load): Command {
  return {
    name: 'alerts generate',
    summary: 'Write the rules for Prometheus, Alertmanager and Grafana, and a runbook page.',
    description: 'Secrets are not written: Alertmanager reads them from files below /run/secrets.',
    operands: [],
    options: [configOption, outOption],
    examples: [{ call: 'alerts generate --out monitoring', doc: 'Files below the directory monitoring.' }],
    async run(input, context) {
      const { alerting } = (await loadNamedConfig(input, undefined, context)).config
      const { writeRuleFiles } = await load()
      const paths = await writeRuleFiles(alerting, input.get(outOption) ?? 'alert-rules')
      context.terminal.out(paths.map((path) => `wrote ${path}\n`).join(''))
      return 0
    },
  }
}

/** Subcommands of `sync-app alerts` about rules; none of them needs the running service. */
export function ruleCommands(load: Load): readonly Command[] {
  return [listRules, testCommand(load), generateCommand(load)]
}
