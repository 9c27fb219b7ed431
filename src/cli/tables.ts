import type { Command } from './command.ts'
import { configOperand, configOption, loadNamedConfig } from './named-config.ts'
import { jsonFlag } from './option.ts'
import { tablesJson, tablesText } from './print-status.ts'
import type { StatusDeps } from './status.ts'

/** `sync-app tables`: every job. */
export function tablesCommand(load: () => Promise<StatusDeps>): Command {
  return {
    name: 'tables',
    summary: 'List all tables with target, state and reason.',
    operands: [configOperand],
    options: [configOption, jsonFlag],
    examples: [{ call: 'tables', doc: 'All tables of the pipeline of production_config.yaml.' }],
    async run(input, context) {
      const { config } = await loadNamedConfig(input, input.operands[0], context)
      const { readStatus } = await load()
      const { tables } = await readStatus(config, context.clock)
      const { terminal } = context
      terminal.out(input.get(jsonFlag) ? tablesJson(tables) : tablesText(tables, terminal.colour))
      return 0
    },
  }
}
