import { type Checkpoint, hasPosition } from '../core/checkpoint.ts'
import { formatLsn, type Lsn } from '../core/lsn.ts'
import type { ChunkRecord, Guarantee, SinkState, TableRecord } from '../core/sink.ts'
import type { SourceIdentity } from '../core/source.ts'
import type { TableState } from '../core/table-state.ts'
import { forkSince } from './start-checkpoint.ts'

/** What a session takes the tables for. */
export interface StartMemory {
  readonly state: SinkState
  /** What differs from the target's own records. Recorded with the raise of the epoch, after which nothing tells any more why. */
  readonly changed: readonly TableRecord[]
  /** Tables whose rows are not those of the source any more, and why. */
  readonly lost: readonly { readonly table: TableRecord['table']; readonly reason: string }[]
}

/**
 * What a session may believe of what the target remembers. Pure.
 *
 * - A pipeline that was set up anew: what it has copied before has no position, and makes way for new copies.
 * - A source that left the checkpoint's timeline (a standby was promoted, or a backup recovered): what was read beyond the fork is no
 *   part of its history. Tables that hold such rows are copied once more. Where a chunk's line in the ledger follows its rows
 *   (`converging`), the ledger cannot tell, and every copy that is under way begins again.
 */
export function startMemory(state: SinkState, source: SourceIdentity, guarantee: Guarantee): StartMemory {
  const { checkpoint } = state
  if (checkpoint === null || !hasPosition(checkpoint)) return setUpAnew(state)
  const fork = forkSince(checkpoint, source)
  if (fork === null || fork === undefined) return { state, changed: [], lost: [] }
  return afterFork(state, { checkpoint, fork, guarantee })
}

function setUpAnew(state: SinkState): StartMemory {
  const tables = state.tables.map(({ table }): TableRecord => ({ table, state: { tag: 'removed' } }))
  return { state: { ...state, tables, chunks: [] }, changed: tables, lost: [] }
}

interface Fork {
  readonly checkpoint: Checkpoint
  readonly fork: Lsn
  readonly guarantee: Guarantee
}

function afterFork(state: SinkState, at: Fork): StartMemory {
  // Above the mark of every live table, so that none of them is taken for this copy.
  const generation = Number(at.checkpoint.number) + 1
  const changed = state.tables.flatMap((record): readonly TableRecord[] => {
    const shadow = shadowAfterFork(record, state.chunks, at)
    if (shadow === null) return []
    return [{ table: record.table, state: { tag: 'snapshotting', generation, shadow } }]
  })
  const byTable = new Map(changed.map((record) => [record.table, record]))
  const reason = `the source has lost what was read beyond ${formatLsn(at.fork)}, where it left timeline ${at.checkpoint.timeline}`
  return {
    state: { ...state, tables: state.tables.map((record) => byTable.get(record.table) ?? record) },
    changed,
    lost: changed.map(({ table }) => ({ table, reason })),
  }
}

type Shadow = (TableState & { tag: 'snapshotting' })['shadow']

/** The shadow that a table needs whose rows were read beyond the fork; null when none were. A live table that is whole is kept fresh. */
function shadowAfterFork(
  record: TableRecord,
  chunks: readonly ChunkRecord[],
  { fork, guarantee }: Fork,
): Shadow | null {
  const { table, state } = record
  if (state.tag !== 'streaming' && state.tag !== 'snapshotting') return null
  const { generation } = state
  const read = chunks.filter((chunk) => chunk.table === table && chunk.generation === generation)
  // A streaming table has passed its chunks, whose lines in the ledger may be left.
  const chunksAhead =
    state.tag === 'snapshotting' && (guarantee === 'converging' || read.some(({ upperLsn }) => upperLsn > fork))
  if (!chunksAhead && (state.aheadUntilLsn ?? 0n) <= fork) return null
  return state.tag === 'streaming' ? { liveApplied: true } : (state.shadow ?? { liveApplied: false })
}
