import { assumptions } from '../assumptions.ts'
import type { BackEnd } from '../cluster/cluster.ts'
import { StandInError, messageOf } from '../stand-in-error.ts'
import type { Transaction } from '../txn/transaction.ts'
import type { CommitRequest } from '../txn/txn-request.ts'
import type { FeContext } from './context.ts'
import type { FeTransactionAnswer, FeTransactionTarget } from './fe-transaction-target.ts'
import { header, headerMs } from './reply.ts'

/** `DEFAULT_TXN_TIMEOUT_MILLIS` of TransactionLoadAction.java: a begin without `timeout` lives 20 seconds. */
const defaultTimeoutMs = 20_000

/**
 * Multi-table transactions, which the FE answers itself; only loads go on to a BE (reference/starrocks.md 2.1;
 * MultiStatementTransactionHandler.java, StreamLoadMultiStmtTask.java).
 */
export const feMultiTransaction: FeTransactionAnswer = (context, exchange, target) => {
  if (target.operation === 'load') return load(context, target, header(exchange.request, 'table') ?? '')
  return async (fault) => {
    switch (target.operation) {
      case 'begin':
        if (fault?.action === 'fail') return failed(fault.text)
        return begin(context, target, headerMs(exchange.request, 'timeout') ?? defaultTimeoutMs)
      case 'commit':
        return await commit(context, target, {
          fault,
          waitMs: headerMs(exchange.request, 'timeout') ?? defaultTimeoutMs,
        })
      case 'rollback':
        return await rollback(context, target)
      default:
        throw new Error('Unsupported operation: TXN_PREPARE')
    }
  }
}

const failed = (message: string): object => ({ Status: 'FAILED', Message: message })

function begin(context: FeContext, { database, label }: FeTransactionTarget, timeoutMs: number): object {
  if (!context.catalog.databases.has(database)) throw new Error(`Database[${database}] does not exist`)
  const { labels } = context.transactions
  const task = labels.findMulti(label)
  if (task !== undefined) return begunBefore(task)
  const held = labels.find(database, label)
  if (held !== undefined && held.status !== 'ABORTED') {
    return {
      Status: 'LABEL_ALREADY_EXISTS',
      Message: `Label [${label}] has already been used.`,
      ExistingJobStatus: held.status,
      Db: database,
    }
  }
  const txn = context.transactions.begin({ database, label, kind: 'multi', timeoutMs })
  const ids = assumptions.multiTableBeginNamesTxnId ? { Label: label, TxnId: txn.id } : {}
  return { Status: 'OK', Message: '', ...ids }
}

/** A multi-table label is taken for as long as its task is remembered, aborted or not (2.1). */
function begunBefore(task: Transaction): object {
  const { label } = task
  if (task.multiState === 'COMMITED') {
    return {
      Status: 'LABEL_ALREADY_EXISTS',
      Message: `Label [${label}] has already been used.`,
      ExistingJobStatus: 'COMMITED',
    }
  }
  return {
    Status: 'LABEL_ALREADY_EXISTS',
    Message: `Transaction already started with label [${label}], txnId: ${task.id}`,
    ExistingJobStatus: task.multiState,
    TxnId: task.id,
  }
}

/** Registers the table with the transaction, then redirects to the BE that takes the rows. */
function load(context: FeContext, target: FeTransactionTarget, tableName: string): ReturnType<FeTransactionAnswer> {
  const { label, database } = target
  const txn = context.transactions.labels.findMulti(label)
  if (txn === undefined) return () => Promise.reject(new Error(`stream load task ${label} does not exist`))
  const refused = loadRefusal(txn)
  if (refused !== undefined) return () => Promise.resolve(failed(refused))
  const problem = targetProblem(context, txn, database, tableName)
  if (problem !== undefined) {
    return async () => {
      await context.transactions.abort(txn, `LOAD exception: ${messageOf(problem)}`)
      throw problem
    }
  }
  const backEnd = loadBackEnd(context, txn, tableName)
  if (backEnd === undefined) return () => Promise.reject(new Error('No backend alive.'))
  txn.tableNames.add(tableName)
  target.redirect(backEnd)
  return undefined
}

