import type { AlertRule } from '../../config/alerting/alert-rule.ts'
import type { AlertingConfig } from '../../config/alerting-section.ts'
import type { Command } from '../command.ts'
import { humanDuration } from '../human-units.ts'
import { configOption, loadNamedConfig } from '../named-config.ts'
import { jsonFlag, textOption } from '../option.ts'
import { textTable } from '../text-table.ts'

/** What the commands need: `src/app/alerts/write-rule-files.ts`, `shown-rules.ts`. */
export interface RuleDeps {
  readonly shownRules: (rules: readonly AlertRule[]) => readonly object[]
  /** Gives the paths of what it wrote. */
  readonly writeRuleFiles: (config: AlertingConfig, directory: string) => Promise<readonly string[]>
}

type Load = () => Promise<RuleDeps>

function listCommand(load: Load): Command {
  return {
    name: 'alerts rules',
    summary: 'List the alert rules in force: the predefined ones, as the configuration changes them, and its own.',
    operands: [],
    options: [configOption, jsonFlag],
    examples: [{ call: 'alerts rules', doc: 'What is watched for, and how long it must hold.' }],
    async run(input, context) {
      const { rules } = (await loadNamedConfig(input, undefined, context)).config.alerting
      if (input.get(jsonFlag)) {
        context.terminal.out(`${JSON.stringify((await load()).shownRules(rules))}\n`)
        return 0
      }
      const columns = ['rule', 'severity', 'per', 'for', 'condition'].map((title) => ({
        title,
        align: 'left' as const,
      }))
      const rows = rules.map(({ name, severity, per = '', forMs, condition }) => {
        return [name, severity, per, forMs === 0 ? '' : humanDuration(forMs), condition.text]
      })
      context.terminal.out(textTable(columns, rows))
      return 0
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
  return [listCommand(load), generateCommand(load)]
}
