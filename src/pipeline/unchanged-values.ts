import type { Lsn } from '../core/lsn.ts'
import type { RowView } from '../core/row-view.ts'
import type { Signals } from '../core/signals.ts'
import type { ReadBackRow, Sink } from '../core/sink.ts'
import type { Source } from '../core/source.ts'
import type { PendingRow } from './pending-row.ts'
import { completeRecord, deleteRecord, encodeFields, replaceRecord } from './record-completion.ts'
import { SentRows } from './sent-rows.ts'
import type { TableEntry } from './table-registry.ts'
import type { TableLoad } from './table-load.ts'

/**
 * - `target`: under the row's origin key at the target.
 * - `source`: read again at the source by the present key.
 */
export type ValueOrigin = 'target' | 'source'

/** What is known of a table when values of its rows are missing. */
export interface FillSituation {
  /** The target is exactly the state before the batch. */
  readonly exact: boolean
  /** The source emptied the table, and the rows of before are still at the target. */
  readonly truncated: boolean
}

/**
 * Decides where a value is read that no part of the batch has (design: unchanged TOAST). Pure.
 *
 * An exact table's target is the state before the batch. Any other may be ahead of the checkpoint, so there only a row that kept its
 * key is known to be the same row.
 */
export function valueOrigin(row: PendingRow, table: FillSituation): ValueOrigin {
  // The source has the row no more.
  if (row.marked) return 'target'
  if (row.fromSource || table.truncated) return 'source'
  return table.exact || !row.moved ? 'target' : 'source'
}

/**
 * Whether a part that was sent before can have the row's values. Not when the row came back within this part, and not when it moved
 * within it while the table's target may be ahead: what the part has then can be what the target had under the key. Pure.
 */
export function mayBeInParts(row: PendingRow, table: FillSituation): boolean {
  if (row.marked) return true
  return !row.fromSource && (table.exact || !row.moved)
}

/** What filling needs. */
export interface FillDeps {
  readonly sink: Sink
  readonly source: Source
  readonly signals: Signals
  /** The rows that earlier parts of the batch have sent; null while there are none. */
  readonly sent: SentRows | null
}

/** Rows whose values are read at once, at first; then as many as bring about {@link SLICE_BYTES}. */
const FIRST_SLICE_ROWS = 64
const MOST_SLICE_ROWS = 10_000
const SLICE_BYTES = 8 * 1024 * 1024

/** How many rows to read next after so many brought so many bytes. Pure. */
export function nextSliceRows(rows: number, bytes: number): number {
  const fitting = Math.floor((rows * SLICE_BYTES) / Math.max(1, bytes))
  return Math.max(1, Math.min(fitting, rows * 4, MOST_SLICE_ROWS))
}

/** A table of a batch, and whether its target is exactly the state before it. */
export interface TableToFill {
  readonly entry: TableEntry
  readonly load: TableLoad
  readonly exact: boolean
  /** The load may grow by that much; then some rows go on missing values. */
  readonly roomBytes: number
  /** Parts that were sent before this one began. */
  readonly partsBefore: number
}

type PendingEntry = readonly [record: number, row: PendingRow]

/**
 * Fills the values that updates left out, in one table's load: from what earlier parts of the batch have sent, from the target where
 * that is exact, else from the source.
 *
 * Ends early when the load has no more room: the rows that still miss values stay pending. Returns the position that the rows are ahead up to when something was read at the source, else null. A row that is gone at the source needs nothing, for its delete follows: it is left out by deleting it. Never NULL, never a placeholder.
 * @throws {SyncError} ROW_REJECTED when a value that was read cannot be written.
 */
export async function fillUnchangedValues(table: TableToFill, deps: FillDeps): Promise<Lsn | null> {
  const { entry, load } = table
  let aheadUntilLsn: Lsn | null = null
  const counts = { target: 0, source: 0 }
  const situation = { exact: table.exact, truncated: load.truncated }
  const { body } = load
  const mostBytes = body.bytes + table.roomBytes
  // After a clash of formats the batch is begun anew.
  const goesOn = (): boolean => body.pending.size > 0 && !load.formatClash && body.bytes < mostBytes
  const askSource = await fillFromParts(table, { situation, sent: deps.sent, goesOn })
  const originOf = ([record, row]: PendingEntry): ValueOrigin =>
    askSource.has(record) ? 'source' : valueOrigin(row, situation)
  for (let sliceRows = FIRST_SLICE_ROWS; goesOn();) {
    const before = body.bytes
    const rows: readonly PendingEntry[] = firstOf(body.pending, sliceRows)
    const fromTarget = rows.filter((item) => originOf(item) === 'target')
    const fromSource = rows.filter((item) => originOf(item) === 'source')
    const filled = await fillFromTarget(entry, load, { rows: fromTarget, deps })
    if (filled === 'format-changed') continue
    counts.target += filled.found
    fromSource.push(...filled.missing)
    const read = await fillFromSource(entry, load, { rows: fromSource, deps })
    aheadUntilLsn = read.upperLsn ?? aheadUntilLsn
    if (read.formatChanged) continue
    counts.source += fromSource.length
    sliceRows = nextSliceRows(rows.length, body.bytes - before)
  }
  for (const from of ['target', 'source'] as const) {
    if (counts[from] > 0) deps.signals.emit({ tag: 'values-reread', table: entry.schema.id, rows: counts[from], from })
  }
  return aheadUntilLsn
}

