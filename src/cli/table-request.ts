import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import { formatLsn, type Lsn } from '../core/lsn.ts'
import type { TableId } from '../core/table-id.ts'
import type { Command, CommandContext } from './command.ts'
import { configOption, loadNamedConfig } from './named-config.ts'
import { readTableNames } from './named-tables.ts'
import { ownActor } from './own-actor.ts'
import { flag, jsonFlag } from './option.ts'
import type { Arguments } from './parse-arguments.ts'
import { UsageError } from './usage-error.ts'

/** What the commands need: `src/app/request-resync.ts`. */
export interface TableRequestDeps {
  /**
   * Emits the request as logical messages at the source, where the service reads them in order with the changes. Resolves to the
   * position of the last one; with `wait` when the request is fulfilled. @throws {SyncError}
   */
  readonly requestOfPipeline: (config: Config, request: TableRequestOptions) => Promise<Lsn>
}

/** What is asked of the service. */
interface TableRequestOptions {
  readonly do: 'resync' | 'pause' | 'resume'
  readonly tables: readonly TableId[] | 'all'
  readonly by: string
  readonly clock: Clock
  readonly abort: AbortSignal
  readonly wait?: { onProgress(sentence: string): void } | undefined
}

/** How one of the commands presents itself. */
export interface TableRequestWords {
  readonly do: TableRequestOptions['do']
  readonly summary: string
  readonly description: string
  /** Says what was asked for: `Asked for a new copy of public.orders`. */
  readonly asked: (tables: string) => string
  readonly all: string
}

const waitFlag = flag('wait', 'Stay until it is done: the tables are streaming again, or paused.')

/** A command that asks something of the running service, for some tables or all. */
export function tableRequestCommand(words: TableRequestWords, load: () => Promise<TableRequestDeps>): Command {
  const allFlag = flag('all', words.all)
  const { do: name, summary, description } = words
  return {
    name,
    summary,
    description,
    operands: [{ name: 'TABLE', doc: 'schema.table, or a table of schema public.', required: false, repeated: true }],
    options: [configOption, allFlag, waitFlag, jsonFlag],
    examples: [
      { call: `${name} orders public.users`, doc: 'Two tables.' },
      { call: `${name} --all --wait`, doc: 'Every table, and stay until it is done.' },
    ],
    async run(input, context) {
      const all = input.get(allFlag)
      if (all === input.operands.length > 0) throw new UsageError(`${name} needs the names of tables, or --all`)
      const { config } = await loadNamedConfig(input, undefined, context)
      const tables = all ? 'all' : await readTableNames(input.operands, config)
      const { requestOfPipeline } = await load()
      const position = formatLsn(
        await requestOfPipeline(config, { do: name, tables, by: ownActor(), ...around(input, context) }),
      )
      const json = `${JSON.stringify({ requested: tables, position })}\n`
      const asked = words.asked(tables === 'all' ? 'all tables' : tables.join(', '))
      context.terminal.out(input.get(jsonFlag) ? json : `${asked} at ${position}.\n`)
      return 0
    },
  }
}

function around(input: Arguments, context: CommandContext): Pick<TableRequestOptions, 'clock' | 'abort' | 'wait'> {
  const { clock, abort, terminal } = context
  if (!input.get(waitFlag)) return { clock, abort }
  return { clock, abort, wait: { onProgress: (sentence) => terminal.err(`${sentence}\n`) } }
}
