import type { LevelChange, ShownLevel } from '../app/logs/change-levels.ts'
import type { Config } from '../config/config.ts'
import type { LoggerName } from '../config/loggers.ts'
import type { LogLevel } from '../config/logging-section.ts'
import type { CommandContext } from './command.ts'
import { humanDuration } from './human-units.ts'
import { jsonFlag } from './option.ts'
import type { Arguments } from './parse-arguments.ts'
import { ownActor } from './own-actor.ts'
import { textTable } from './text-table.ts'
import { UsageError } from './usage-error.ts'

/** What the command needs: `src/app/logs/change-levels.ts`. */
export interface LevelDeps {
  /** The levels of the running service. @throws {SyncError} */
  readonly readLevels: (config: Config) => Promise<readonly ShownLevel[]>
  /** Changes one, or takes a change back. @throws {SyncError} */
  readonly changeLevels: (
    config: Config,
    change: LevelChange & { readonly actor: string },
  ) => Promise<readonly ShownLevel[]>
}

/** What was typed. */
interface WantedChange {
  readonly logger: LoggerName
  /** Null: back to what is configured. */
  readonly level: LogLevel | null
  readonly forText: string | undefined
}

/** `sync-app logs level`. */
export async function showLevels(
  config: Config,
  deps: LevelDeps,
  input: Arguments,
  context: CommandContext,
): Promise<number> {
  print(await deps.readLevels(config), input, context)
  return 0
}

/** `sync-app logs level LOGGER LEVEL`. @throws {UsageError} for a duration that is none. */
export async function changeLevel(
  config: Config,
  deps: LevelDeps,
  { logger, level, forText }: WantedChange,
  { input, context }: { readonly input: Arguments; readonly context: CommandContext },
): Promise<number> {
  const forMs = forText === undefined ? null : await readDuration(forText)
  print(await deps.changeLevels(config, { logger, level, forMs, actor: ownActor() }), input, context)
  return 0
}

async function readDuration(text: string): Promise<number> {
  const { parseDuration } = await import('../config/duration.ts')
  try {
    return parseDuration(text)
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--for ${JSON.stringify(text)} ${error.message}`)
    throw error
  }
}

function print(levels: readonly ShownLevel[], input: Arguments, { terminal, clock }: CommandContext): void {
  if (input.get(jsonFlag)) {
    terminal.out(`${JSON.stringify(levels, null, 2)}\n`)
    return
  }
  const columns = ['LOGGER', 'LEVEL', 'FROM'].map((title) => ({ title, align: 'left' }) as const)
  const rows = levels.map(({ logger, level, from, until_ms: untilMs }) => {
    const left = untilMs === null ? '' : `, for another ${humanDuration(Math.max(0, untilMs - clock.now()))}`
    return [logger, level, `${from}${left}`]
  })
  terminal.out(textTable(columns, rows))
}
