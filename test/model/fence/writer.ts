import type { Step } from '../explore.ts'
import { begin, labelState, rollback } from './cluster.ts'
import { act, nextAttempt, request, type Actor } from './requests.ts'
import { labelFor, nextRow, stateOf, type State, type Writer } from './state.ts'

type Steps = readonly Step<State>[]

const quits: Partial<Writer> = { pc: { at: 'ended' }, answer: 'none' }

/** The question about the slot's owner; its answer takes effect in a step of its own. */
function ask(actor: Actor): Steps {
  const { state, writer } = actor
  if (writer.answer === 'underWay') return [act(actor, 'gets the answer', { answer: 'valid' })]
  if (writer.answer === 'valid') return []
  if (state.slot.owner === writer.id) return [act(actor, 'asks, still owner', { answer: 'underWay' })]
  return [act(actor, 'asks, not owner: ends', quits)]
}

/** The work in hand is committed: the row moves on. */
function done(actor: Actor): Partial<Writer> {
  const { world, state, writer } = actor
  const row = nextRow(writer)
  const first = writer.work.kind === 'raise' && !world.rules.startAtRow
  return { pc: { at: 'idle' }, row: first ? { ...row, lsn: state.slot.confirmed } : row }
}

/** Reads the row and tells whether the work in hand is in it. */
function readback(actor: Actor, otherwise: Partial<Writer>): Steps {
  const { world, state, writer } = actor
  const { row } = state.cluster
  if (row.number <= writer.row.number) return [act(actor, 'row has not moved', otherwise)]
  if (row.writer === writer.id && row.number === writer.row.number + 1) return [act(actor, 'row is ours', done(actor))]
  if (world.rules.stopWhenReplaced) return [act(actor, 'row is by another: ends', quits)]
  return [act(actor, 'row is by another', { ...done(actor), row })]
}

function doubt(actor: Actor): Steps {
  const { world, state, writer } = actor
  const { rules } = world
  const label = stateOf(world, state, writer)
  if (label === 'open') return [act(actor, 'label is open', { pc: { at: 'rollback' } })]
  if (label === 'aborted') return [act(actor, 'label is aborted', nextAttempt(actor))]
  if (label === 'committed' && rules.waitVisible) return []
  if (label !== 'unknown') return [act(actor, `label is ${label}`, { pc: { at: 'readback' } })]
  const used = writer.work.sent > 0 && rules.newLabelOnceUsed
  const again: Partial<Writer> = used
    ? { pc: { at: 'rollback' } }
    : { pc: { at: 'mayBegin' }, work: { ...writer.work, sent: 0, txnId: 0 } }
  return rules.unknownAsksRow ? readback(actor, again) : [act(actor, 'label is unknown', again)]
}

function verify(actor: Actor): Steps {
  const { world, state, writer } = actor
  if (!world.rules.verifyCommit) return [act(actor, 'believes the commit', done(actor))]
  const label = stateOf(world, state, writer)
  const committed = label === 'committed' || label === 'visible'
  if (writer.work.kind === 'raise' && world.rules.readRaise) return doubt(actor)
  return committed ? [act(actor, `label is ${label}`, done(actor))] : doubt(actor)
}

/** A writer of its own accord: the next batch (any cut), the slot's confirmation, the end when the connection is gone. */
function idle(actor: Actor): Steps {
  const { world, state, writer } = actor
  const { owner, confirmed } = state.slot
  const steps: Step<State>[] = []
  for (let to = writer.row.lsn + 1; to <= world.wal; to += 1) {
    const work = { kind: 'batch', to, attempt: 1, sent: 0, txnId: 0 } as const
    steps.push(act(actor, `cuts a batch up to ${to}`, { pc: { at: 'mayBegin' }, work }))
  }
  if (owner !== writer.id) return [...steps, act(actor, 'sees that its connection is gone: ends', quits)]
  const upTo = world.rules.rowBeforeConfirm ? writer.row.lsn : world.wal
  if (upTo <= confirmed) return steps
  return [...steps, act(actor, `confirms ${upTo}`, {}, { ...state, slot: { owner, confirmed: upTo } })]
}

