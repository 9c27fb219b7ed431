import type { Step } from '../explore.ts'
import type { World } from './rules.ts'
import { exclusive, rewrites, tableSeen, type Table } from './source.ts'
import {
  committed,
  head,
  todo,
  withChunk,
  withProcess,
  type Chunk,
  type LateChunk,
  type State,
  type Target,
  type TargetRow,
} from './state.ts'

type Steps = readonly Step<State>[]

const inFlight = new Set<Chunk['at']>(['flight', 'loaded', 'doubt'])

/** A chunk keeps the gate shut while it may still bring rows. */
export const shutsGate = (chunk: Chunk): boolean => inFlight.has(chunk.at)

/** What a chunk read. */
function rowsOf(world: World, state: State, at: number, chunk: Chunk): Table {
  if (chunk.blind) return new Map()
  return new Map([...tableSeen(world.script, state.wal, chunk.seen)].filter(([, row]) => row.loc === at))
}

/** Its snapshot sees nothing of a table that was emptied or rewritten after it was taken. */
function read(world: World, state: State, at: number, chunk: Chunk): Step<State> {
  const blind = (exclusive(world.script) & state.open & ~chunk.seen) !== 0
  return { name: `chunk ${at} is read`, next: withChunk(state, at, { ...chunk, at: 'loaded', blind }) }
}

/** The target with a chunk's rows and its record. */
function brought(world: World, state: State, { chunk: at, load }: LateChunk): Partial<Target> {
  const target = head(state)
  const rows: Record<number, TargetRow> = { ...target.rows }
  for (const [key, row] of rowsOf(world, state, at, load)) rows[key] = [row.value, row.toast]
  const pass = world.rules.passLastChunk ? Math.max(target.pass, load.position) : 0
  if (!world.rules.recordWithRows) return { rows, pass }
  return { rows, pass, done: target.done | (1 << at) }
}

/** A late commit arrives, whoever sent it. */
export function arrive(world: World, state: State, late: LateChunk): State {
  const next = committed(state, brought(world, state, late))
  const chunk = state.process.chunks[late.chunk]
  return chunk?.at === 'doubt' ? withChunk(next, late.chunk, { ...todo, at: 'done' }) : next
}

/** The position that the stream must pass before what is visible now has all been in it. */
export const position = (world: World, state: State): number =>
  world.rules.insertPosition ? state.wal.length : state.flushed

/** LOCK TABLE, then the snapshot, then the WAL position. */
function take(world: World, state: State, at: number): Steps {
  const { process, visible, open } = state
  if (process.ended || !state.added) return []
  if ((process.holders & ~visible) !== 0) return []
  if (world.rules.lockBeforeSnapshot && (exclusive(world.script) & open & ~visible) !== 0) return []
  const seen = visible
  const chunk: Chunk = {
    at: 'snap',
    seen,
    file: rewrites(world.script) & visible,
    position: position(world, state),
    blind: false,
  }
  const old = !world.rules.checkedAtEntry && world.rules.visibilityCheck && (process.passed & ~seen) !== 0
  return old ? [] : [{ name: `chunk ${at} takes its snapshot`, next: withChunk(state, at, chunk) }]
}

/** The checks, and with them the entry "in flight"; otherwise the chunk gives up and is taken again. */
function enter(world: World, state: State, at: number, chunk: Chunk): Steps {
  const { rules } = world
  const { process } = state
  const late = rules.visibilityCheck && rules.checkedAtEntry && (process.passed & ~chunk.seen) !== 0
  if (late || process.ended) return [{ name: `chunk ${at} gives up`, next: withChunk(state, at, todo) }]
  if (rules.restartOnRewrite && chunk.file !== head(state).file) return restart(state, chunk.file)
  const entered = withChunk(state, at, { ...chunk, at: 'flight' })
  const recorded = rules.recordWithRows ? entered : committed(entered, { done: head(state).done | (1 << at) })
  return [{ name: `chunk ${at} is in flight`, next: recorded }]
}

function restart(state: State, file: number): Steps {
  if (state.process.chunks.some(shutsGate)) return []
  const chunks = state.process.chunks.map(() => todo)
  const next = committed(withProcess(state, { chunks }), { done: 0, file })
  return [{ name: 'the table was rewritten: all chunks again', next }]
}

function commit(world: World, state: State, at: number, load: Chunk): Steps {
  const { faults } = state
  if (world.rules.flushedBeforeCommit && load.position > state.flushed) return []
  const late: LateChunk = { chunk: at, load }
  const doubtful = withChunk(state, at, { ...load, at: 'doubt' })
  const done = withChunk(committed(state, brought(world, state, late)), at, { ...todo, at: 'done' })
  const steps: Step<State>[] = [{ name: `chunk ${at} commits`, next: done }]
  if (faults.late > 0) {
    const next = { ...doubtful, net: [...state.net, late], faults: { ...faults, late: faults.late - 1 } }
    steps.push({ name: `chunk ${at} commits -> late`, next, fault: true })
  }
  if (faults.lost > 0) {
    const next = committed(doubtful, brought(world, state, late))
    steps.push({
      name: `chunk ${at} commits -> reply lost`,
      next: { ...next, faults: { ...faults, lost: faults.lost - 1 } },
      fault: true,
    })
  }
  return steps
}

/** The label's state settles a doubt: committed, or rolled back and taken again. */
function settle(world: World, state: State, at: number): Steps {
  const { doubtIsInFlight } = world.rules
  const of = (late: State['net'][number]) => 'chunk' in late && late.chunk === at
  if (doubtIsInFlight && !state.net.some(of)) {
    return [{ name: `chunk ${at} was committed`, next: withChunk(state, at, { ...todo, at: 'done' }) }]
  }
  const net = doubtIsInFlight ? state.net.filter((late) => !of(late)) : state.net
  const name = doubtIsInFlight ? 'is rolled back' : 'is given up'
  return [{ name: `chunk ${at} ${name}`, next: withChunk({ ...state, net }, at, todo) }]
}

/** Everything that one chunk can do next. */
export function chunkSteps(world: World, state: State, at: number): Steps {
  const chunk = state.process.chunks[at]
  switch (chunk?.at) {
    case 'todo':
      return take(world, state, at)
    case 'snap':
      return enter(world, state, at, chunk)
    case 'flight':
      return [read(world, state, at, chunk)]
    case 'loaded':
      return commit(world, state, at, chunk)
    case 'doubt':
      return settle(world, state, at)
    case 'done':
    case undefined:
      return []
  }
}
