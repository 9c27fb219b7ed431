import type { DemoPicture, DemoTable } from '../app/demo/demo-picture.ts'
import type { TableState } from '../core/table-state.ts'
import { humanCount, humanDuration } from './human-units.ts'
import { liveScreen } from './live-screen.ts'
import { paint, type Ink } from './paint.ts'
import type { Terminal } from './terminal.ts'
import { textTable } from './text-table.ts'

/** Where the demonstration's pictures and sentences go. */
export interface DemoView {
  show(picture: DemoPicture): void
  say(sentence: string): void
}

const INKS: Readonly<Record<TableState['tag'], Ink>> = {
  waiting: 'dim',
  snapshotting: 'yellow',
  streaming: 'green',
  paused: 'yellow',
  quarantined: 'red',
  removed: 'dim',
}

/**
 * On a terminal a picture takes the place of the one before; in a pipe each is one line. With `json`, standard output is left for the
 * result.
 */
export function demoView(terminal: Terminal, json: boolean): DemoView {
  if (json || !terminal.isTerminal) {
    const write = (line: string): void => (json ? terminal.err(`${line}\n`) : terminal.out(`${line}\n`))
    return { show: (picture) => write(pictureLine(picture)), say: write }
  }
  const screen = liveScreen(terminal)
  return {
    show: (picture) => screen.show(pictureText(picture, terminal.colour)),
    say: (sentence) => {
      screen.keep()
      terminal.out(`${paint('bold', sentence, terminal.colour)}\n`)
    },
  }
}

const sum = (tables: readonly DemoTable[], field: 'sourceRows' | 'targetRows'): number =>
  tables.reduce((total, table) => total + (table[field] ?? 0), 0)

const lagOf = ({ lagMs }: DemoPicture): string => (lagMs === null ? 'not known yet' : humanDuration(lagMs))

/** A picture as one line. Pure. */
function pictureLine(picture: DemoPicture): string {
  const { tables, workload } = picture
  const streaming = tables.filter(({ state }) => state === 'streaming').length
  return [
    `${Math.round(picture.elapsedMs / 1000)} s`,
    `${streaming} of ${tables.length} tables streaming`,
    `${humanCount(sum(tables, 'sourceRows'))} rows in the source, ${humanCount(sum(tables, 'targetRows'))} in the target`,
    `${humanCount(Math.round(picture.rowsPerSecond))} rows/s`,
    `lag ${lagOf(picture)}`,
    `${humanCount(workload.transactions)} transactions of the shop`,
  ].join(', ')
}

/** A picture as a table, for a terminal. Pure. */
function pictureText(picture: DemoPicture, colour: boolean): string {
  const { tables, workload } = picture
  const columns = [
    { title: 'TABLE', align: 'left' },
    { title: 'POSTGRESQL', align: 'right' },
    { title: 'STARROCKS', align: 'right' },
    { title: 'STATE', align: 'left' },
  ] as const
  const rows = tables.map((table) => [
    table.table,
    table.sourceRows === null ? '' : humanCount(table.sourceRows),
    table.targetRows === null ? '' : humanCount(table.targetRows),
    paint(INKS[table.state], table.state, colour),
  ])
  const done = [
    `${humanCount(workload.transactions)} transactions`,
    `${humanCount(workload.rollbacks)} rolled back`,
    `${humanCount(workload.keyChanges)} key changes`,
    `${humanCount(workload.truncates)} truncates`,
    `${humanCount(workload.largeTransactions)} large transactions`,
  ]
  return `
${textTable(columns, rows)}
sync   lag ${lagOf(picture)}, ${humanCount(Math.round(picture.rowsPerSecond))} rows/s, ${humanCount(picture.rowsApplied)} rows applied, ${picture.guarantee ?? 'connecting'}
shop   ${done.join(', ')}
${paint('dim', `${Math.round(picture.elapsedMs / 1000)} s; Ctrl-C ends the show and compares both sides`, colour)}
`
}
