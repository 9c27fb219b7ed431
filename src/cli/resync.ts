import type { Config } from '../config/config.ts'
import { formatLsn, type Lsn } from '../core/lsn.ts'
import type { TableId } from '../core/table-id.ts'
import type { Command } from './command.ts'
import { configOption, loadNamedConfig } from './named-config.ts'
import { readTableNames } from './named-tables.ts'
import { flag, jsonFlag } from './option.ts'
import { UsageError } from './usage-error.ts'

/** What the command needs: `src/app/request-resync.ts`. */
export interface ResyncDeps {
  /**
   * Emits the request as a logical message at the source, where the service reads it in order with the changes.
   * Resolves to the message's position. @throws {SyncError}
   */
  readonly requestResync: (config: Config, tables: readonly TableId[] | 'all') => Promise<Lsn>
}

const allFlag = flag('all', 'All tables of the pipeline; also mends a lost or replaced slot.')

/** `sync-app resync`: a new copy of tables. */
export function resyncCommand(load: () => Promise<ResyncDeps>): Command {
  return {
    name: 'resync',
    summary: 'Copy tables again, and bring quarantined or paused ones back.',
    description: 'The running service takes the request up; readers of the target see a whole table throughout.',
    operands: [{ name: 'TABLE', doc: 'schema.table, or a table of schema public.', required: false, repeated: true }],
    options: [configOption, allFlag, jsonFlag],
    examples: [
      { call: 'resync orders billing.invoices', doc: 'Copy two tables again.' },
      { call: 'resync --all', doc: 'Copy every table again.' },
    ],
    async run(input, context) {
      const all = input.get(allFlag)
      if (all === input.operands.length > 0) throw new UsageError('resync needs the names of tables, or --all')
      const { config } = await loadNamedConfig(input, undefined, context)
      const tables = all ? 'all' : await readTableNames(input.operands, config)
      const { requestResync } = await load()
      const position = formatLsn(await requestResync(config, tables))
      const asked = tables === 'all' ? 'all tables' : tables.join(', ')
      const json = `${JSON.stringify({ requested: tables, position })}\n`
      context.terminal.out(input.get(jsonFlag) ? json : `Asked for a new copy of ${asked} at ${position}.\n`)
      return 0
    },
  }
}
