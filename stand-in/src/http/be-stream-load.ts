import { randomUUID } from 'node:crypto'
import type { TableDef } from '../catalog/table-def.ts'
import type { Fault } from '../fault.ts'
import { checkBeforeBegin } from '../load/load-params.ts'
import { messageOf, StandInError } from '../stand-in-error.ts'
import type { Transaction } from '../txn/transaction.ts'
import { readBody, refuseBody } from './body.ts'
import type { BeContext } from './context.ts'
import { checkBasic, loadTarget } from './load-target.ts'
import { header, headerMs } from './reply.ts'
import type { Exchange } from './server.ts'

/** A plain stream load: begins, reads, judges and publishes in one request (1.3). Answers the reply's JSON. */
export async function streamLoad(
  context: BeContext,
  exchange: Exchange,
  target: { readonly database: string; readonly table: string },
  fault: Fault | undefined,
): Promise<object> {
  const beganMs = context.clock.nowMs()
  const { request } = exchange
  const label = header(request, 'label') ?? randomUUID()
  let table: TableDef
  try {
    checkBasic(request)
    checkBeforeBegin(request.headers)
    if (fault?.action === 'shutting-down') throw new StandInError(shuttingDownText)
    table = loadTarget(context, request, target)
  } catch (error) {
    refuseBody(exchange)
    return plainReply({ label, status: 'Fail', message: messageOf(error) })
  }
  const held = context.transactions.labels.find(target.database, label)
  if (held !== undefined && held.status !== 'ABORTED') {
    refuseBody(exchange)
    context.transactions.counts.rejected++
    return plainReply({
      label,
      status: 'Label Already Exists',
      existing: held.isRunning ? 'RUNNING' : 'FINISHED',
      message: `Label [${label}] has already been used.`,
    })
  }
  return await loadNow(context, exchange, { table, label, beganMs, fault })
}

/** What a BE that ends says to loads and transactions that would begin (stream_load.cpp). */
export const shuttingDownText = 'Service is shutting down, please retry later!'

interface PlainLoad {
  readonly table: TableDef
  readonly label: string
  readonly beganMs: number
  readonly fault: Fault | undefined
}

async function loadNow(context: BeContext, exchange: Exchange, plain: PlainLoad): Promise<object> {
  const { transactions, clock } = context
  const { table, label, fault } = plain
  let txn: Transaction | undefined
  const timings = { ...noTimings }
  try {
    const timeoutMs = headerMs(exchange.request, 'timeout') ?? defaultTimeoutMs(context)
    const backEndId = context.backEnd.id
    txn = transactions.begin({ database: table.database, label, kind: 'plain', table, timeoutMs, backEndId })
    transactions.enter(txn, table.name)
    const load = transactions.openLoad(txn, table, exchange.request.headers)
    await readBody(context, exchange, { load, txn })
    timings.ReadDataTimeMs = clock.nowMs() - plain.beganMs
    const waitMs = Math.max(0, timeoutMs - timings.ReadDataTimeMs)
    const visible = await transactions.commit(txn, { fault, waitMs })
    timings.LoadTimeMs = clock.nowMs() - plain.beganMs
    timings.WriteDataTimeMs = timings.ReadDataTimeMs
    timings.CommitAndPublishTimeMs = timings.LoadTimeMs - timings.ReadDataTimeMs
    const message = visible ? 'OK' : 'publish timeout'
    return plainReply({ label, status: visible ? 'Success' : 'Publish Timeout', message, txn, timings, context })
  } catch (error) {
    refuseBody(exchange)
    if (txn !== undefined) await transactions.abort(txn, messageOf(error))
    return plainReply({ label, status: 'Fail', message: messageOf(error), txn, timings, context })
  } finally {
    if (txn !== undefined) await transactions.leave(txn, table.name)
  }
}

/** `stream_load_default_timeout_second` (1.2). */
export const defaultTimeoutMs = (context: BeContext): number =>
  context.options.settings.number('stream_load_default_timeout_second') * 1000

const noCounts = { total: 0, loaded: 0, filtered: 0, unselected: 0, bytes: 0 }
const noTimings = {
  LoadTimeMs: 0,
  BeginTxnTimeMs: 0,
  StreamLoadPlanTimeMs: 0,
  ReadDataTimeMs: 0,
  WriteDataTimeMs: 0,
  CommitAndPublishTimeMs: 0,
}

/** The members of a reply in the order of StreamLoadContext::to_json. */
export function plainReply(outcome: {
  readonly label: string
  readonly status: string
  readonly message: string
  readonly existing?: string
  readonly txn?: Transaction | undefined
  readonly timings?: object
  readonly context?: BeContext
}): object {
  const { txn, context, timings = noTimings } = outcome
  const { total, loaded, filtered, unselected, bytes } = txn?.counts ?? noCounts
  const errorLog = txn?.errorLog
  return {
    TxnId: txn?.id ?? -1,
    Label: outcome.label,
    Status: outcome.status,
    ...(outcome.existing === undefined ? {} : { ExistingJobStatus: outcome.existing }),
    Message: outcome.message,
    NumberTotalRows: total,
    NumberLoadedRows: loaded,
    NumberFilteredRows: filtered,
    NumberUnselectedRows: unselected,
    LoadBytes: bytes,
    ...timings,
    ...(errorLog === undefined || context === undefined ? {} : { ErrorURL: errorUrl(context, errorLog) }),
    ...(txn?.rejectedPath === undefined ? {} : { RejectedRecordPath: txn.rejectedPath }),
  }
}

/** Where a client downloads the refused rows (1.4). */
export function errorUrl(context: BeContext, errorLog: string): string {
  return `http://${context.cluster.address(context.backEnd)}/api/_load_error_log?file=${errorLog}`
}
