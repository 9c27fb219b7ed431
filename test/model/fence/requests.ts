import type { Step } from '../explore.ts'
import { begin, commit, load, rollback, type Cluster, type TxnState } from './cluster.ts'
import type { World } from './rules.ts'
import { parts, spend, withWriter, workLabel, type Message, type State, type Work, type Writer } from './state.ts'

/** One process in the state that it acts on. */
export interface Actor {
  readonly world: World
  readonly state: State
  readonly index: number
  readonly writer: Writer
}

/** A step by one process. */
export function act(actor: Actor, name: string, change: Partial<Writer>, state = actor.state): Step<State> {
  const { id } = actor.writer
  return { name: `${id}: ${name}`, next: withWriter(state, actor.index, change), by: id }
}

/** The next attempt, or the end of a process that has none left. */
export function nextAttempt(actor: Actor): Partial<Writer> {
  const { work } = actor.writer
  if (work.attempt >= actor.world.attempts) return { pc: { at: 'ended' }, answer: 'none' }
  return { pc: { at: 'mayBegin' }, work: { ...work, attempt: work.attempt + 1, sent: 0, txnId: 0 } }
}

type Reply =
  | { readonly to: 'begin'; readonly is: number | TxnState }
  | { readonly to: 'load'; readonly txnId: number }
  | { readonly to: 'commit'; readonly ok: boolean }
  | { readonly to: 'rollback'; readonly is: TxnState | 'gone' }

/** What a request does to the target when it arrives. */
export function deliver(world: World, cluster: Cluster, message: Message): readonly [Cluster, Reply] {
  const { kind, label, part } = message
  if (kind === 'begin') {
    const [next, is] = begin(cluster, label, world.singleTable)
    return [next, { to: 'begin', is }]
  }
  if (kind === 'commit') {
    const [next, ok] = commit(cluster, label)
    return [next, { to: 'commit', ok }]
  }
  if (kind === 'rollback' || part === undefined) {
    const [next, is] = rollback(cluster, label)
    return [next, { to: 'rollback', is }]
  }
  const [next, txnId] = load(cluster, label, part)
  return [next, { to: 'load', txnId }]
}

function afterBegin(actor: Actor, is: number | TxnState): Partial<Writer> {
  const { work } = actor.writer
  if (typeof is === 'number') return { pc: { at: 'load' }, work: { ...work, txnId: is } }
  if (is === 'aborted') return nextAttempt(actor)
  if (is !== 'open') return { pc: { at: 'doubt' } }
  return { pc: { at: actor.world.rules.loadOnlyIntoOwnBegin ? 'rollback' : 'load' } }
}

function afterLoad(actor: Actor, txnId: number): Partial<Writer> {
  const { work } = actor.writer
  const foreign = txnId !== work.txnId && actor.world.rules.compareTxnId
  if (txnId === 0 || foreign) return { pc: { at: 'rollback' }, work: { ...work, sent: work.sent + 1 } }
  return loaded(actor)
}

/** The part counts as loaded: the next one follows, or the commit. */
function loaded(actor: Actor): Partial<Writer> {
  const work: Work = { ...actor.writer.work, sent: actor.writer.work.sent + 1 }
  return { pc: { at: work.sent === parts(actor.world, actor.writer).length ? 'mayCommit' : 'load' }, work }
}

/** What a process does with a reply. */
function after(actor: Actor, reply: Reply): Partial<Writer> {
  if (reply.to === 'begin') return afterBegin(actor, reply.is)
  if (reply.to === 'load') return afterLoad(actor, reply.txnId)
  if (reply.to === 'commit') return { pc: { at: reply.ok ? 'verify' : 'doubt' } }
  if (reply.is === 'gone' && actor.world.rules.unknownAsksRow) return { pc: { at: 'readback' } }
  return reply.is === 'aborted' || reply.is === 'gone' ? nextAttempt(actor) : { pc: { at: 'doubt' } }
}

/** What a process does when no reply comes. */
function unanswered(actor: Actor, kind: Message['kind']): Partial<Writer> {
  const { work } = actor.writer
  if (!actor.world.rules.attemptsInOrder) return nextAttempt(actor)
  if (kind !== 'load') return { pc: { at: 'doubt' } }
  if (!actor.world.rules.loadOnce) return { pc: { at: 'load' } }
  return { pc: { at: 'rollback' }, work: { ...work, sent: work.sent + 1 } }
}

/** A request with everything that can become of it: answered, lost either way, late; a commit also answered falsely. */
export function request(actor: Actor, kind: Message['kind']): readonly Step<State>[] {
  const { state, world, writer } = actor
  const label = workLabel(world, writer)
  const part = kind === 'load' ? parts(world, writer)[writer.work.sent] : undefined
  const message: Message = { kind, label, by: writer.id, part }
  const what = part === undefined ? '' : 'row' in part ? ' the row' : ` transaction ${part.lsn}`
  const name = `${kind}${what} ${label}`
  const [cluster, reply] = deliver(world, state.cluster, message)
  const answer =
    reply.to === 'load' ? `txn ${reply.txnId}` : reply.to === 'commit' ? (reply.ok ? 'ok' : 'failed') : reply.is
  const steps = [act(actor, `${name} -> ${answer}`, after(actor, reply), { ...state, cluster })]
  const fault = (how: string, next: State, change = unanswered(actor, kind)) =>
    steps.push({ ...act(actor, `${name} -> ${how}`, change, next), fault: true })
  if (state.faults.lost > 0) {
    fault('reply lost', spend({ ...state, cluster }, 'lost'))
    fault('request lost', spend(state, 'lost'))
  }
  if (state.faults.late > 0) fault('late', spend({ ...state, net: [...state.net, message] }, 'late'))
  if (kind === 'commit' && state.faults.falseOk > 0) {
    const [aborted] = rollback(state.cluster, label)
    fault('false ok', spend({ ...state, cluster: aborted }, 'falseOk'), after(actor, { to: 'commit', ok: true }))
  }
  return steps
}
