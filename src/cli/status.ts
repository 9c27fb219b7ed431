import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import type { PipelineStatus } from '../core/pipeline-status.ts'
import type { Command } from './command.ts'
import { configOperand, configOption, loadNamedConfig } from './named-config.ts'
import { jsonFlag } from './option.ts'
import { statusJson, statusText } from './print-status.ts'

/** What the command needs: `src/app/read-status.ts`. */
export interface StatusDeps {
  /** Reads the status from both sides; the service need not run. @throws {SyncError} when a side cannot be reached. */
  readonly readStatus: (config: Config, clock: Clock) => Promise<PipelineStatus>
}

/** `sync-app status`: the pipeline at a glance. */
export function statusCommand(load: () => Promise<StatusDeps>): Command {
  return {
    name: 'status',
    summary: 'Show position, lag, slot and the tables that need attention.',
    operands: [configOperand],
    options: [configOption, jsonFlag],
    examples: [
      { call: 'status', doc: 'How the pipeline of production_config.yaml stands.' },
      { call: 'status -c shop.yaml --json', doc: 'Another pipeline, for a program.' },
    ],
    async run(input, context) {
      const { config } = await loadNamedConfig(input, input.operands[0], context)
      const { readStatus } = await load()
      const status = await readStatus(config, context.clock)
      const { terminal } = context
      terminal.out(input.get(jsonFlag) ? statusJson(status) : statusText(status, terminal.colour))
      return 0
    },
  }
}
