import type { ServiceSurroundings } from '../app/run-service.ts'
import type { Config } from '../config/config.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { asSyncError } from '../core/sync-error.ts'
import type { Command, CommandContext } from './command.ts'
import { configOperand, configOption, loadNamedConfig } from './named-config.ts'
import { programVersion } from './program-version.ts'

/** What the command needs: `src/app/run-service.ts`. */
export interface RunDeps {
  /** Runs the pipeline until `abort` is aborted; resolves when it has stopped in order. @throws {SyncError} */
  readonly runService: (config: Config, around: ServiceSurroundings) => Promise<void>
}

/** The program of the monitor thread: a layer beside this one, so it is named and not imported. */
const MONITOR_ENTRY = new URL('../api/monitor-thread.ts', import.meta.url)

async function runPipeline(
  loaded: LoadedConfig,
  load: () => Promise<RunDeps>,
  context: CommandContext,
): Promise<number> {
  const { openServiceLog } = await import('../app/open-service-log.ts')
  const { terminal, clock, abort } = context
  await using log = openServiceLog(loaded.config, { terminal, clock, host: context.host })
  for (const { message, file, line, column } of loaded.warnings) {
    log.write({ level: 'WARNING', message, fields: { file, line, column } })
  }
  try {
    const { runService } = await load()
    const about = { version: programVersion(), monitorEntry: MONITOR_ENTRY }
    await runService(loaded.config, { ...about, log, clock, abort })
    return 0
  } catch (error) {
    log.emit({ tag: 'attempt-failed', what: 'running the pipeline', error: asSyncError(error), retryInMs: null })
    throw error
  }
}

/** `sync-app run`: the service. */
export function runCommand(load: () => Promise<RunDeps>): Command {
  return {
    name: 'run',
    summary: 'Copy the tables and keep them equal, until stopped.',
    description:
      'Stops within 10 seconds on SIGTERM or SIGINT; killing it at any instant is harmless.\n' +
      'Log lines go to standard output: pretty on a terminal, JSON in a pipe. Health, metrics and API are served on\n' +
      '`http.port` (8080) and `http.metrics_port` (9090).',
    operands: [configOperand],
    options: [configOption],
    examples: [{ call: 'run production_config.yaml', doc: 'Run the pipeline of that file.' }],
    run: async (input, context) => runPipeline(await loadNamedConfig(input, input.operands[0], context), load, context),
  }
}
