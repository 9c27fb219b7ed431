import type { Command } from './command.ts'
import { tableRequestCommand, type TableRequestDeps } from './table-request.ts'

/** `sync-app resync`: a new copy of tables. */
export function resyncCommand(load: () => Promise<TableRequestDeps>): Command {
  const words = {
    do: 'resync',
    summary: 'Copy tables again, and bring quarantined or paused ones back.',
    description: 'The running service takes the request up; readers of the target see a whole table throughout.',
    asked: (tables: string) => `Asked for a new copy of ${tables}`,
    all: 'All tables of the pipeline; also mends a lost or replaced slot.',
  } as const
  return tableRequestCommand(words, load)
}
