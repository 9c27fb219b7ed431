import { assumptions } from '../assumptions.ts'
import type { Fault } from '../fault.ts'
import { LoadFailure } from '../load/field-row.ts'
import { messageOf } from '../stand-in-error.ts'
import type { Transaction } from '../txn/transaction.ts'
import { TxnRefusal } from '../txn/txn-refusal.ts'
import { defaultTimeoutMs, errorUrl, shuttingDownText } from './be-stream-load.ts'
import { readBody, refuseBody } from './body.ts'
import type { BeContext } from './context.ts'
import { checkBasic, loadTarget } from './load-target.ts'
import { header, headerMs } from './reply.ts'
import type { Exchange } from './server.ts'

/** How long a commit without `timeout` waits for the publication (2). */
const publishWaitMs = 20_000

/** The transaction that this BE holds a context for: one in PREPARE that was begun, or loaded into, here. */
function openTransaction({ transactions, backEnd }: BeContext, label: string): Transaction | undefined {
  for (const txn of transactions.labels.open) {
    if (txn.label !== label || txn.status !== 'PREPARE') continue
    if (txn.kind === 'single' && txn.backEndId === backEnd.id) return txn
    if (txn.kind === 'multi' && [...txn.loadBackEndIds.values()].includes(backEnd.id)) return txn
  }
  return undefined
}

/** begin, prepare, commit and rollback of single-table transactions as a BE answers them (2). */
export async function manageTransaction(
  context: BeContext,
  exchange: Exchange,
  operation: string,
  fault: Fault | undefined,
): Promise<object> {
  const { request } = exchange
  const label = header(request, 'label')
  let txn: Transaction | undefined
  try {
    if (label === undefined) throw new TxnRefusal('INVALID_ARGUMENT', 'empty label')
    if (context.options.version.multiTableTransactions && header(request, 'transaction_type') !== undefined) {
      throw new TxnRefusal(
        'INVALID_ARGUMENT',
        'Multi-statement transaction requests can only be sent to FE nodes, not BE nodes',
      )
    }
    if (operation === 'begin') return begin(context, exchange, label, fault)
    txn = namedTransaction(context, exchange, label)
    // A rollback may come at any time, also while a load is under way (TransactionMgr::_rollback_transaction).
    if (operation !== 'rollback' && txn.busy.size > 0) throw inProcessing(label)
    context.transactions.enter(txn, operation)
    return await end(context, exchange, { txn, operation, fault })
  } catch (error) {
    return refusal(context, error, label, txn)
  } finally {
    if (txn !== undefined) await context.transactions.leave(txn, operation)
  }
}

function begin(context: BeContext, exchange: Exchange, label: string, fault: Fault | undefined): object {
  const { request } = exchange
  checkBasic(request)
  if (fault?.action === 'fail') throw new TxnRefusal('INTERNAL_ERROR', fault.text)
  if (fault?.action === 'shutting-down') throw new TxnRefusal('SERVICE_UNAVAILABLE', shuttingDownText)
  if (header(request, 'channel_num') !== undefined) {
    throw new TxnRefusal('INVALID_ARGUMENT', 'The stand-in has no channel_num')
  }
  const database = header(request, 'db') ?? ''
  checkLabelFree(context, database, label)
  const timeoutMs = headerMs(request, 'timeout') ?? defaultTimeoutMs(context)
  const idleTimeoutMs = headerMs(request, 'idle_transaction_timeout')
  if (Number.isNaN(timeoutMs) || Number.isNaN(idleTimeoutMs)) {
    throw new TxnRefusal('INVALID_ARGUMENT', 'Invalid timeout format')
  }
  const table = loadTarget(context, request, { database, table: header(request, 'table') ?? '' })
  const txn = context.transactions.begin({
    database,
    label,
    kind: 'single',
    table,
    timeoutMs,
    idleTimeoutMs,
    backEndId: context.backEnd.id,
  })
  return { Status: 'OK', Message: '', Label: label, TxnId: txn.id, BeginTxnTimeMs: 0 }
}

/** A BE holds one context a label, whatever the database; else the database's own labels decide. */
function checkLabelFree(context: BeContext, database: string, label: string): void {
  const held = context.transactions.labels.find(database, label)
  const isOpenHere = openTransaction(context, label) !== undefined
  if (!isOpenHere && (held === undefined || held.status === 'ABORTED')) return
  throw new TxnRefusal('LABEL_ALREADY_EXISTS', `Label [${label}] has already been used.`, {
    ExistingJobStatus: isOpenHere || held?.isRunning === true ? 'RUNNING' : 'FINISHED',
  })
}

const inProcessing = (label: string): TxnRefusal =>
  new TxnRefusal('TXN_IN_PROCESSING', 'Transaction in processing, please retry later', { Label: label })

/** The open transaction of a label. */
function namedTransaction(context: BeContext, exchange: Exchange, label: string): Transaction {
  const txn = openTransaction(context, label)
  if (txn === undefined) throw new TxnRefusal('TXN_NOT_EXISTS', `transaction with label ${label} not exists`)
  const database = header(exchange.request, 'db') ?? ''
  if (txn.database !== database) {
    throw new TxnRefusal('INVALID_ARGUMENT', `request db ${database} transaction db ${txn.database} not match`)
  }
  return txn
}

