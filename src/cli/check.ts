import type { Config } from '../config/config.ts'
import type { Finding } from '../core/finding.ts'
import type { Command } from './command.ts'
import { configOperand, configOption, loadNamedConfig, reportWarnings } from './named-config.ts'
import { flag, jsonFlag } from './option.ts'
import { findingsJson, findingsText } from './print-findings.ts'

/** What the command needs: `src/app/preflight.ts`. */
export interface CheckDeps {
  /** Looks at both sides without changing anything. A side that cannot be reached is a finding, not a throw. */
  readonly preflight: (config: Config) => Promise<readonly Finding[]>
}

const showConfigFlag = flag('show-config', 'Print the configuration with its defaults, secrets hidden, and end.')

/** `sync-app check`: the preflight. */
export function checkCommand(load: () => Promise<CheckDeps>): Command {
  return {
    name: 'check',
    summary: 'Find every problem before anything is copied, with what mends it.',
    description: 'Changes nothing on either side. Exits with 1 when there are errors.',
    operands: [configOperand],
    options: [configOption, jsonFlag, showConfigFlag],
    examples: [
      { call: 'check production_config.yaml', doc: 'Check both sides for the pipeline of that file.' },
      { call: 'check --json', doc: 'The same for a program.' },
      { call: 'check --show-config', doc: 'See what the configuration amounts to.' },
    ],
    async run(input, context) {
      const loaded = await loadNamedConfig(input, input.operands[0], context)
      reportWarnings(loaded, context)
      const { terminal } = context
      if (input.get(showConfigFlag)) {
        const { redact } = await import('../config/redact.ts')
        terminal.out(`${JSON.stringify(redact(loaded.config), null, 2)}\n`)
        return 0
      }
      const { preflight } = await load()
      const findings = await preflight(loaded.config)
      terminal.out(input.get(jsonFlag) ? findingsJson(findings) : findingsText(findings, terminal.colour))
      return findings.some((finding) => finding.level === 'error') ? 1 : 0
    },
  }
}
