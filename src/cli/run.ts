import type { Config } from '../config/config.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import type { Clock } from '../core/clock.ts'
import type { RecordSampling, Signals } from '../core/signals.ts'
import { asSyncError } from '../core/sync-error.ts'
import type { Command, CommandContext } from './command.ts'
import { configOperand, configOption, loadNamedConfig } from './named-config.ts'

/** What the command needs: `src/app/run-service.ts`. */
export interface RunDeps {
  /** Runs the pipeline until `abort` is aborted; resolves when it has stopped in order. @throws {SyncError} */
  readonly runService: (config: Config, around: ServiceSurroundings) => Promise<void>
}

/** What the service gets from outside. */
export interface ServiceSurroundings {
  readonly signals: Signals
  readonly sampling?: RecordSampling | undefined
  readonly clock: Clock
  readonly abort: AbortSignal
}

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
    await runService(loaded.config, { signals: log, sampling: log.sampling, clock, abort })
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
      'Log lines go to standard output: pretty on a terminal, JSON in a pipe.',
    operands: [configOperand],
    options: [configOption],
    examples: [{ call: 'run production_config.yaml', doc: 'Run the pipeline of that file.' }],
    run: async (input, context) => runPipeline(await loadNamedConfig(input, input.operands[0], context), load, context),
  }
}