async function end(
  context: BeContext,
  exchange: Exchange,
  act: { readonly txn: Transaction; readonly operation: string; readonly fault: Fault | undefined },
): Promise<object> {
  const { txn, operation, fault } = act
  const { transactions, clock } = context
  if (operation === 'rollback') {
    await transactions.abort(txn, 'transaction is aborted by user.')
    return { Status: 'OK', Message: '', Label: txn.label }
  }
  if (operation !== 'commit' && operation !== 'prepare') {
    throw new TxnRefusal('INVALID_ARGUMENT', `unsupport transaction operation ${operation}`)
  }
  if (txn.loads.size === 0) {
    await transactions.abort(txn, 'no data')
    const brief = `id=${txn.id}, job_id=-1, txn_id: ${txn.id}, label=${txn.label}, db=${txn.database}`
    throw new TxnRefusal('INTERNAL_ERROR', `transaction ${brief} hasn't send any data yet`)
  }
  const beganMs = clock.nowMs()
  if (operation === 'prepare') {
    const preparedMs = context.options.version.preparedTimeoutHeader
      ? headerMs(exchange.request, 'prepared_timeout')
      : undefined
    await transactions.prepare(txn, preparedMs)
  } else if (
    assumptions.commitWithoutPrepare &&
    !(await transactions.commit(txn, { fault, waitMs: headerMs(exchange.request, 'timeout') ?? publishWaitMs }))
  ) {
    throw new TxnRefusal('PUBLISH_TIMEOUT', 'publish timeout')
  }
  return endReply(txn, clock.nowMs() - beganMs, clock.nowMs() - txn.beginMs)
}

function endReply(txn: Transaction, publishMs: number, wholeMs: number): object {
  return {
    Status: 'OK',
    Message: '',
    Label: txn.label,
    TxnId: txn.id,
    NumberTotalRows: txn.counts.total,
    NumberLoadedRows: txn.counts.loaded,
    NumberFilteredRows: txn.counts.filtered,
    NumberUnselectedRows: txn.counts.unselected,
    LoadBytes: txn.counts.bytes,
    LoadTimeMs: wholeMs,
    StreamLoadPlanTimeMs: 0,
    ReceivedDataTimeMs: 0,
    WriteDataTimeMs: publishMs,
    CommitAndPublishTimeMs: publishMs,
  }
}

/** `PUT /api/transaction/load` at a BE, for transactions of one table and of several (2, 2.1). */
export async function loadIntoTransaction(
  context: BeContext,
  exchange: Exchange,
  fault: Fault | undefined,
): Promise<object> {
  const { request } = exchange
  const label = header(request, 'label')
  const tableName = header(request, 'table') ?? ''
  let txn: Transaction | undefined
  try {
    if (label === undefined) throw new TxnRefusal('INVALID_ARGUMENT', 'Invalid label ')
    const found = openTransaction(context, label)
    checkLoadTarget(context, exchange, { label, tableName, txn: found })
    if (found === undefined) throw new TxnRefusal('TXN_NOT_EXISTS', `Transaction with label ${label} not exists`)
    txn = found
    context.transactions.enter(txn, tableName)
    const beganMs = context.clock.nowMs()
    const table = loadTarget(context, request, { database: txn.database, table: tableName })
    const load = context.transactions.openLoad(txn, table, request.headers)
    const bytes = await readBody(context, exchange, { load, txn })
    if (fault?.action === 'fail') throw new LoadFailure(fault.text)
    if (fault?.action === 'disk-full') throw new LoadFailure(assumptions.diskFullText)
    const tookMs = context.clock.nowMs() - beganMs
    return {
      Status: 'OK',
      Message: '',
      Label: label,
      TxnId: txn.id,
      LoadBytes: bytes,
      StreamLoadPlanTimeMs: 0,
      ReceivedDataTimeMs: tookMs,
    }
  } catch (error) {
    refuseBody(exchange)
    if (txn !== undefined) {
      await context.transactions.abort(txn, messageOf(error))
    }
    return refusal(context, error, label, txn)
  } finally {
    if (txn !== undefined) await context.transactions.leave(txn, tableName)
  }
}

function checkLoadTarget(
  context: BeContext,
  exchange: Exchange,
  target: { readonly label: string; readonly tableName: string; readonly txn: Transaction | undefined },
): void {
  const { label, tableName, txn } = target
  const database = header(exchange.request, 'db') ?? ''
  if (txn === undefined) {
    if (context.transactions.labels.find(database, label)?.status === 'ABORTED') {
      throw new TxnRefusal('ABORTED', 'current transaction is aborted')
    }
    throw new TxnRefusal('TXN_NOT_EXISTS', `Transaction with label ${label} not exists`)
  }
  if (txn.kind === 'multi' && !txn.tableNames.has(tableName)) {
    throw new TxnRefusal('TXN_NOT_EXISTS', `Transaction with label ${label} not exists`)
  }
  if (txn.database !== database) {
    throw new TxnRefusal(
      'INVALID_ARGUMENT',
      `Request database ${database} not equal transaction database ${txn.database}`,
    )
  }
  if (txn.kind === 'single' && txn.tableName !== tableName) {
    throw new TxnRefusal('INVALID_ARGUMENT', `Request table ${tableName} not equal transaction table ${txn.tableName}`)
  }
  const isBusy = txn.kind === 'single' ? txn.busy.size > 0 : txn.busy.has(tableName)
  if (isBusy)
    throw new TxnRefusal('TXN_IN_PROCESSING', 'Transaction in processing, please retry later', { Label: label })
}

/** An error as a BE words it: a thrift status name and the text. */
function refusal(context: BeContext, error: unknown, label: string | undefined, txn: Transaction | undefined): object {
  const status = error instanceof TxnRefusal ? error.status : 'INTERNAL_ERROR'
  return {
    Status: status,
    ...(error instanceof TxnRefusal ? error.entries : {}),
    Message: messageOf(error),
    ...(label === undefined ? {} : { Label: label }),
    ...(txn?.errorLog === undefined ? {} : { ErrorURL: errorUrl(context, txn.errorLog) }),
  }
}
