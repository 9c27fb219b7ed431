import type { Transaction } from './transaction.ts'
import type { Transactions } from './transactions.ts'

/** Transactions that have taken, or been left alone for, too long are ended (reference/starrocks.md 2, 2.1). */
export async function abortOverdue(transactions: Transactions, nowMs: number): Promise<void> {
  for (const txn of Array.from(transactions.labels.open)) {
    const idle =
      txn.status === 'PREPARE' && txn.idleTimeoutMs !== undefined && nowMs - txn.lastActiveMs > txn.idleTimeoutMs
    const late = txn.status === 'PREPARE' && nowMs - txn.beginMs > txn.timeoutMs
    const unclaimed = txn.status === 'PREPARED' && nowMs - (txn.preparedMs ?? nowMs) > txn.preparedTimeoutMs
    if (idle || late || unclaimed) await transactions.abort(txn, 'timeout by txn manager')
  }
  transactions.labels.forgetOld(nowMs)
}

/** What the restart of a BE does, or of all of them: PREPARE is lost, PREPARED survives (2). Answers how many. */
export async function loseUnprepared(transactions: Transactions, reason: string, backEndId?: number): Promise<number> {
  const lost = [...transactions.labels.open].filter(
    (txn) => txn.status === 'PREPARE' && (backEndId === undefined || isHeldBy(txn, backEndId)),
  )
  for (const txn of lost) await transactions.abort(txn, reason)
  return lost.length
}

/**
 * What a switch of the leader does: PREPARE is in no journal, so the new leader has never heard of the transaction (2);
 * of a multi-table one it knows the task, as CANCELLED (2.1). A commit that is under way gets through. Answers how many are lost.
 */
export async function forgetUnprepared(transactions: Transactions): Promise<number> {
  const lost = [...transactions.labels.open].filter((txn) => txn.status === 'PREPARE' && !txn.isEnding)
  for (const txn of lost) await transactions.drop(txn, 'FE leader switched')
  return lost.length
}

function isHeldBy(txn: Transaction, backEndId: number): boolean {
  return txn.backEndId === backEndId || [...txn.loadBackEndIds.values()].includes(backEndId)
}
