import { formatLsn } from '../core/lsn.ts'
import type { PipelineStatus, TableActivity, TableStatus } from '../core/pipeline-status.ts'
import { tableLabel } from '../core/table-label.ts'
import type { TableState } from '../core/table-state.ts'
import { humanBytes, humanCount, humanDuration } from './human-units.ts'
import { paint, type Ink } from './paint.ts'
import { textTable } from './text-table.ts'

const STATE_INKS: Readonly<Record<TableState['tag'], Ink>> = {
  waiting: 'dim',
  snapshotting: 'yellow',
  streaming: 'green',
  paused: 'yellow',
  quarantined: 'red',
  removed: 'dim',
}

function noteOf({ state, chunks, refused }: TableStatus): string {
  if (refused) return `${refused.code}: ${refused.reason}`
  if (state.tag === 'quarantined') return `${state.code}: ${state.reason}`
  if (state.tag === 'paused') return `since ${formatLsn(state.sinceLsn)}`
  if (state.tag === 'snapshotting' && chunks) return `${chunks.loaded} of ${chunks.planned} chunks`
  return ''
}

/** All jobs, one a line: table, target, state, note. */
export function tablesText(tables: readonly TableStatus[], colour: boolean): string {
  if (tables.length === 0) return 'no tables yet\n'
  const columns = ['TABLE', 'TARGET', 'STATE', 'NOTE'].map((title) => ({ title, align: 'left' }) as const)
  const rows = tables.map((each) => {
    const { tag } = each.state
    return [each.table, each.target, paint(STATE_INKS[tag], tag, colour), noteOf(each)]
  })
  return textTable(columns, rows)
}

function statesLine(tables: readonly TableStatus[]): string {
  const counts = new Map<string, number>()
  for (const { state } of tables) counts.set(state.tag, (counts.get(state.tag) ?? 0) + 1)
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ') || 'none yet'
}

function lagLine({ lagMs, lagBytes }: PipelineStatus): string {
  const parts = [lagMs === null ? null : humanDuration(lagMs), lagBytes === null ? null : humanBytes(lagBytes)]
  return parts.filter((part) => part !== null).join(', ') || 'unknown'
}

function slotLine({ slot }: PipelineStatus): string {
  if (!slot) return 'absent'
  const reader = slot.activePid === null ? 'no service is connected' : `read by pid ${slot.activePid}`
  return `${slot.name}, ${reader}, ${slot.walStatus}, keeps ${humanBytes(slot.retainedBytes)} of WAL`
}

function checkpointLine({ checkpoint }: PipelineStatus): string {
  if (!checkpoint) return 'none yet'
  return `${formatLsn(checkpoint.endLsn)} (number ${checkpoint.number}, epoch ${checkpoint.epoch})`
}

function activityLines({ activity }: PipelineStatus): readonly (readonly [string, string])[] {
  if (activity === undefined) return []
  if (activity === null) return [['service', 'does not answer over HTTP: no rates, no errors']]
  const { recordsPerSecond, recordsFailed } = activity
  return [
    ['rate', `${humanCount(Math.round(recordsPerSecond))} records/s`],
    ['errors', recordsFailed === 0 ? 'none' : `${humanCount(recordsFailed)} records failed since the service started`],
  ]
}

function headText(status: PipelineStatus, colour: boolean): string {
  const lines = [
    ['pipeline', status.pipeline],
    ['guarantee', status.guarantee ?? 'not known before the first run'],
    ['checkpoint', checkpointLine(status)],
    ['lag', lagLine(status)],
    ...activityLines(status),
    ['slot', slotLine(status)],
    ['tables', statesLine(status.tables)],
  ] as const
  return lines.map(([name, value]) => `${paint('bold', name.padEnd(10), colour)} ${value}\n`).join('')
}

/** The pipeline at a glance, then the tables that are not streaming. */
export function statusText(status: PipelineStatus, colour: boolean): string {
  const head = headText(status, colour)
  const unsettled = status.tables.filter(({ state }) => state.tag !== 'streaming')
  return unsettled.length === 0 ? head : `${head}\n${tablesText(unsettled, colour)}`
}

