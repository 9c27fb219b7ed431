import { SyncError } from '../../core/sync-error.ts'
import { outcomeError } from './outcome-error.ts'
import type { Outcome } from './outcome.ts'
import type { TransactionName } from './transaction-client.ts'
import { type EndingContext, endTransaction } from './transaction-ender.ts'

/** What is believed of a commit. `unknown`: the label is forgotten, so only what was loaded can tell. */
export type CommitProof = 'visible' | 'committed' | 'unknown'

/**
 * Believes a commit only when the label's state says so: an OK can be false, and a lost answer is a question
 * (reference/starrocks.md 2.1; design: the checkpoint). What is still open then is rolled back. `explain` makes the error of an
 * answer that was no success.
 * @throws {SyncError} the answer's own error, or SINK_TRANSACTION_LOST, when it was aborted; SINK_UNREACHABLE while it cannot be told.
 */
export async function proveCommit(
  context: EndingContext,
  name: TransactionName,
  answer: Outcome,
  explain: (answer: Outcome) => Promise<SyncError> = async () => outcomeError(answer, `commit ${name.label}`),
): Promise<CommitProof> {
  const end = await endTransaction(context, name)
  if (end === 'visible' || end === 'committed' || end === 'unknown') return end
  if (answer.tag === 'ok' || answer.tag === 'durable') {
    throw new SyncError('SINK_TRANSACTION_LOST', `commit of ${name.label} was answered OK, but it is aborted`)
  }
  throw await explain(answer)
}
