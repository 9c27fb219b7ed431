import type { Model, Step } from '../explore.ts'
import { batchSteps, bits, loaded } from './batches.ts'
import { arrive, chunkSteps } from './chunks.ts'
import { nothing } from './fill.ts'
import type { World } from './rules.ts'
import { chunkCount, exclusive, tableAfter, waitsFor, type Table } from './source.ts'
import { head, initial, startedOn, withProcess, type State, type Target } from './state.ts'

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
      const blocked = state.crashed || (alone && reading && rules.lockBeforeSnapshot)
      if (blocked || (waitsFor(script, txn) & ~state.visible) !== 0) return
      const decoded = state.added ? state.decoded | bit : state.decoded
      steps.push({ name: `T${txn} makes its changes`, next: { ...state, open: state.open | bit, decoded } })
    } else if ((logged & bit) === 0) {
      const wal = [...state.wal, txn]
      const flushed = world.asyncCommit ? state.flushed : wal.length
      steps.push({ name: `T${txn} is in the WAL`, next: { ...state, wal, flushed } })
    } else if ((state.visible & bit) === 0) {
      steps.push({ name: `T${txn} is visible`, next: { ...state, visible: state.visible | bit } })
    }
  })
  if (state.flushed < state.wal.length) {
    steps.push({ name: 'the WAL is flushed', next: { ...state, flushed: state.wal.length } })
  }
  if (!state.added) {
    const holders = rules.waitAfterAdd ? state.open & ~state.visible : 0
    steps.push({ name: 'the table is added', next: withProcess({ ...state, added: true }, { holders }) })
  }
  return steps
}

function worldSteps(world: World, state: State): Step<State>[] {
  const steps: Step<State>[] = []
  const [shown, ...pending] = state.pending
  if (shown !== undefined) steps.push({ name: 'a commit becomes visible', next: { ...state, shown, pending } })
  state.net.forEach((late, at) => {
    const rest = { ...state, net: state.net.filter((_, other) => other !== at) }
    const next = 'rows' in late ? loaded(rest, late.rows) : arrive(world, rest, late)
    const of = 'rows' in late ? 'a batch' : `chunk ${late.chunk}`
    steps.push({ name: `the late commit of ${of} arrives`, next })
  })
  if (state.faults.kill > 0)
    steps.push({ name: 'the process is killed, another starts', next: kill(world, state), fault: true })
  if (state.faults.crash > 0) steps.push({ name: 'the source crashes', next: crash(world, state), fault: true })
  return steps
}

/** What was not flushed never happened; the sessions, and with them the process's chunks, are gone. */
function crash(world: World, state: State): State {
  const kept = bits(state.wal.slice(0, state.flushed))
  const { faults } = state
  const source = { open: kept, visible: kept, wal: state.wal.slice(0, state.flushed), decoded: state.decoded & kept }
  return kill(world, {
    ...state,
    ...source,
    crashed: true,
    faults: { ...faults, crash: faults.crash - 1, kill: faults.kill + 1 },
  })
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
  const placeholder = Object.values(shown.rows).some(([, toast]) => toast === nothing)
  if (placeholder) return `a placeholder stands for an unchanged value: ${told(shown)}`
  const at = () => tableAfter(world.script, state.wal.slice(0, shown.checkpoint))
  if (shown.streaming && !world.perTable && differs(shown, at())) {
    return `streaming, but not the source at ${shown.checkpoint}: ${told(shown)}`
  }
  if (!settled) return undefined
  const stuck = shown.checkpoint !== state.wal.length || !shown.streaming
  if (stuck && !state.crashed) return `stuck at checkpoint ${shown.checkpoint}`
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