/** Tables that a live picture has room for. */
const LIVE_TABLES = 20

const LIVE_COLUMNS = [
  { title: 'TABLE', align: 'left' },
  { title: 'STATE', align: 'left' },
  { title: 'LAG', align: 'right' },
  { title: 'RECORDS/S', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: 'NOTE', align: 'left' },
] as const

/** The pipeline and its tables for watching: those that do not stream first, then by lag. A picture of bounded height. */
export function liveText(status: PipelineStatus, colour: boolean): string {
  const measured = (table: TableStatus): TableActivity | undefined =>
    status.activity?.tables.get(tableLabel(table.table))
  const urgency = (table: TableStatus): number =>
    table.state.tag === 'streaming' ? (measured(table)?.lagSeconds ?? -1) : Infinity
  const ordered = status.tables.toSorted((a, b) => {
    const [first, second] = [urgency(a), urgency(b)]
    return first === second ? 0 : second - first
  })
  const rows = ordered.slice(0, LIVE_TABLES).map((table) => liveRow(table, measured(table), colour))
  const hidden = ordered.length - rows.length
  const more = hidden > 0 ? `and ${humanCount(hidden)} more: see sync-app tables\n` : ''
  const body = rows.length === 0 ? 'no tables yet\n' : `${textTable(LIVE_COLUMNS, rows)}${more}`
  return `${headText(status, colour)}\n${body}${paint('dim', 'Ctrl-C ends', colour)}\n`
}

function liveRow(table: TableStatus, measured: TableActivity | undefined, colour: boolean): readonly string[] {
  const { tag } = table.state
  const { lagSeconds = null, recordsPerSecond = null, recordsFailed } = measured ?? {}
  return [
    table.table,
    paint(STATE_INKS[tag], tag, colour),
    lagSeconds === null ? '' : humanDuration(lagSeconds * 1000),
    recordsPerSecond === null ? '' : humanCount(Math.round(recordsPerSecond)),
    recordsFailed === undefined ? '' : humanCount(recordsFailed),
    noteOf(table),
  ]
}

function tableObject({ table, target, state, chunks, refused }: TableStatus): object {
  const quarantine =
    state.tag === 'quarantined' ? { code: state.code, reason: state.reason, row_key: state.rowKey } : {}
  const since = 'sinceLsn' in state ? { since_lsn: formatLsn(state.sinceLsn) } : {}
  return { table, target, state: state.tag, ...since, ...quarantine, ...refused, chunks }
}

/** Jobs for programs: a list of `{table, target, state, ...}`. */
export function tablesJson(tables: readonly TableStatus[]): string {
  return `${JSON.stringify(tables.map(tableObject), null, 2)}\n`
}

/** The status for programs; LSNs as PostgreSQL writes them, 64-bit numbers as text. */
export function statusJson(status: PipelineStatus): string {
  const { checkpoint, slot } = status
  const shown = {
    pipeline: status.pipeline,
    guarantee: status.guarantee,
    checkpoint: checkpoint && {
      number: String(checkpoint.number),
      end_lsn: formatLsn(checkpoint.endLsn),
      commit_time_ms: checkpoint.commitTimeMs,
      epoch: String(checkpoint.epoch),
    },
    lag_seconds: status.lagMs === null ? null : status.lagMs / 1000,
    lag_bytes: status.lagBytes,
    slot: slot && {
      name: slot.name,
      active_pid: slot.activePid,
      confirmed_lsn: formatLsn(slot.confirmedLsn),
      retained_bytes: slot.retainedBytes,
      wal_status: slot.walStatus,
    },
    service: status.activity && {
      records_per_second: status.activity.recordsPerSecond,
      records_failed: status.activity.recordsFailed,
    },
    tables: status.tables.map((table) => {
      const measured = status.activity?.tables.get(tableLabel(table.table))
      const { lagSeconds, recordsPerSecond, recordsFailed } = measured ?? {}
      return {
        ...tableObject(table),
        lag_seconds: lagSeconds,
        records_per_second: recordsPerSecond,
        records_failed: recordsFailed,
      }
    }),
  }
  return `${JSON.stringify(shown, null, 2)}\n`
}
