import type { Model, Step } from '../explore.ts'
import { arrive, chunkSteps, shutsGate } from './chunks.ts'
import { changesUpTo, fillFromSource, fillFromTarget, wasNotWhole } from './fill.ts'
import type { World } from './rules.ts'
import { chunkCount, exclusive, tableAfter, waitsFor, type Table } from './source.ts'
import {
  allChunks,
  committed,
  head,
  initial,
  startedOn,
  withProcess,
  type Batch,
  type State,
  type Target,
  type TargetRow,
} from './state.ts'

const bits = (txns: readonly number[]) => txns.reduce((all, txn) => all | (1 << txn), 0)

/** Transactions make their changes, commit into the WAL, and are seen by others some time after that. */
function sourceSteps(world: World, state: State): Step<State>[] {
  const { script, rules } = world
  const steps: Step<State>[] = []
  const logged = bits(state.wal)
  const reading = state.process.chunks.some(({ at }) => at === 'snap' || at === 'flight')
  script.forEach((_, txn) => {
    const bit = 1 << txn
    if ((state.open & bit) === 0) {
      const alone = (exclusive(script) & bit) !== 0
      const blocked = alone && reading && rules.lockBeforeSnapshot
      if (blocked || (waitsFor(script, txn) & ~state.visible) !== 0) return
      const decoded = state.added ? state.decoded | bit : state.decoded
      steps.push({ name: `T${txn} makes its changes`, next: { ...state, open: state.open | bit, decoded } })
    } else if ((logged & bit) === 0) {
      steps.push({ name: `T${txn} is in the WAL`, next: { ...state, wal: [...state.wal, txn] } })
    } else if ((state.visible & bit) === 0) {
      steps.push({ name: `T${txn} is visible`, next: { ...state, visible: state.visible | bit } })
    }
  })
  if (!state.added) {
    const holders = rules.waitAfterAdd ? state.open & ~state.visible : 0
    steps.push({ name: 'the table is added', next: withProcess({ ...state, added: true }, { holders }) })
  }
  return steps
}

function passGate(world: World, state: State): Step<State>[] {
  const { process, wal } = state
  if (process.batch !== undefined || (world.rules.gate && process.chunks.some(shutsGate))) return []
  const steps: Step<State>[] = []
  const { checkpoint } = head(state)
  for (let to = checkpoint + 1; to <= wal.length; to += 1) {
    const batch: Batch = { at: 'passed', to, clear: false, puts: {}, pass: 0 }
    const passed = process.passed | bits(wal.slice(checkpoint, to))
    const empties = changesUpTo(world, state, to).some(([op]) => 'truncate' in op)
    const ended = process.ended || (empties && world.rules.endsAtTheGate)
    steps.push({ name: `a batch up to ${to} passes the gate`, next: withProcess(state, { batch, passed, ended }) })
  }
  return steps
}

function commitBatch(state: State, batch: Batch): Step<State> {
  const target = head(state)
  const rows: Record<number, TargetRow> = batch.clear ? {} : { ...target.rows }
  for (const [key, row] of Object.entries(batch.puts)) {
    if (row === null) delete rows[Number(key)]
    else rows[Number(key)] = row
  }
  const done = batch.clear ? allChunks : target.done
  const pass = Math.max(target.pass, batch.pass)
  const chunks = batch.clear ? startedOn({ ...target, done }, 0).chunks : state.process.chunks
  const kept = state.process.chunks.map((chunk, at) => (shutsGate(chunk) ? chunk : (chunks[at] ?? chunk)))
  const next = withProcess(committed(state, { rows, checkpoint: batch.to, done, pass }), {
    batch: undefined,
    chunks: kept,
  })
  return { name: `the batch up to ${batch.to} commits`, next }
}

function batchSteps(world: World, state: State): Step<State>[] {
  const { batch, passed, holders } = state.process
  const { rules } = world
  if (batch === undefined) return passGate(world, state)
  if (batch.at === 'ready') return [commitBatch(state, batch)]
  if (batch.at === 'reread') {
    if (rules.rereadSeesBatch && ((passed | holders) & ~state.visible) !== 0) return []
    return [
      { name: 'reads again from the source', next: withProcess(state, { batch: fillFromSource(world, state, batch) }) },
    ]
  }
  if (rules.readVisible && state.pending.length > 0) return []
  const filled = fillFromTarget(world, state, batch)
  const broken = wasNotWhole(state, filled) ? 'a streaming table lacks a row that the stream changes' : undefined
  return [{ name: 'reads the target', next: withProcess({ ...state, broken }, { batch: filled }) }]
}

function worldSteps(world: World, state: State): Step<State>[] {
  const steps: Step<State>[] = []
  const [shown, ...pending] = state.pending
  if (shown !== undefined) steps.push({ name: 'a commit becomes visible', next: { ...state, shown, pending } })
  state.net.forEach((late, at) => {
    const next = arrive(world, { ...state, net: state.net.filter((_, other) => other !== at) }, late)
    steps.push({ name: `the late commit of chunk ${late.chunk} arrives`, next })
  })
  if (state.faults.kill > 0)
    steps.push({ name: 'the process is killed, another starts', next: kill(world, state), fault: true })
  return steps
}

/** The new process sweeps, reads what is VISIBLE, and finds out whose end it must wait for. */
function kill(world: World, state: State): State {
  const { rules } = world
  const { faults, open, visible, added } = state
  const shown = head(state)
  const wait = added && (rules.visibleAfterRestart || (state.process.holders !== 0 && rules.waitAfterAdd))
  return {
    ...state,
    shown,
    pending: [],
    net: rules.sweepChunks ? [] : state.net,
    process: startedOn(shown, wait ? open & ~visible : 0),
    faults: { ...faults, kill: faults.kill - 1 },
  }
}

function differs(target: Target, table: Table): boolean {
  const keys = Object.keys(target.rows)
  if (keys.length !== table.size) return true
  return keys.some((key) => {
    const [row, source] = [target.rows[Number(key)], table.get(Number(key))]
    return row?.[0] !== source?.value || row?.[1] !== source?.toast
  })
}

const told = (target: Target) => JSON.stringify(target.rows)

function violation(world: World, state: State, settled: boolean): string | undefined {
  if (state.broken !== undefined) return state.broken
  const { shown } = state
  const at = () => tableAfter(world.script, state.wal.slice(0, shown.checkpoint))
  if (shown.streaming && differs(shown, at())) {
    return `streaming, but not the source at ${shown.checkpoint}: ${told(shown)}`
  }
  if (!settled) return undefined
  if (shown.checkpoint !== state.wal.length || !shown.streaming) return `stuck at checkpoint ${shown.checkpoint}`
  return differs(shown, at()) ? `not the source at the end: ${told(shown)}` : undefined
}

/** One table between its snapshot and its stream. */
export function snapshotModel(world: World): Model<State> {
  const chunks = Array.from({ length: chunkCount }, (_, at) => at)
  return {
    initial: initial(world),
    steps: (state) => [
      ...sourceSteps(world, state),
      ...chunks.flatMap((at) => chunkSteps(world, state, at)),
      ...batchSteps(world, state),
      ...worldSteps(world, state),
    ],
    violation: (state, settled) => violation(world, state, settled),
  }
}
