import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import type { PipelineStatus } from '../core/pipeline-status.ts'
import type { Command, CommandContext } from './command.ts'
import { liveScreen } from './live-screen.ts'
import { configOperand, configOption, loadNamedConfig } from './named-config.ts'
import { flag, jsonFlag, numberOption } from './option.ts'
import type { Arguments } from './parse-arguments.ts'
import { showError } from './print-error.ts'
import { liveText, statusJson, statusText } from './print-status.ts'

/** What reads the status: `src/app/read-status.ts`. */
export interface StatusDeps {
  /** Reads the status from both sides; the service need not run. @throws {SyncError} when a side cannot be reached. */
  readonly readStatus: (config: Config, clock: Clock) => Promise<PipelineStatus>
}

/** What watching needs as well. */
export interface WatchDeps extends StatusDeps {
  readonly openStatus: (config: Config, clock: Clock) => AsyncDisposable & { read(): Promise<PipelineStatus> }
}

const DEFAULT_INTERVAL_S = 2

const watchFlag = flag('watch', 'Show it again and again, with all tables, until Ctrl-C.', 'w')
const intervalOption = numberOption(
  'interval',
  'SECONDS',
  `With --watch: how often (default ${DEFAULT_INTERVAL_S}).`,
  1,
)

/** `sync-app status`: the pipeline at a glance. */
export function statusCommand(load: () => Promise<WatchDeps>): Command {
  return {
    name: 'status',
    summary: 'Show position, lag, rate, errors, slot and the tables that need attention.',
    description:
      'Position, lag, slot and states are read from both sides, so the service need not run; rates and errors come from\n' +
      'the service at http.host and http.port, if it answers there.',
    operands: [configOperand],
    options: [configOption, watchFlag, intervalOption, jsonFlag],
    examples: [
      { call: 'status', doc: 'How the pipeline of production_config.yaml stands.' },
      { call: 'status --watch', doc: 'A live table of it.' },
      { call: 'status -c shop.yaml --json', doc: 'Another pipeline, for a program.' },
    ],
    async run(input, context) {
      const { config } = await loadNamedConfig(input, input.operands[0], context)
      const deps = await load()
      if (input.get(watchFlag)) return watch(config, deps, input, context)
      const status = await deps.readStatus(config, context.clock)
      const { terminal } = context
      terminal.out(input.get(jsonFlag) ? statusJson(status) : statusText(status, terminal.colour))
      return 0
    },
  }
}

/** Until it is asked to end. A side that cannot be reached is shown, and asked again. */
async function watch(config: Config, deps: WatchDeps, input: Arguments, context: CommandContext): Promise<number> {
  const { terminal, clock, abort } = context
  await using reader = deps.openStatus(config, clock)
  const screen = liveScreen(terminal)
  const everyMs = (input.get(intervalOption) ?? DEFAULT_INTERVAL_S) * 1000
  while (!abort.aborted) {
    try {
      const status = await reader.read()
      // For programs: one line for each look.
      if (input.get(jsonFlag)) terminal.out(`${JSON.stringify(JSON.parse(statusJson(status)))}\n`)
      else screen.show(liveText(status, terminal.colour))
    } catch (error) {
      if (input.get(jsonFlag)) terminal.err(showError(error).text)
      else screen.show(showError(error).text)
    }
    await clock.sleep(everyMs, abort).catch(() => undefined)
  }
  return 0
}
