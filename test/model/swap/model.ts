import type { Model, Step } from '../explore.ts'
import type { World } from './rules.ts'
import { execute, initial, isTruncate, lastLsn, sourceAt, started, type State } from './state.ts'
import { writerSteps } from './writer.ts'

function worldSteps(state: State): Step<State>[] {
  const steps: Step<State>[] = state.net.map((statement, at) => ({
    name: `late ${statement.does} arrives`,
    next: { ...execute(state, statement)[0], net: state.net.filter((_, other) => other !== at) },
  }))
  const { faults, owner } = state
  if (faults.timeout > 0 && owner !== 0) {
    const next = { ...state, owner: 0, faults: { ...faults, timeout: faults.timeout - 1 } }
    steps.push({ name: `the slot is taken from ${owner}`, next, fault: true })
  }
  return steps
}

function processSteps(state: State): Step<State>[] {
  const steps: Step<State>[] = []
  const { faults, owner } = state
  state.writers.forEach((writer, index) => {
    const { id, pc, answer } = writer
    const put = (change: object, rest: Partial<State> = {}): State => ({
      ...state,
      ...rest,
      writers: state.writers.map((other, at) => (at === index ? { ...other, ...change } : other)),
    })
    if (answer) steps.push({ name: `the answer of ${id} is over`, next: put({ answer: false }), rare: true })
    if (pc.at === 'dead') {
      const next = put(started(state.nextId), { nextId: state.nextId + 1 })
      steps.push({ name: `${state.nextId} starts in place of ${id}`, next })
    } else if (faults.kill > 0 && pc.at !== 'slot' && pc.at !== 'ended') {
      const rest = { owner: owner === id ? 0 : owner, faults: { ...faults, kill: faults.kill - 1 } }
      steps.push({ name: `${id} is killed`, next: put({ pc: { at: 'dead' }, answer: false }, rest), fault: true })
    }
  })
  return steps
}

/** The table shows the row's LSN; a truncate may show before its row does (the one exception, stated in design.md). */
function unequal(world: World, { row, live }: State): string | undefined {
  if (live.rows === sourceAt(world, row.lsn)) return undefined
  if (isTruncate(world, row.lsn + 1) && live.rows === 0) return undefined
  return `the table is not the source at LSN ${row.lsn}: rows ${live.rows.toString(2)}`
}

function unfinished(world: World, state: State): string | undefined {
  for (const { id, pc, row } of state.writers) {
    if (pc.at === 'ended' || pc.at === 'slot') continue
    if (pc.at !== 'idle') return `process ${id} is stuck at ${pc.at}`
    if (row.lsn !== lastLsn(world)) return `process ${id} stops at LSN ${row.lsn}`
    if (world.scenario === 'resync' && state.live.mark !== 'shadow') return 'the resync was undone'
  }
  return undefined
}

/** Two processes and statements that destroy. */
export function swapModel(world: World): Model<State> {
  return {
    initial: initial(world),
    steps: (state) => [
      ...state.writers.flatMap((writer, index) => writerSteps({ world, state, index, writer })),
      ...worldSteps(state),
      ...processSteps(state),
    ],
    violation: (state, settled) => unequal(world, state) ?? (settled ? unfinished(world, state) : undefined),
  }
}