function firstOf(pending: ReadonlyMap<number, PendingRow>, count: number): readonly PendingEntry[] {
  const first: PendingEntry[] = []
  for (const item of pending) {
    if (first.length === count) break
    first.push(item)
  }
  return first
}

/** Fills what earlier parts of the batch have. Returns the records for which only the source is left to ask. */
async function fillFromParts(
  { load, partsBefore }: TableToFill,
  work: { readonly situation: FillSituation; readonly sent: SentRows | null; readonly goesOn: () => boolean },
): Promise<ReadonlySet<number>> {
  const { situation, sent, goesOn } = work
  const askSource = new Set<number>()
  if (!load.partSent) return askSource
  // Nothing was kept of a table whose updates leave nothing out.
  if (sent === null || !SentRows.keeps(load.table)) return new Set(load.body.pending.keys())
  const wanted = [...load.body.pending].flatMap(([record, row]) => {
    return mayBeInParts(row, situation) ? [{ key: row.originKey, of: [record, row] as const }] : []
  })
  await sent.find({ table: load.table, parts: partsBefore }, wanted, (bytes, { of: [record, row] }) => {
    const fields = fieldsOf(load, bytes, row.columns)
    if (fields !== null) return completeRecord(load, record, fields) && goesOn()
    // A delete: the row came back into the filter since, or it came and went.
    if (row.marked) deleteRecord(load, record)
    else askSource.add(record)
    return true
  })
  return askSource
}

/** The encoded columns of a sent record; null when it is a delete. */
function fieldsOf({ encoder }: TableLoad, record: Buffer, columns: readonly number[]): Map<number, Buffer> | null {
  const fields = new Map<number, Buffer>()
  for (const column of columns) {
    if (!encoder.findField(record, 0, record.length, column)) return null
    fields.set(column, record.subarray(encoder.fieldStart, encoder.fieldEnd))
  }
  return fields
}

async function fillFromTarget(
  entry: TableEntry,
  load: TableLoad,
  work: { readonly rows: readonly PendingEntry[]; readonly deps: FillDeps },
): Promise<'format-changed' | { readonly found: number; readonly missing: readonly PendingEntry[] }> {
  const { rows, deps } = work
  const missing: PendingEntry[] = []
  if (rows.length > 0) await deps.sink.untilVisible()
  for (const [columns, group] of groupByColumns(rows)) {
    const keys = group.map(([, row]) => row.originKey)
    const answers = new Map<string, ReadBackRow>()
    for (const answer of await deps.sink.readBack(entry.copyTarget, load.body.format, keys, columns)) {
      answers.set(answer.key.toString('latin1'), answer)
    }
    for (const item of group) {
      const [record, row] = item
      const fields = answers.get(row.originKey.toString('latin1'))?.fields
      if (fields === 'needs-json' && row.marked) {
        load.useJson()
        return 'format-changed'
      }
      if (fields === undefined || fields === 'needs-json') {
        // A row that came and went before it was copied, or that the filter left out: it leaves nothing.
        if (row.marked) deleteRecord(load, record)
        else missing.push(item)
      } else if (!completeRecord(load, record, new Map(columns.map((column, i) => [column, fields[i] ?? NOTHING]))))
        return 'format-changed'
    }
  }
  return { found: rows.length - missing.length, missing }
}

const NOTHING = Buffer.alloc(0)

function groupByColumns(
  rows: readonly PendingEntry[],
): readonly (readonly [readonly number[], readonly PendingEntry[]])[] {
  const groups = new Map<string, [readonly number[], PendingEntry[]]>()
  for (const item of rows) {
    const name = item[1].columns.join(',')
    const group = groups.get(name)
    if (group) group[1].push(item)
    else groups.set(name, [item[1].columns, [item]])
  }
  return [...groups.values()]
}

const keyName = (texts: readonly string[]): string => texts.join('\u0000')

async function fillFromSource(
  entry: TableEntry,
  load: TableLoad,
  work: { readonly rows: readonly PendingEntry[]; readonly deps: FillDeps },
): Promise<{ readonly upperLsn: Lsn | null; readonly formatChanged: boolean }> {
  if (work.rows.length === 0) return { upperLsn: null, formatChanged: false }
  const byKey = new Map(work.rows.map((item) => [keyName(item[1].keyTexts), item]))
  const wanted = {
    keys: work.rows.map(([, row]) => row.keyTexts),
    mustSee: new Set(work.rows.map(([, row]) => row.xid)),
  }
  let formatChanged = false
  const upperLsn = await work.deps.source.readRows(entry.schema, wanted, (view) => {
    const name = keyName(entry.schema.key.map((column) => view.text(column) ?? ''))
    const item = byKey.get(name)
    if (!item || formatChanged) return
    byKey.delete(name)
    if (!completeFromSource(load, item, view)) formatChanged = true
  })
  await work.deps.source.untilFlushed(upperLsn)
  if (!formatChanged) for (const [record] of byKey.values()) deleteRecord(load, record)
  return { upperLsn, formatChanged }
}

/** False when the format had to change: begin again. */
function completeFromSource(load: TableLoad, item: PendingEntry, view: RowView): boolean {
  const [record, row] = item
  const { filter } = load.table
  if (row.unjudged && filter) {
    if (filter.accepts(view)) return replaceRecord(load, view)
    deleteRecord(load, record)
    return true
  }
  const fields = encodeFields(load, view, row.columns)
  return fields === 'needs-json' ? false : completeRecord(load, record, fields)
}
