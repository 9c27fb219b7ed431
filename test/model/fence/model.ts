import type { Model, Step } from '../explore.ts'
import { finished, forget, publish, restart } from './cluster.ts'
import { deliver } from './requests.ts'
import type { World } from './rules.ts'
import { initial, spend, started, withWriter, type State } from './state.ts'
import { writerSteps } from './writer.ts'

/** What the world does by itself: publishing, time, and late arrivals. */
function worldSteps(world: World, state: State): Step<State>[] {
  const steps: Step<State>[] = []
  const [label] = state.cluster.publishing
  if (label !== undefined)
    steps.push({ name: `${label} becomes visible`, next: { ...state, cluster: publish(state.cluster) } })
  state.net.forEach((message, at) => {
    const [cluster] = deliver(world, state.cluster, message)
    const net = state.net.filter((_, other) => other !== at)
    steps.push({
      name: `late ${message.kind} of ${message.by} arrives at ${message.label}`,
      next: { ...state, cluster, net },
    })
  })
  return steps
}

function timeSteps(world: World, state: State): Step<State>[] {
  const steps: Step<State>[] = []
  state.writers.forEach(({ id, answer }, index) => {
    const ages = answer === 'valid' || (answer === 'underWay' && world.rules.answerAgedFromSending)
    const next = withWriter(state, index, { answer: 'none' })
    if (ages) steps.push({ name: `the answer of ${id} is over`, next, rare: true })
  })
  return steps
}

function processFaults(state: State): Step<State>[] {
  const steps: Step<State>[] = []
  const { owner } = state.slot
  const freed = { ...state.slot, owner: 0 }
  if (state.faults.timeout > 0 && owner !== 0) {
    steps.push({
      name: `the slot is taken from ${owner}`,
      next: spend({ ...state, slot: freed }, 'timeout'),
      fault: true,
    })
  }
  state.writers.forEach(({ id, pc }, index) => {
    if (pc.at === 'dead') {
      const next = withWriter({ ...state, nextId: state.nextId + 1 }, index, started(state.nextId))
      steps.push({ name: `${state.nextId} starts in place of ${id}`, next })
    } else if (state.faults.kill > 0 && pc.at !== 'slot' && pc.at !== 'ended') {
      const slot = owner === id ? freed : state.slot
      const next = withWriter(spend({ ...state, slot }, 'kill'), index, { pc: { at: 'dead' }, answer: 'none' })
      steps.push({ name: `${id} is killed`, next, fault: true })
    }
  })
  return steps
}

function targetFaults(state: State): Step<State>[] {
  const steps: Step<State>[] = []
  if (state.faults.evict > 0) {
    for (const label of finished(state.cluster)) {
      const next = spend({ ...state, cluster: forget(state.cluster, label) }, 'evict')
      steps.push({ name: `${label} is forgotten`, next, fault: true })
    }
  }
  if (state.faults.frontendRestart > 0 && state.cluster.txns.some((txn) => txn.state === 'open')) {
    const next = spend({ ...state, cluster: restart(state.cluster) }, 'frontendRestart')
    steps.push({ name: 'the frontend restarts', next, fault: true })
  }
  return steps
}

/** The source after transaction `lsn`: all up to it applied, itself last. */
function unequal({ cluster }: State): string | undefined {
  const { row, data } = cluster
  if (data.applied === (1 << row.lsn) - 1 && data.last === row.lsn) return undefined
  return `the target is not the source at LSN ${row.lsn}: applied ${data.applied.toString(2)}, last ${data.last}`
}

function unfinished(world: World, state: State): string | undefined {
  for (const { id, pc } of state.writers) {
    if (pc.at !== 'idle' && pc.at !== 'slot' && pc.at !== 'ended') return `process ${id} is stuck at ${pc.at}`
    if (pc.at !== 'idle') continue
    const { row } = state.cluster
    if (row.writer !== id) return `process ${id} does not end though ${row.writer} has replaced it`
    if (row.lsn !== world.wal) return `process ${id} stops at LSN ${row.lsn}`
    if (state.slot.confirmed !== row.lsn) return `the slot stays at ${state.slot.confirmed}`
  }
  return undefined
}

/** Two processes, one slot, one checkpoint row. */
export function fenceModel(world: World): Model<State> {
  return {
    initial: initial(world),
    steps: (state) => [
      ...state.writers.flatMap((writer, index) => writerSteps({ world, state, index, writer })),
      ...worldSteps(world, state),
      ...timeSteps(world, state),
      ...processFaults(state),
      ...targetFaults(state),
    ],
    violation: (state, settled) => {
      const { cluster, slot } = state
      if (cluster.broken !== undefined) return cluster.broken
      if (slot.confirmed > cluster.head.lsn) return `confirmed ${slot.confirmed}, but the row says ${cluster.head.lsn}`
      return (world.singleTable ? undefined : unequal(state)) ?? (settled ? unfinished(world, state) : undefined)
    },
  }
}
