import { labelState, type Cluster, type Part, type Row } from './cluster.ts'
import type { Faults, World } from './rules.ts'

/**
 * Where a process stands. `wait`, `sweep` and `read` are the takeover; `asked` to `readback` write one numbered step;
 * a process that is not scheduled is a stopped one, so SIGSTOP and SIGCONT need no state of their own.
 */
type Pc =
  | { readonly at: 'slot' | 'wait' | 'sweepFrom' | 'read' | 'idle' | 'ended' | 'dead' }
  | { readonly at: 'sweep'; readonly attempt: number; readonly family: 's' | 'r' }
  | {
      readonly at: 'mayBegin' | 'begin' | 'load' | 'mayCommit' | 'commit' | 'verify' | 'doubt' | 'rollback' | 'readback'
    }

/** What is being written under one label. */
export interface Work {
  readonly kind: 'raise' | 'batch'
  readonly to: number
  readonly attempt: number
  /** Parts that were sent, with or without an answer. */
  readonly sent: number
  /** What begin answered. */
  readonly txnId: number
}

export interface Writer {
  /** The id of the process: a restarted one has a new id and no memory. */
  readonly id: number
  readonly pc: Pc
  /** What it knows about the slot's owner: nothing, an answer under way to it, or an answer still good. */
  readonly answer: 'none' | 'underWay' | 'valid'
  /** The row as it knows it. */
  readonly row: Row
  readonly work: Work
}

/** A request whose sender no longer waits for its reply. */
export interface Message {
  readonly kind: 'begin' | 'load' | 'commit' | 'rollback'
  readonly label: string
  /** The process that sent it. */
  readonly by: number
  readonly part: Part | undefined
}

export interface State {
  readonly cluster: Cluster
  readonly writers: readonly Writer[]
  /** `owner` 0: free. */
  readonly slot: { readonly owner: number; readonly confirmed: number }
  readonly net: readonly Message[]
  readonly faults: Faults
  readonly nextId: number
}

const noWork: Work = { kind: 'raise', to: 0, attempt: 1, sent: 0, txnId: 0 }
const firstRow: Row = { number: 0, lsn: 0, epoch: 0, writer: 0 }

/** A process that has just started. */
export const started = (id: number): Writer => ({
  id,
  pc: { at: 'slot' },
  answer: 'none',
  row: firstRow,
  work: noWork,
})

/** A first writer at work under epoch 1, and a second one that waits for the slot. */
export function initial(world: World): State {
  const row: Row = { number: 1, lsn: 0, epoch: 1, writer: 1 }
  return {
    cluster: {
      txns: [],
      nextTxnId: 1,
      publishing: [],
      row,
      data: { applied: 0, last: 0 },
      head: row,
      broken: undefined,
    },
    writers: [{ ...started(1), pc: { at: 'idle' }, row }, started(2)],
    slot: { owner: 1, confirmed: 0 },
    net: [],
    faults: world.faults,
    nextId: 3,
  }
}

/** The label of the step that follows `number`. */
export function labelFor(world: World, writer: Writer, family: 's' | 'r', attempt: number): string {
  const own = world.rules.numberedLabels ? '' : `-of-${writer.id}`
  if (!world.rules.labelPerAttempt) return `c${writer.row.number + 1}${own}`
  return `${family}${writer.row.number + 1}.${attempt}${own}`
}

/** The label of the work in hand. */
export function workLabel(world: World, writer: Writer): string {
  const family = writer.work.kind === 'raise' && world.rules.ownLabelsForRaise ? 'r' : 's'
  return labelFor(world, writer, family, writer.work.attempt)
}

/** The row that the work in hand leaves behind. */
export function nextRow(writer: Writer): Row {
  const { row, work } = writer
  const raised = work.kind === 'raise' ? 1 : 0
  return { number: row.number + 1, lsn: work.to, epoch: row.epoch + raised, writer: writer.id }
}

/** The loads of the work in hand: one for each source transaction, the checkpoint row last. */
export function parts(world: World, writer: Writer): readonly Part[] {
  const { row, work } = writer
  const list: Part[] = []
  if (world.singleTable) return [{ row: nextRow(writer) }]
  for (let lsn = row.lsn + 1; work.kind === 'batch' && lsn <= work.to; lsn += 1) list.push({ lsn })
  return [...list, { row: nextRow(writer) }]
}

/** The state with one writer replaced. */
export function withWriter(state: State, index: number, change: Partial<Writer>): State {
  return { ...state, writers: state.writers.map((writer, at) => (at === index ? { ...writer, ...change } : writer)) }
}

/** Spends one fault of a kind. */
export function spend(state: State, kind: keyof Faults): State {
  return { ...state, faults: { ...state.faults, [kind]: state.faults[kind] - 1 } }
}

/** A label's state as a question gets it. */
export const stateOf = (world: World, state: State, writer: Writer) =>
  labelState(state.cluster, workLabel(world, writer))