function takeSlot(actor: Actor): Steps {
  const { state, writer } = actor
  if (state.slot.owner !== 0) return []
  const slot = { ...state.slot, owner: writer.id }
  return [act(actor, 'takes the slot', { pc: { at: 'wait' } }, { ...state, slot })]
}

function wait(actor: Actor): Steps {
  const { world, state, index } = actor
  const { rules } = world
  const others = state.writers.filter((_, at) => at !== index)
  const over = others.every(
    ({ answer }) => answer === 'none' || (answer === 'underWay' && !rules.answerAgedFromSending),
  )
  if (rules.successorWaits && world.clocksRun && !over) return []
  return [act(actor, 'has waited', { pc: { at: rules.sweepOpenLoads ? 'sweepFrom' : 'read' } })]
}

/** The row, and the number whose labels are swept. A row that is still being published is waited for. */
function sweepFrom(actor: Actor): Steps {
  const { state, world } = actor
  if (world.rules.waitVisible && state.cluster.publishing.length > 0) return []
  const pc = { at: 'sweep', attempt: 1, family: 's' } as const
  return [act(actor, 'sweeps from the row', { pc, row: state.cluster.row })]
}

function sweep(actor: Actor): Steps {
  const { world, state, writer } = actor
  if (writer.pc.at !== 'sweep') return []
  const { rules } = world
  const { attempt, family } = writer.pc
  const label = labelFor(world, writer, family, attempt)
  const is = labelState(state.cluster, label)
  if (is === 'committed' && rules.waitVisible) return []
  if (is === 'visible') return [act(actor, `finds ${label} visible`, { pc: { at: 'sweepFrom' } })]
  const closes = rules.closeNumber && rules.ownLabelsForRaise && family === 's'
  const [begun] = closes ? begin(state.cluster, label, world.singleTable) : [state.cluster]
  const [cluster] = rollback(begun, label)
  const last = attempt >= world.attempts || (is === 'unknown' && !rules.sweepEveryAttempt)
  const pc = last ? afterFamily(family, rules.ownLabelsForRaise) : { ...writer.pc, attempt: attempt + 1 }
  return [act(actor, `sweeps ${label} (${is})`, { pc }, { ...state, cluster })]
}

/** Labels of steps first, then those of raises, if they have their own. */
function afterFamily(family: 's' | 'r', two: boolean): Writer['pc'] {
  return family === 's' && two ? { at: 'sweep', attempt: 1, family: 'r' } : { at: 'read' }
}

function read(actor: Actor): Steps {
  const { world, state, writer } = actor
  const { row, publishing } = state.cluster
  if (world.rules.waitVisible && publishing.length > 0) return []
  const moved = world.rules.sweepOpenLoads && row.number !== writer.row.number
  if (moved) return [act(actor, 'row has moved: sweeps again', { pc: { at: 'sweepFrom' } })]
  const work = { kind: 'raise', to: row.lsn, attempt: 1, sent: 0, txnId: 0 } as const
  return [act(actor, `reads row ${row.number}`, { pc: { at: 'mayBegin' }, row, work })]
}

/** What needs a valid answer before it is sent. */
function guarded(actor: Actor, at: 'begin' | 'commit'): Steps {
  const free = at === 'commit' && !actor.world.rules.ownCommit
  if (actor.writer.answer === 'valid' || free) return [act(actor, `may ${at}`, { pc: { at } })]
  return ask(actor)
}

const stepsAt: Readonly<Record<Writer['pc']['at'], (actor: Actor) => Steps>> = {
  slot: takeSlot,
  wait,
  sweepFrom,
  sweep,
  read,
  mayBegin: (actor) => guarded(actor, 'begin'),
  begin: (actor) => request(actor, 'begin'),
  load: (actor) => request(actor, 'load'),
  mayCommit: (actor) => guarded(actor, 'commit'),
  commit: (actor) => request(actor, 'commit'),
  rollback: (actor) => request(actor, 'rollback'),
  verify,
  doubt,
  readback: (actor) => readback(actor, nextAttempt(actor)),
  idle,
  ended: () => [],
  dead: () => [],
}

/** Everything that one process can do next. */
export const writerSteps = (actor: Actor): Steps => stepsAt[actor.writer.pc.at](actor)
