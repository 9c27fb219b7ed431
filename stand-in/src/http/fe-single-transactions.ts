import { headerMs } from './reply.ts'
import type { FeTransactionAnswer } from './fe-transaction-target.ts'

/** How long a commit without `timeout` waits for the publication (2). */
const defaultWaitMs = 20_000

/**
 * Single-table transactions: begin, load and prepare go to the BE; commit and rollback too while the transaction is in
 * PREPARE, afterwards the FE answers itself (reference/starrocks.md 2; TransactionWithoutChannelHandler.java).
 */
export const feSingleTransaction: FeTransactionAnswer = (context, exchange, target) => {
  const { operation, label, database } = target
  if (!context.catalog.databases.has(database)) {
    return () => Promise.reject(new Error(`Database[${database}] does not exist.`))
  }
  const txn = context.transactions.labels.find(database, label)
  if (operation !== 'begin' && txn === undefined) return () => Promise.reject(new Error(unknownText(target)))
  if (txn === undefined || txn.status === 'PREPARE' || (operation !== 'commit' && operation !== 'rollback')) {
    // The label is pinned to the BE that its begin went to (2).
    const { cluster } = context
    const backEnd = operation === 'begin' ? cluster.chooseBackEnd() : cluster.backEnd(txn?.backEndId ?? -1)
    if (backEnd === undefined) return () => Promise.reject(new Error('No backend alive.'))
    target.redirect(backEnd)
    return undefined
  }
  const ids = { Label: label, TxnId: txn.id }
  return async (fault) => {
    if (operation === 'commit') {
      if (txn.status === 'ABORTED') throw new Error(`Can not commit ABORTED transaction ${txn.id}, label is ${label}`)
      if (txn.status !== 'PREPARED') {
        return { Status: 'OK', Message: `Transaction ${txn.id} has already committed, label is ${label}`, ...ids }
      }
      if (
        !(await context.transactions.commitPrepared(txn, {
          fault,
          waitMs: headerMs(exchange.request, 'timeout') ?? defaultWaitMs,
        }))
      )
        throw new Error('publish timeout')
      return { Status: 'OK', Message: '', ...ids }
    }
    if (txn.status === 'ABORTED') {
      return { Status: 'OK', Message: `Transaction ${txn.id} has already aborted, label is ${label}`, ...ids }
    }
    if (txn.status !== 'PREPARED')
      throw new Error(`Can not abort ${txn.status} transaction ${txn.id}, label is ${label}`)
    await context.transactions.abort(txn, 'User Aborted')
    return { Status: 'OK', Message: '', ...ids }
  }
}

/** A load or prepare of a label that the FE has no BE for, else a commit or rollback of one it never saw (2). */
function unknownText({ operation, label, database }: { operation: string; label: string; database: string }): string {
  if (operation === 'commit' || operation === 'rollback')
    return `No transaction found with db[${database}] and label[${label}]`
  return `Can't find the transaction with db [${database}] and label[${label}]. The possible reasons: 1. FE leader is started or switched; 2. The transaction timeouts and is cleaned.`
}
