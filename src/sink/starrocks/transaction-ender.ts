import type { Clock } from '../../core/clock.ts'
import { SyncError } from '../../core/sync-error.ts'
import { afterBegin, afterState, type TransactionEnd } from './label-attempts.ts'
import { outcomeError } from './outcome-error.ts'
import type { Outcome } from './outcome.ts'
import type { SinkTimeouts } from './target.ts'
import type { TransactionClient, TransactionName } from './transaction-client.ts'

/** What ending needs. */
export interface EndingContext {
  readonly client: TransactionClient
  readonly clock: Clock
  readonly timeouts: Pick<SinkTimeouts, 'doubtMs' | 'pollMs'>
  /** Aborted when the sink is closed. */
  readonly closing: AbortSignal
}

/**
 * Brings whatever holds a label to its end and tells which: a committed transaction stays, an open one is rolled back.
 * @throws {SyncError} SINK_UNREACHABLE when it cannot be told in time; then nothing is known.
 */
export async function endTransaction(context: EndingContext, name: TransactionName): Promise<TransactionEnd> {
  const { client, clock, timeouts } = context
  const deadline = clock.monotonicMs() + timeouts.doubtMs
  let rolledBack: Outcome | null = null
  for (let asked = 0; ; asked += 1) {
    const state = await client.state(name.database, name.label)
    const step = afterState(state, rolledBack, name.table === null)
    if (step.tag === 'ended') return step.end
    if (step.tag === 'give-up') throw outcomeError(step.outcome, `end transaction ${name.label}`)
    if (step.tag === 'roll-back') rolledBack = await client.rollback(name)
    if (clock.monotonicMs() > deadline) throw undecided(name, rolledBack ?? state)
    if (step.tag === 'wait' || asked > 0) await clock.sleep(pauseMs(timeouts.pollMs, asked), context.closing)
  }
}

/**
 * Ends whatever holds the label of a multi-table transaction and sees to it that nothing can be begun under it any more: an aborted
 * label is refused for good, so one of which nothing is known (lost by a restart, or not begun yet by a stalled twin) is begun and
 * rolled back. Labels of single-table transactions have no such end: they are only ended.
 * @throws {SyncError} as {@link endTransaction}, or what the begin was answered.
 */
export async function useUpLabel(context: EndingContext, name: TransactionName): Promise<TransactionEnd> {
  if (name.table !== null) return await endTransaction(context, name)
  const { outcome } = await context.client.begin(name, USED_UP_TIMEOUT_S)
  if (outcome.tag === 'label-is' && outcome.state === 'aborted') return 'aborted'
  if (outcome.tag === 'ok' && (await context.client.rollback(name)).tag === 'ok') return 'aborted'
  const step = afterBegin(outcome)
  if (step.tag === 'failed') throw outcomeError(step.outcome, `use up label ${name.label}`)
  return await endTransaction(context, name)
}

const USED_UP_TIMEOUT_S = 60

/** As {@link endTransaction}, for a label under which most likely nothing is: one question when that is so. */
export async function endIfAny(context: EndingContext, name: TransactionName): Promise<TransactionEnd> {
  if (name.table !== null) return await endTransaction(context, name)
  const outcome = await context.client.rollback(name)
  return outcome.tag === 'next-attempt' ? 'unknown' : await endTransaction(context, name)
}

/**
 * Waits until a committed transaction is visible. Returns false when nothing is known under its label any more.
 * @throws {SyncError} SINK_UNREACHABLE when it does not become so in time, CHECKPOINT_BEHIND when it was aborted after all.
 */
export async function waitUntilVisible(context: EndingContext, name: TransactionName): Promise<boolean> {
  const { client, clock, timeouts } = context
  const deadline = clock.monotonicMs() + timeouts.doubtMs
  for (let asked = 0; ; asked += 1) {
    const outcome = await client.state(name.database, name.label)
    if (outcome.tag === 'label-is') {
      if (outcome.state === 'visible') return true
      if (outcome.state === 'unknown') return false
      if (outcome.state === 'aborted') {
        throw new SyncError('CHECKPOINT_BEHIND', `transaction ${name.label} was committed and is now aborted`)
      }
    }
    if (clock.monotonicMs() > deadline) throw undecided(name, outcome)
    await clock.sleep(pauseMs(timeouts.pollMs, asked), context.closing)
  }
}

/** Doubles up to fifty times the first pause. */
export function pauseMs(pollMs: number, asked: number): number {
  return pollMs * Math.min(50, 2 ** Math.min(asked, 10))
}

function undecided(name: TransactionName, outcome: Outcome): SyncError {
  const why = 'why' in outcome ? outcome.why : outcome.tag
  return new SyncError('SINK_UNREACHABLE', `it cannot be told how transaction ${name.label} ended: ${why}`)
}
