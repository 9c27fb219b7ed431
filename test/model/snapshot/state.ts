import type { Faults, World } from './rules.ts'
import { chunkCount, tableAfter } from './source.ts'

/** A row of the target: value and TOAST value. */
export type TargetRow = readonly [value: number, toast: number]

/** The target after some commit. Records of chunks and positions are rows of it, committed with the data. */
export interface Target {
  /** The table; in a resync its shadow. */
  readonly rows: Readonly<Record<number, TargetRow>>
  /** In a resync the table that readers still see, and that is damaged. */
  readonly live: Readonly<Record<number, TargetRow>> | undefined
  /** The checkpoint: how many transactions of the WAL are in. */
  readonly checkpoint: number
  /** Bits of finished chunks. */
  readonly done: number
  /** The WAL position that the stream must have passed before the table is streaming. */
  readonly pass: number
  /** The relfilenode that the chunks were cut for. */
  readonly file: number
  /** Every chunk was in and the stream had passed them: from then on the table is whole at every checkpoint. */
  readonly streaming: boolean
}

/** `flight`: reading; `loaded`: read, not committed; `doubt`: commit sent, no answer. `seen` is its snapshot. */
export interface Chunk {
  readonly at: 'todo' | 'snap' | 'flight' | 'loaded' | 'doubt' | 'done'
  readonly seen: number
  /** The relfilenode when the snapshot was taken, and the WAL position then. */
  readonly file: number
  readonly position: number
  /** The table was emptied or rewritten between its snapshot and its reading: it saw no row. */
  readonly blind: boolean
}

/** A batch between the gate and its commit. A row of undefined toast awaits the source's answer. */
export interface Batch {
  readonly at: 'passed' | 'reread' | 'ready' | 'doubt' | 'loaded' | 'recorded' | 'over'
  readonly to: number
  readonly clear: boolean
  /** Null: delete. A negative TOAST value: still to be read from the source. */
  readonly puts: Readonly<Record<number, TargetRow | null>>
  readonly pass: number
}

/** The one process. Its memory is lost when it is killed. */
export interface Process {
  /** Bits of the transactions that passed the gate. */
  readonly passed: number
  /** Bits of the transactions whose end it waits for before it reads the source. */
  readonly holders: number
  readonly chunks: readonly Chunk[]
  readonly batch: Batch | undefined
  /** A TRUNCATE has passed the gate. */
  readonly ended: boolean
}

/** A commit of a chunk's load that has not arrived yet. */
export interface LateChunk {
  readonly chunk: number
  readonly load: Chunk
}

/** The same of a batch's rows, where they have a load of their own. */
interface LateRows {
  readonly rows: Pick<Batch, 'clear' | 'puts'>
}

export interface State {
  /** Bits by transaction: its changes are made (locks held), it is in the WAL, others see it (locks gone). */
  readonly open: number
  readonly visible: number
  readonly wal: readonly number[]
  /** How many of them are flushed: the stream has no others, and a crash of the source leaves no others. */
  readonly flushed: number
  /** Bits of transactions whose changes are decoded. */
  readonly decoded: number
  readonly added: boolean
  /** After a crash of the source nothing is written any more: what was lost must not come again. */
  readonly crashed: boolean
  readonly shown: Target
  /** Commits that are not visible yet, in order. */
  readonly pending: readonly Target[]
  readonly process: Process
  readonly net: readonly (LateChunk | LateRows)[]
  readonly faults: Faults
  readonly broken: string | undefined
}

export const todo: Chunk = { at: 'todo', seen: 0, file: 0, position: 0, blind: false }

/** The target as the next commit finds it. */
export const head = (state: State): Target => state.pending.at(-1) ?? state.shown

export const allChunks = (1 << chunkCount) - 1

/** The state with one more commit. The table is streaming when every chunk is in and the stream has passed them. */
export function committed(state: State, change: Partial<Target>): State {
  const target = { ...head(state), ...change }
  const streaming = target.streaming || (target.done === allChunks && target.checkpoint >= target.pass)
  return { ...state, pending: [...state.pending, { ...target, streaming }] }
}

export const withProcess = (state: State, change: Partial<Process>): State => ({
  ...state,
  process: { ...state.process, ...change },
})

export const withChunk = (state: State, at: number, chunk: Chunk): State =>
  withProcess(state, { chunks: state.process.chunks.map((other, index) => (index === at ? chunk : other)) })

/** A process as it starts: what it knows stands in the target. */
export function startedOn(target: Target, holders: number): Process {
  const chunks = Array.from({ length: chunkCount }, (_, at): Chunk => {
    return (target.done & (1 << at)) === 0 ? todo : { ...todo, at: 'done' }
  })
  return { passed: 0, holders, chunks, batch: undefined, ended: false }
}

export function initial(world: World): State {
  const rows: Record<number, TargetRow> = {}
  if (world.streaming) for (const [key, row] of tableAfter(world.script, [])) rows[key] = [row.value, row.toast]
  const { streaming, resync } = world
  const live: Target['live'] = resync ? { 1: [1, 999], 2: [2, 200] } : undefined
  const shown: Target = { rows, live, checkpoint: 0, done: streaming ? allChunks : 0, pass: 0, file: 0, streaming }
  return {
    open: 0,
    visible: 0,
    wal: [],
    flushed: 0,
    decoded: 0,
    added: world.published,
    crashed: false,
    shown,
    pending: [],
    process: startedOn(shown, 0),
    net: [],
    faults: world.faults,
    broken: undefined,
  }
}
