import type { Step } from '../explore.ts'
import type { World } from './rules.ts'
import { applied, execute, isTruncate, lastLsn, type Row, type State, type Statement, type Writer } from './state.ts'

/** One process in the state that it acts on. */
export interface Actor {
  readonly world: World
  readonly state: State
  readonly index: number
  readonly writer: Writer
}

type Steps = readonly Step<State>[]

const quits: Partial<Writer> = { pc: { at: 'ended' }, answer: false }

function act({ index, writer }: Actor, name: string, change: Partial<Writer>, state: State): Step<State> {
  const writers = state.writers.map((other, at) => (at === index ? { ...other, ...change } : other))
  return { name: `${writer.id}: ${name}`, next: { ...state, writers }, by: writer.id }
}

const told = (statement: Statement) =>
  statement.does === 'truncate' ? 'TRUNCATE' : `${statement.does.toUpperCase()} ${statement.name}`

/** The name of the next object: of this epoch, number and attempt. */
function nameFor(world: World, row: Row, attempt: number): string {
  return world.rules.uniqueName ? `e${row.epoch}n${row.number + 1}a${attempt}` : 'only'
}

/** The first statement of a step that destroys. */
function beginStep(actor: Actor, attempt: number): Partial<Writer> {
  const { world, writer } = actor
  if (attempt > world.attempts) return quits
  if (world.scenario === 'resync') return { pc: { at: 'may', statement: { does: 'swap', name: writer.name } }, attempt }
  if (!world.rules.ownObject) return { pc: { at: 'may', statement: { does: 'truncate' } }, attempt }
  const name = nameFor(world, writer.row, attempt)
  return { pc: { at: 'may', statement: { does: 'create', name } }, name, attempt }
}

function after(actor: Actor, statement: Statement, ok: boolean): Partial<Writer> {
  const { world, writer } = actor
  if (statement.does === 'create') return { pc: { at: 'may', statement: { does: 'swap', name: statement.name } } }
  if (statement.does === 'rename') return { pc: { at: 'look' }, name: ok ? statement.to : writer.name }
  if (statement.does === 'drop') return { pc: { at: 'commit' } }
  if (!ok) return world.scenario === 'resync' ? quits : beginStep(actor, writer.attempt + 1)
  return { pc: { at: statement.does === 'truncate' ? 'commit' : 'clean' } }
}

function unanswered(actor: Actor, statement: Statement): Partial<Writer> {
  const { writer } = actor
  if (statement.does === 'swap') return { pc: { at: 'doubt' } }
  return statement.does === 'create' ? beginStep(actor, writer.attempt + 1) : { pc: { at: 'send', statement } }
}

function send(actor: Actor, statement: Statement): Steps {
  const { state } = actor
  const name = told(statement)
  const [done, ok] = execute(state, statement)
  const steps = [act(actor, `${name} -> ${ok ? 'ok' : 'failed'}`, after(actor, statement, ok), done)]
  const fault = (how: string, next: State) =>
    steps.push({ ...act(actor, `${name} -> ${how}`, unanswered(actor, statement), next), fault: true })
  const { faults } = state
  if (faults.lost > 0) fault('reply lost', { ...done, faults: { ...faults, lost: faults.lost - 1 } })
  if (faults.late > 0)
    fault('late', { ...state, net: [...state.net, statement], faults: { ...faults, late: faults.late - 1 } })
  return steps
}

function ask(actor: Actor): Steps {
  const { state, writer } = actor
  if (state.owner !== writer.id) return [act(actor, 'is not the owner: ends', quits, state)]
  return [act(actor, 'is the owner', { answer: true }, state)]
}

/** A commit of rows and checkpoint together; that only one of two can do so is shown by the model of the fence. */
function commit(actor: Actor, row: Row, rows: number, objects = actor.state.objects): Steps {
  const { state, writer } = actor
  if (!writer.answer) return ask(actor)
  if (state.row.number !== writer.row.number) return [act(actor, 'row is by another: ends', quits, state)]
  const next = { ...state, row, objects, live: { ...state.live, rows } }
  return [act(actor, `commits ${row.number} up to ${row.lsn}`, { pc: { at: 'idle' }, row, attempt: 1 }, next)]
}

/** The row after a step that destroys; the statement may still be to come when the row goes first. */
function commitStep(actor: Actor): Steps {
  const { world, state, writer } = actor
  const lsn = isTruncate(world, writer.row.lsn + 1) ? writer.row.lsn + 1 : writer.row.lsn
  return commit(actor, { ...writer.row, number: writer.row.number + 1, lsn, swapped: true }, state.live.rows)
}

function batch(actor: Actor): Steps {
  const { world, state, writer } = actor
  const lsn = writer.row.lsn + 1
  const row = { ...writer.row, number: writer.row.number + 1, lsn }
  const shadow = world.scenario === 'resync' && !writer.row.swapped ? state.objects[writer.name] : undefined
  if (world.scenario === 'resync' && !writer.row.swapped && shadow === undefined) {
    return [act(actor, 'finds no shadow: ends', quits, state)]
  }
  const both = shadow && { ...state.objects, [writer.name]: { ...shadow, rows: applied(world, shadow.rows, lsn) } }
  return commit(actor, row, applied(world, state.live.rows, lsn), both)
}

