import type { Command } from './command.ts'
import { tableRequestCommand, type TableRequestDeps } from './table-request.ts'

/** `sync-app pause`: tables are left as they are. */
export function pauseCommand(load: () => Promise<TableRequestDeps>): Command {
  const words = {
    do: 'pause',
    summary: 'Leave tables as they are in the target; all others go on.',
    description: 'The running service takes the request up. A paused table comes back with resume, by a new copy.',
    asked: (tables: string) => `Asked to pause ${tables}`,
    all: 'All tables of the pipeline.',
  } as const
  return tableRequestCommand(words, load)
}

/** `sync-app resume`: paused tables come back. */
export function resumeCommand(load: () => Promise<TableRequestDeps>): Command {
  const words = {
    do: 'resume',
    summary: 'Bring paused tables back, by a new copy.',
    description: 'The running service takes the request up. Tables that are not paused are left alone.',
    asked: (tables: string) => `Asked to resume ${tables}`,
    all: 'All tables of the pipeline that are paused.',
  } as const
  return tableRequestCommand(words, load)
}
