import type { TailRequest } from '../app/logs/tail-logs.ts'
import type { Config } from '../config/config.ts'
import { LOGGER_NAMES, type LoggerName } from '../config/loggers.ts'
import { LOG_LEVELS, type LogLevel } from '../config/logging-section.ts'
import { nearestName } from '../config/nearest-name.ts'
import type { Command, CommandContext } from './command.ts'
import { changeLevel, showLevels, type LevelDeps } from './log-levels.ts'
import { configOption, loadNamedConfig } from './named-config.ts'
import { flag, jsonFlag, numberOption, textOption, type Option } from './option.ts'
import type { Arguments } from './parse-arguments.ts'
import { UsageError } from './usage-error.ts'

/** What the command needs: `src/app/logs/`. */
export interface LogsDeps extends LevelDeps {
  /** Lines ready to be printed, without newlines. @throws {SyncError} */
  readonly tailLogs: (config: Config, request: TailRequest) => AsyncIterable<string>
}

const DEFAULT_LINES = 20

/** A choice of one of a few words, whatever their case. */
function wordOption<T extends string>(name: string, words: readonly T[], doc: string): Option<T | undefined> {
  return {
    name,
    placeholder: name.toUpperCase(),
    doc,
    read: (raw) => (raw === undefined ? undefined : readWord(raw, words, name)),
  }
}

/** @throws {UsageError} for what is none of the words. */
function readWord<T extends string>(raw: string, words: readonly T[], what: string): T {
  const found = words.find((word) => word.toLowerCase() === raw.toLowerCase())
  if (found !== undefined) return found
  const near = nearestName(raw, words)
  const hint = near === undefined ? `they are ${words.join(', ')}` : `did you mean ${near}?`
  throw new UsageError(`there is no ${what} ${JSON.stringify(raw)}: ${hint}`)
}

const followFlag = flag('follow', 'Go on with each further line, until Ctrl-C.', 'f')
const linesOption = numberOption('lines', 'N', `The last N lines to begin with (default ${DEFAULT_LINES}).`, 0)
const levelOption = wordOption<LogLevel>('level', LOG_LEVELS, 'Only lines of this level and above.')
const tableOption = textOption('table', 'TABLE', 'Only lines about this table: schema.table, or a name of any schema.')
const loggerOption = wordOption<LoggerName>('logger', LOGGER_NAMES, 'Only lines of this logger and those below it.')
const serviceFlag = flag('service', 'Ask the running service, also where its log file is at hand.')
const forOption = textOption(
  'for',
  'DURATION',
  'With level: how long it holds, such as 10m; default: until the next start.',
)

/** `sync-app logs`: the log, and the levels of what is logged. */
export function logsCommand(load: () => Promise<LogsDeps>): Command {
  return {
    name: 'logs',
    summary: 'Show or follow the log; change what is logged while it runs.',
    description:
      'Reads the configured log file, also across its rotations; without one, the running service is asked at http.host\n' +
      'and http.port, which has the last 1,000 lines at hand.\n' +
      'logs level shows the level of each logger; logs level LOGGER LEVEL changes one, and LEVEL reset takes it back.',
    operands: [
      { name: 'level', doc: 'Show or change levels instead of lines.', required: false, repeated: false },
      { name: 'LOGGER', doc: 'The logger whose level is changed.', required: false, repeated: false },
      { name: 'LEVEL', doc: `${LOG_LEVELS.join(', ')} or reset.`, required: false, repeated: false },
    ],
    options: [
      configOption,
      followFlag,
      linesOption,
      levelOption,
      tableOption,
      loggerOption,
      serviceFlag,
      forOption,
      jsonFlag,
    ],
    examples: [
      { call: 'logs -f', doc: 'Follow the log.' },
      { call: 'logs -f --level WARNING --table orders', doc: 'Only what goes wrong with one table.' },
      { call: 'logs --lines 500 --json', doc: 'The last 500 lines as they were written.' },
      { call: 'logs level sync_app.records DEBUG --for 10m', doc: 'Log single records for ten minutes.' },
    ],
    async run(input, context) {
      const { config } = await loadNamedConfig(input, undefined, context)
      const [action, logger, level] = input.operands
      if (action === undefined) return tail(config, await load(), input, context)
      if (action !== 'level')
        throw new UsageError(`logs does not know what to do with ${JSON.stringify(action)}: level?`)
      if (logger === undefined) return showLevels(config, await load(), input, context)
      if (level === undefined)
        throw new UsageError(`logs level ${logger} needs a level: ${LOG_LEVELS.join(', ')} or reset`)
      const change = {
        logger: readWord(logger, LOGGER_NAMES, 'logger'),
        level: level === 'reset' ? null : readWord(level, LOG_LEVELS, 'level'),
        forText: input.get(forOption),
      }
      return changeLevel(config, await load(), change, { input, context })
    },
  }
}

async function tail(config: Config, deps: LogsDeps, input: Arguments, context: CommandContext): Promise<number> {
  const { terminal, clock, abort } = context
  const lines = deps.tailLogs(config, {
    filter: {
      level: input.get(levelOption),
      table: input.get(tableOption),
      logger: input.get(loggerOption),
    },
    last: input.get(linesOption) ?? DEFAULT_LINES,
    follow: input.get(followFlag),
    from: input.get(serviceFlag) ? 'service' : 'any',
    json: input.get(jsonFlag),
    colour: terminal.colour,
    clock,
    abort,
  })
  for await (const line of lines) terminal.out(`${line}\n`)
  return 0
}