/** All loads of one table go to the BE that the first one went to. */
function loadBackEnd({ cluster }: FeContext, txn: Transaction, tableName: string): BackEnd | undefined {
  const chosen = cluster.backEnd(txn.loadBackEndIds.get(tableName) ?? -1) ?? cluster.chooseBackEnd()
  if (chosen !== undefined) txn.loadBackEndIds.set(tableName, chosen.id)
  return chosen
}

/** Why a task in its state takes no more loads (2.1, the texts of checkLoadAllowed). */
function loadRefusal(txn: Transaction): string | undefined {
  switch (txn.multiState) {
    case 'BEGIN':
      return undefined
    case 'CANCELLED':
      return `stream load task ${txn.label} has already been cancelled: ${txn.reason}`
    case 'ABORTING':
      return `stream load task ${txn.label} is aborting: ${txn.reason}`
    case 'COMMITED':
      return `stream load task ${txn.label} has already been commited`
    case 'COMMITING':
      return `stream load task ${txn.label} is committing, can not accept new loads`
  }
}

function targetProblem(context: FeContext, txn: Transaction, database: string, tableName: string): Error | undefined {
  if (txn.database !== database) {
    return new Error(`Request database ${database} not equal transaction database ${txn.database}`)
  }
  if (context.catalog.findTable(database, tableName) !== undefined) return undefined
  return new StandInError(`Failed to find table ${tableName} in db ${database}`)
}

async function commit(context: FeContext, { label }: FeTransactionTarget, request: CommitRequest): Promise<object> {
  const txn = context.transactions.labels.findMulti(label)
  if (txn === undefined) throw new Error(`stream load task ${label} does not exist`)
  const ids = { Label: label, TxnId: txn.id }
  switch (txn.multiState) {
    case 'COMMITED':
      return { Status: 'OK', Message: `Transaction ${txn.id} has already committed, label is ${label}`, ...ids }
    case 'CANCELLED':
      return failed(`Can not commit CANCELLED transaction ${txn.id}, label is ${label}`)
    case 'ABORTING':
      return failed(`Transaction ${txn.id} is aborting (reason: ${txn.reason}), label is ${label}`)
    case 'COMMITING':
      return failed(`Transaction ${txn.id} is already committing, label is ${label}`)
    case 'BEGIN':
      break
  }
  if (txn.busy.size > 0) return failed(`Transaction ${txn.id} has loads in flight, label is ${label}`)
  txn.multiState = 'COMMITING'
  context.transactions.enter(txn, 'commit')
  try {
    await context.transactions.commit(txn, request)
  } catch (error) {
    return failed(messageOf(error))
  } finally {
    await context.transactions.leave(txn, 'commit')
  }
  if (txn.status === 'COMMITTED') txn.multiState = 'COMMITED'
  return { Status: 'OK', Message: '' }
}

async function rollback(context: FeContext, { label }: FeTransactionTarget): Promise<object> {
  const txn = context.transactions.labels.findMulti(label)
  if (txn === undefined) throw new Error(`stream load task${label}does not exist`)
  switch (txn.multiState) {
    case 'COMMITED':
      return failed(`Can not abort VISIBLE transaction ${txn.id}, label is ${label}`)
    case 'CANCELLED':
      return {
        Status: 'OK',
        Message: `Transaction ${txn.id} has already aborted, label is ${label}`,
        Label: label,
        TxnId: txn.id,
      }
    case 'COMMITING':
      return failed(`Can not abort transaction ${txn.id} during committing, label is ${label}`)
    case 'ABORTING':
    case 'BEGIN':
      await context.transactions.abort(txn, 'manual abort')
      return { Status: 'OK', Message: `stream load ${label} abort` }
  }
}
