import type { Step } from '../explore.ts'
import { shutsGate } from './chunks.ts'
import { changesUpTo, fillFromSource, fillFromTarget, wasNotWhole } from './fill.ts'
import type { World } from './rules.ts'
import { allChunks, committed, head, startedOn, withProcess, type Batch, type State, type Target } from './state.ts'

type Steps = readonly Step<State>[]

/** The set of transactions as bits. */
export const bits = (txns: readonly number[]): number => txns.reduce((all, txn) => all | (1 << txn), 0)

function passGate(world: World, state: State): Steps {
  const { process, wal, flushed } = state
  if (world.rules.gate && process.chunks.some(shutsGate)) return []
  const steps: Step<State>[] = []
  const { checkpoint } = head(state)
  for (let to = checkpoint + 1; to <= flushed; to += 1) {
    const batch: Batch = { at: 'passed', to, clear: false, puts: {}, pass: 0 }
    const passed = process.passed | bits(wal.slice(checkpoint, to))
    const empties = changesUpTo(world, state, to).some(([op]) => 'truncate' in op)
    const ended = process.ended || (empties && world.rules.endsAtTheGate)
    steps.push({ name: `a batch up to ${to} passes the gate`, next: withProcess(state, { batch, passed, ended }) })
  }
  return steps
}

function changed(rows: Target['rows'], { clear, puts }: Pick<Batch, 'clear' | 'puts'>): Target['rows'] {
  const next = clear ? {} : { ...rows }
  for (const [key, row] of Object.entries(puts)) {
    if (row === null) delete next[Number(key)]
    else next[Number(key)] = row
  }
  return next
}

/** The target with a batch's rows; a resync loads the same bytes into the live table. */
export function loaded(state: State, batch: Pick<Batch, 'clear' | 'puts'>): State {
  const { rows, live } = head(state)
  return committed(state, { rows: changed(rows, batch), live: live && changed(live, batch) })
}

/** The checkpoint row, and what else is recorded with a batch. */
function recorded(state: State, batch: Batch): State {
  const target = head(state)
  const done = batch.clear ? allChunks : target.done
  return committed(state, { checkpoint: batch.to, done, pass: Math.max(target.pass, batch.pass) })
}

/** One commit out of the last two: rows and checkpoint are seen together or not at all. */
function together(before: State, after: State): State {
  const last = after.pending.at(-1)
  return last === undefined ? before : { ...after, pending: [...before.pending, last] }
}

/** The batch is over. A TRUNCATE has ended the snapshot: chunks that are not in flight need not be taken. */
function over(state: State, batch: Batch): State {
  const { chunks } = state.process
  const after = batch.clear ? startedOn({ ...head(state), done: allChunks }, 0).chunks : chunks
  const kept = chunks.map((chunk, at) => (shutsGate(chunk) ? chunk : (after[at] ?? chunk)))
  return withProcess(state, { batch: undefined, chunks: kept })
}

/** The table's own load, whose commit may also arrive late. */
function load(state: State, batch: Batch, then: Batch['at']): Steps {
  const { faults } = state
  const steps: Step<State>[] = []
  const name = `the rows up to ${batch.to} are committed`
  const committedRows = loaded(state, batch)
  const next =
    then === 'over' ? over(committedRows, batch) : withProcess(committedRows, { batch: { ...batch, at: then } })
  steps.push({ name, next })
  if (faults.late === 0 || then === 'over') return steps
  const late = { rows: { clear: batch.clear, puts: batch.puts } }
  const doubt = withProcess(state, { batch: { ...batch, at: 'doubt' } })
  const sent = { ...doubt, net: [...state.net, late], faults: { ...faults, late: faults.late - 1 } }
  return [...steps, { name: `${name} -> late`, next: sent, fault: true }]
}

function checkpoint(state: State, batch: Batch, then: Batch['at']): Steps {
  const done = recorded(state, batch)
  const next = then === 'over' ? over(done, batch) : withProcess(done, { batch: { ...batch, at: then } })
  return [{ name: `the checkpoint moves to ${batch.to}`, next }]
}

/** A load without an answer: what is still open is rolled back and loaded again under another label. */
function settle(world: World, state: State, batch: Batch): Steps {
  const open = state.net.some((late) => 'rows' in late)
  const again = withProcess(state, { batch: { ...batch, at: 'ready' } })
  if (!world.rules.doubtIsInFlight) return [{ name: 'the load is given up', next: again }]
  if (!open)
    return [{ name: 'the load was committed', next: withProcess(state, { batch: { ...batch, at: 'loaded' } }) }]
  const net = state.net.filter((late) => !('rows' in late))
  return [{ name: 'the load is rolled back', next: { ...again, net } }]
}

function ready(world: World, state: State, batch: Batch): Steps {
  if (world.rules.flushedBeforeCommit && batch.pass > state.flushed) return []
  if (world.perTable) {
    return world.rules.checkpointLast ? load(state, batch, 'loaded') : checkpoint(state, batch, 'recorded')
  }
  const both = together(state, recorded(loaded(state, batch), batch))
  return [{ name: `the batch up to ${batch.to} commits`, next: over(both, batch) }]
}

function fill(world: World, state: State, batch: Batch): Steps {
  if (world.rules.readVisible && state.pending.length > 0) return []
  const filled = fillFromTarget(world, state, batch)
  const broken = wasNotWhole(world, state, filled) ? 'a streaming table lacks a row that the stream changes' : undefined
  return [{ name: 'reads the target', next: withProcess({ ...state, broken }, { batch: filled }) }]
}

function reread(world: World, state: State, batch: Batch): Steps {
  const { passed, holders } = state.process
  if (world.rules.rereadSeesBatch && ((passed | holders) & ~state.visible) !== 0) return []
  const next = withProcess(state, { batch: fillFromSource(world, state, batch) })
  return [{ name: 'reads again from the source', next }]
}

/** Everything that can happen to the batch in hand; one at a time. */
export function batchSteps(world: World, state: State): Steps {
  const { batch } = state.process
  switch (batch?.at) {
    case undefined:
    case 'over':
      return passGate(world, state)
    case 'passed':
      return fill(world, state, batch)
    case 'reread':
      return reread(world, state, batch)
    case 'ready':
      return ready(world, state, batch)
    case 'doubt':
      return settle(world, state, batch)
    case 'loaded':
      return checkpoint(state, batch, 'over')
    case 'recorded':
      return load(state, batch, 'over')
  }
}
