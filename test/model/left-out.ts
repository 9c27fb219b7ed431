import type { Model, Step } from './explore.ts'

/** What leaves a table out of the batches, and what takes it in again (design.md section 3). */
export interface LeftOutRules {
  /** That a table is left out is loaded with the first batch (per-table mode: before the checkpoint) that leaves it out. */
  readonly recordWithBatch: boolean
  /** A table that was left out comes back through a snapshot. */
  readonly backBySnapshot: boolean
}

/** `perTable`: rows, record and checkpoint are loads of their own, in this order. */
export interface LeftOutWorld extends LeftOutRules {
  readonly perTable: boolean
}

/** Source transactions; each of them changes the table. Transaction `bad` has a row that the target refuses. */
const wal = 3
const bad = 2

interface LeftOutState {
  readonly checkpoint: number
  /** What is recorded about the table. */
  readonly record: 'streaming' | 'out'
  /** Bits of the transactions whose rows are in the table. */
  readonly rows: number
  /** The process: what it believes, what of the batch up to `to` is done, and whether the bad row was mended. */
  readonly memory: 'streaming' | 'out'
  readonly to: number
  readonly stage: 'idle' | 'rows' | 'record' | 'checkpoint' | 'late record'
  readonly mended: boolean
  readonly kills: number
}

const upTo = (lsn: number) => (1 << lsn) - 1

function begin(world: LeftOutWorld, state: LeftOutState): Step<LeftOutState>[] {
  const steps: Step<LeftOutState>[] = []
  for (let to = state.checkpoint + 1; to <= wal; to += 1) {
    const fails = state.memory === 'streaming' && state.checkpoint < bad && to >= bad && !state.mended
    const memory = fails ? 'out' : state.memory
    const name = fails ? `the batch up to ${to} fails: the table is left out` : `a batch up to ${to}`
    if (world.perTable) {
      steps.push({ name, next: { ...state, memory, to, stage: memory === 'out' ? 'record' : 'rows' } })
      continue
    }
    const rows = memory === 'out' ? state.rows : state.rows | upTo(to)
    const record = world.recordWithBatch ? memory : state.record
    const stage = record === memory ? 'idle' : 'late record'
    steps.push({ name, next: { ...state, memory, to, rows, record, stage, checkpoint: to } })
  }
  return steps
}

/** Per-table mode: rows or record first, the checkpoint last; with the rule off the record follows it. */
function go(world: LeftOutWorld, state: LeftOutState): Step<LeftOutState>[] {
  const { stage, to } = state
  if (stage === 'rows') {
    return [{ name: 'its rows are loaded', next: { ...state, rows: state.rows | upTo(to), stage: 'checkpoint' } }]
  }
  if (stage === 'record') {
    const record = world.recordWithBatch ? 'out' : state.record
    const name = world.recordWithBatch ? 'the record goes first' : 'its rows are left out'
    return [{ name, next: { ...state, record, stage: 'checkpoint' } }]
  }
  if (stage === 'checkpoint') {
    const next = state.record === state.memory ? 'idle' : 'late record'
    return [{ name: `the checkpoint moves to ${to}`, next: { ...state, checkpoint: to, stage: next } }]
  }
  return [{ name: 'the record follows', next: { ...state, record: state.memory, stage: 'idle' } }]
}

function idle(world: LeftOutWorld, state: LeftOutState): Step<LeftOutState>[] {
  const steps = begin(world, state)
  if (state.memory !== 'out') return steps
  const rows = world.backBySnapshot ? upTo(wal) : state.rows
  const back: LeftOutState = { ...state, mended: true, memory: 'streaming', record: 'streaming', rows }
  const caughtUp = state.checkpoint === wal
  return caughtUp ? [...steps, { name: 'a person mends the row and resumes the table', next: back }] : steps
}

/** One table that is left out, and what a crash makes of it. */
export function leftOutModel(world: LeftOutWorld): Model<LeftOutState> {
  return {
    initial: {
      checkpoint: 0,
      record: 'streaming',
      rows: 0,
      memory: 'streaming',
      to: 0,
      stage: 'idle',
      mended: false,
      kills: 2,
    },
    steps: (state) => {
      const killed: LeftOutState = { ...state, memory: state.record, stage: 'idle', kills: state.kills - 1 }
      const kill = { name: 'the process is killed, another starts', next: killed, fault: true }
      const steps = state.stage === 'idle' ? idle(world, state) : go(world, state)
      return state.kills > 0 ? [...steps, kill] : steps
    },
    violation: ({ record, memory, rows, checkpoint, stage }, settled) => {
      const believed = stage === 'idle' && record === 'streaming' && memory === 'streaming'
      const hole = (upTo(checkpoint) & ~rows) !== 0
      if (believed && hole) return `streaming at ${checkpoint}, but its rows are ${rows.toString(2)}`
      return settled && (hole || record === 'out') ? 'the table never came back' : undefined
    },
  }
}
