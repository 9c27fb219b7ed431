import type { Lsn } from '../core/lsn.ts'
import type { Signals } from '../core/signals.ts'
import type { TableRecord } from '../core/sink.ts'
import type { TableState } from '../core/table-state.ts'
import type { Batch } from './batch.ts'
import type { Gate } from './gate.ts'
import type { TableEntry, TableRegistry } from './table-registry.ts'

/** Whether the stream has passed everything that the finished copy of a table may have brought. Pure. */
export function isPassed(state: TableState, position: Lsn): boolean {
  if (state.tag !== 'snapshotting' || state.lastChunkLsn === undefined) return false
  return position >= state.lastChunkLsn && position >= (state.aheadUntilLsn ?? 0n)
}

/**
 * The state that a table has once the target is at `position`: a copied table becomes streaming when the stream has passed everything
 * its chunks may have brought; one with a shadow only when that is in place. Null when nothing changes. Pure.
 */
export function stateAt(state: TableState, position: Lsn): TableState | null {
  if (state.tag !== 'snapshotting' || state.shadow !== undefined || !isPassed(state, position)) return null
  return { tag: 'streaming', generation: state.generation }
}

/** The records of all tables whose state changes with a batch that ends at `position`. */
export function recordsDue(registry: TableRegistry, position: Lsn): readonly TableRecord[] {
  return registry.all().flatMap((entry) => {
    const state = stateAt(entry.state, position)
    return state === null ? [] : [{ table: entry.schema.id, state }]
  })
}

/**
 * Rows of a table become newer than the end of the batch: its state says until when, from this batch on. While it is copied, too: a source
 * that comes back without that position has lost what was read.
 */
export function noteAhead(batch: Batch, entry: TableEntry, aheadUntilLsn: Lsn): void {
  const { state } = entry
  if (state.tag !== 'streaming' && state.tag !== 'snapshotting') return
  entry.state = { ...state, aheadUntilLsn }
  batch.ahead.set(entry.schema.id, { table: entry.schema.id, state: entry.state, ...planOf(entry) })
}

function planOf({ state, copyPlan }: TableEntry): Pick<TableRecord, 'relfilenode' | 'ranges'> {
  if (state.tag !== 'snapshotting' || copyPlan?.generation !== state.generation) return {}
  const { relfilenode, ranges } = copyPlan.plan
  return { relfilenode, ranges }
}

/**
 * Records as the target keeps them: with what each table is made of at the source, and with how far its rows are ahead, which may have
 * grown since the record was asked for.
 */
export function recordsKept(records: Iterable<TableRecord>, registry: TableRegistry): readonly TableRecord[] {
  return [...records].map((record) => {
    const entry = registry.byId(record.table)
    return { ...record, state: entry ? withAhead(record.state, entry.state) : record.state, origin: entry?.origin }
  })
}

function withAhead(recorded: TableState, present: TableState): TableState {
  if (recorded.tag === 'streaming' && present.tag === 'streaming') return furtherOf(recorded, present)
  if (recorded.tag === 'snapshotting' && present.tag === 'snapshotting') return furtherOf(recorded, present)
  return recorded
}

function furtherOf<T extends TableState & { tag: 'streaming' | 'snapshotting' }>(recorded: T, present: T): T {
  const { generation, aheadUntilLsn } = present
  const isFurther = aheadUntilLsn !== undefined && aheadUntilLsn > (recorded.aheadUntilLsn ?? 0n)
  return isFurther && generation === recorded.generation ? { ...recorded, aheadUntilLsn } : recorded
}

/** Makes tables streaming that a committed batch has recorded as such; every other state was taken when its record was asked for. */
export function afterCommit(
  batch: Batch,
  deps: { readonly registry: TableRegistry; readonly signals: Signals; readonly gate: Gate },
): void {
  for (const record of batch.records.values()) {
    const entry = deps.registry.byId(record.table)
    if (entry && endsCopy(record.state, entry.state)) {
      entry.state = record.state
      deps.gate.forget(record.table)
    }
    deps.signals.emit({ tag: 'table-state', table: record.table, state: record.state })
  }
}

/**
 * Whether a table becomes streaming by what was done at the target for the end of its copy. Something else may have been asked of it meanwhile,
 * such as a newer copy. Pure.
 */
export function endsCopy(recorded: TableState, present: TableState): boolean {
  if (recorded.tag !== 'streaming' || present.tag !== 'snapshotting') return false
  return recorded.generation === present.generation
}
