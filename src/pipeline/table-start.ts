import type { ChunkRecord, TableRecord } from '../core/sink.ts'
import type { UnseenChange } from '../core/source.ts'
import type { TableState } from '../core/table-state.ts'
import type { CopyProgress } from './snapshot-runner.ts'

/**
 * How a matched table begins in a session:
 * - `copy`: into the live table, from the beginning or where an earlier process stopped.
 * - `shadow`: into a new shadow; the live table is kept fresh meanwhile or left as it is.
 * - `stream`: it is equal to the checkpoint.
 * - `left-out`: paused or quarantined.
 *
 * `anew` says why a table that was copied already is copied again.
 */
export type TableStart =
  | {
      readonly tag: 'copy'
      readonly state: TableState & { tag: 'snapshotting' }
      readonly progress: CopyProgress | null
      readonly anew?: string | undefined
    }
  | { readonly tag: 'shadow'; readonly state: TableState & { tag: 'snapshotting' }; readonly anew?: string | undefined }
  | {
      readonly tag: 'stream'
      readonly state: TableState & { tag: 'streaming' }
      readonly changed: boolean
      readonly anew?: undefined
    }
  | { readonly tag: 'left-out'; readonly state: TableState; readonly anew?: undefined }

/** What the target knows of a table when a session begins. */
export interface TableMemory {
  readonly record: TableRecord | undefined
  readonly chunks: readonly ChunkRecord[]
  /** Mark of the live target table; null when there is none. */
  readonly liveGeneration: number | null
  /** Number for a copy that begins now. */
  readonly nextGeneration: number
  /** What happened to the table meanwhile that the stream does not tell. */
  readonly unseen: UnseenChange | null
}

/** Decides how a table begins. Pure. */
export function tableStart(memory: TableMemory): TableStart {
  const { record, nextGeneration } = memory
  if (!record) return freshCopy(memory)
  const { state } = record
  switch (state.tag) {
    case 'waiting':
      return freshCopy(memory)
    case 'paused':
    case 'quarantined':
      return { tag: 'left-out', state }
    case 'removed':
      return {
        tag: 'shadow',
        state: { tag: 'snapshotting', generation: nextGeneration, shadow: { liveApplied: false } },
      }
    case 'streaming':
    case 'snapshotting':
      return copiedStart(record, state, memory)
  }
}

function freshCopy(memory: TableMemory): TableStart & { tag: 'copy' } {
  return { tag: 'copy', state: { tag: 'snapshotting', generation: memory.nextGeneration }, progress: null }
}

/** A table that is in the target, as a whole or in part. */
function copiedStart(
  record: TableRecord,
  state: TableState & { tag: 'streaming' | 'snapshotting' },
  memory: TableMemory,
): TableStart {
  const { unseen, liveGeneration } = memory
  const shadow = state.tag === 'snapshotting' ? state.shadow : undefined
  if (liveGeneration === null && shadow === undefined) return { ...freshCopy(memory), anew: GONE }
  if (unseen !== null) return unseenStart(unseen, state, memory)
  if (state.tag === 'streaming') return { tag: 'stream', state, changed: false }
  return shadow ? shadowStart(state, memory) : { tag: 'copy', state, progress: progressOf(record, memory.chunks) }
}

const GONE = 'the target table is gone'

/** What is in the live table is kept fresh until the new copy is whole, unless it is another table's or not whole itself. */
function unseenStart(unseen: UnseenChange, state: TableState, memory: TableMemory): TableStart {
  const wasWhole = state.tag === 'streaming' || (state.tag === 'snapshotting' && state.shadow?.liveApplied === true)
  return {
    tag: 'shadow',
    state: {
      tag: 'snapshotting',
      generation: memory.nextGeneration,
      shadow: { liveApplied: wasWhole && !unseen.replaced },
    },
    anew: unseen.reason,
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
