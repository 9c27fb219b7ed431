import type { ChunkRecord, TableRecord } from '../core/sink.ts'
import type { TableState } from '../core/table-state.ts'
import type { CopyProgress } from './snapshot-runner.ts'

/**
 * How a matched table begins in a session:
 * - `copy`: into the live table, from the beginning or where an earlier process stopped.
 * - `shadow`: into a new shadow; the live table is kept fresh meanwhile or left as it is.
 * - `stream`: it is equal to the checkpoint.
 * - `left-out`: paused or quarantined.
 */
export type TableStart =
  | {
      readonly tag: 'copy'
      readonly state: TableState & { tag: 'snapshotting' }
      readonly progress: CopyProgress | null
    }
  | { readonly tag: 'shadow'; readonly state: TableState & { tag: 'snapshotting' } }
  | { readonly tag: 'stream'; readonly state: TableState & { tag: 'streaming' }; readonly changed: boolean }
  | { readonly tag: 'left-out'; readonly state: TableState }

/** What the target knows of a table when a session begins. */
export interface TableMemory {
  readonly record: TableRecord | undefined
  readonly chunks: readonly ChunkRecord[]
  /** Mark of the live target table; null when there is none. */
  readonly liveGeneration: number | null
  /** Number for a copy that begins now. */
  readonly nextGeneration: number
}

/** Decides how a table begins. Pure. */
export function tableStart(memory: TableMemory): TableStart {
  const { record, nextGeneration } = memory
  const fresh: TableStart = { tag: 'copy', state: { tag: 'snapshotting', generation: nextGeneration }, progress: null }
  if (!record || record.state.tag === 'waiting') return fresh
  const { state } = record
  switch (state.tag) {
    case 'streaming':
      return { tag: 'stream', state, changed: false }
    case 'paused':
    case 'quarantined':
      return { tag: 'left-out', state }
    case 'removed':
      return {
        tag: 'shadow',
        state: { tag: 'snapshotting', generation: nextGeneration, shadow: { liveApplied: false } },
      }
    case 'snapshotting':
      return state.shadow
        ? shadowStart(state, memory)
        : { tag: 'copy', state, progress: progressOf(record, memory.chunks) }
  }
}

/** The swap is the last step of a shadow copy: when the live table carries its mark, it was made. */
function shadowStart(state: TableState & { tag: 'snapshotting' }, memory: TableMemory): TableStart {
  const { generation } = state
  if (memory.liveGeneration === generation)
    return { tag: 'stream', state: { tag: 'streaming', generation }, changed: true }
  return {
    tag: 'shadow',
    state: { tag: 'snapshotting', generation: memory.nextGeneration, shadow: state.shadow },
  }
}

function progressOf(record: TableRecord, chunks: readonly ChunkRecord[]): CopyProgress | null {
  const { state, ranges, relfilenode } = record
  if (state.tag !== 'snapshotting' || !ranges || relfilenode === undefined) return null
  const done = chunks.filter((chunk) => chunk.table === record.table && chunk.generation === state.generation)
  return { plan: { ranges, relfilenode, estimatedRows: -1 }, done }
}