function rowFirst(actor: Actor): Steps {
  const { writer, state } = actor
  const row = { ...writer.row, number: writer.row.number + 1, lsn: writer.row.lsn + 1, swapped: true }
  return commit(actor, row, state.live.rows).map((step) =>
    act({ ...actor, state: step.next }, 'row first', beginStep(actor, 1), step.next),
  )
}

function idle(actor: Actor): Steps {
  const { world, state, writer } = actor
  const gone = state.owner === writer.id ? [] : [act(actor, 'sees that its connection is gone: ends', quits, state)]
  const { lsn, swapped } = writer.row
  if (isTruncate(world, lsn + 1)) {
    if (!world.rules.swapBeforeRow) return [...gone, ...rowFirst(actor)]
    return [...gone, act(actor, 'comes to the TRUNCATE', beginStep(actor, 1), state)]
  }
  const swap = world.scenario === 'resync' && !swapped
  const begins = swap ? [act(actor, 'comes to the swap', beginStep(actor, writer.attempt), state)] : []
  return [...gone, ...begins, ...(lsn < lastLsn(world) ? batch(actor) : [])]
}

/** A swap without an answer: a new object for a TRUNCATE, another name and a look for a resync. */
function doubt(actor: Actor): Steps {
  const { world, state, writer } = actor
  const again: Statement = { does: 'swap', name: writer.name }
  if (!world.rules.swapOnce) return [act(actor, 'sends it again', { pc: { at: 'send', statement: again } }, state)]
  if (world.scenario === 'resync') return fence(actor)
  const [dropped] = execute(state, { does: 'drop', name: writer.name })
  return [act(actor, `DROP ${writer.name}`, beginStep(actor, writer.attempt + 1), dropped)]
}

/** Takes the shadow away from whoever may still name it. With the rule off it looks before. */
function fence(actor: Actor): Steps {
  const { world, state, writer } = actor
  const [name] = Object.keys(state.objects)
  if (name === undefined) return [act(actor, 'finds no object', { pc: { at: 'look' }, name: '' }, state)]
  const attempt = writer.attempt + 1
  if (attempt > world.attempts + 1) return [act(actor, 'has tried enough: ends', quits, state)]
  const to = nameFor(world, writer.row, attempt)
  const [renamed] = execute(state, { does: 'rename', name, to })
  if (world.rules.fenceBeforeLook)
    return [act(actor, `RENAME ${name} ${to}`, { pc: { at: 'look' }, name: to, attempt }, renamed)]
  if (state.live.mark === 'shadow') return [act(actor, 'looks: swapped', { pc: { at: 'clean' }, name, attempt }, state)]
  const statement: Statement = { does: 'rename', name, to }
  return [
    act(actor, 'looks: not swapped', { pc: { at: 'send', statement }, attempt, name: `unswapped ${name}` }, state),
  ]
}

/** Which table is live? The mark tells; without one the last known answer, not swapped, is believed. */
function look(actor: Actor): Steps {
  const { world, state, writer } = actor
  const { rules } = world
  const swapped = rules.marker && rules.fenceBeforeLook && state.live.mark === 'shadow' && !writer.row.swapped
  if (swapped) return [act(actor, 'looks: swapped', { pc: { at: 'clean' } }, state)]
  return [act(actor, 'looks: not swapped', { pc: { at: 'idle' } }, state)]
}

/** Raised first, so that the names which the sweep gives are of an epoch that is its own. */
function raise(actor: Actor): Steps {
  const { state } = actor
  const row = { ...state.row, number: state.row.number + 1, epoch: state.row.epoch + 1 }
  return [act(actor, `raises the epoch to ${row.epoch}`, { row, pc: { at: 'sweep' } }, { ...state, row })]
}

function sweep(actor: Actor): Steps {
  const { world, state } = actor
  const name = Object.keys(state.objects)[0] ?? ''
  if (!world.rules.takeAway) return [act(actor, 'leaves all objects', { pc: { at: 'look' }, name }, state)]
  if (world.scenario === 'resync') return fence(actor)
  return [act(actor, 'drops all objects of older epochs', { pc: { at: 'idle' } }, { ...state, objects: {} })]
}

function takeSlot(actor: Actor): Steps {
  const { state, writer } = actor
  if (state.owner !== 0) return []
  return [act(actor, 'takes the slot', { pc: { at: 'wait' } }, { ...state, owner: writer.id })]
}

function wait(actor: Actor): Steps {
  const { world, state, index } = actor
  const others = state.writers.some(({ answer }, at) => at !== index && answer)
  return others && world.rules.successorWaits ? [] : [act(actor, 'has waited', { pc: { at: 'raise' } }, state)]
}

function may(actor: Actor, statement: Statement): Steps {
  const { world, state, writer } = actor
  if (!writer.answer && world.rules.ownStatement) return ask(actor)
  return [act(actor, `may ${told(statement)}`, { pc: { at: 'send', statement } }, state)]
}

/** Everything that one process can do next. */
export function writerSteps(actor: Actor): Steps {
  const { pc, name } = actor.writer
  if (pc.at === 'may') return may(actor, pc.statement)
  if (pc.at === 'send') return send(actor, pc.statement)
  const steps: Readonly<Record<typeof pc.at, (actor: Actor) => Steps>> = {
    slot: takeSlot,
    wait,
    sweep,
    raise,
    idle,
    look,
    clean: (one) => send(one, { does: 'drop', name }),
    commit: commitStep,
    doubt,
    ended: () => [],
    dead: () => [],
  }
  return steps[pc.at](actor)
}
