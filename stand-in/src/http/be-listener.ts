import type { Fault, FaultPath } from '../fault.ts'
import { messageOf } from '../stand-in-error.ts'
import { streamLoad } from './be-stream-load.ts'
import { loadIntoTransaction, manageTransaction } from './be-transactions.ts'
import type { HttpContext } from './context.ts'
import { header, isAuthorized, sendJson } from './reply.ts'
import { type Exchange, execute, type Handler } from './server.ts'

/** The BE's HTTP port: every load reply is HTTP 200 (reference/starrocks.md 0.1, 1.1). */
export function beHandler(context: HttpContext): Handler {
  return async (exchange) => {
    const { request, response, url } = exchange
    try {
      if (url.pathname === '/api/health') sendJson(response, { status: 'OK', msg: 'To Be Added' })
      else if (url.pathname === '/metrics') response.end('# starrocks_be stand-in\n')
      else if (url.pathname === '/api/_load_error_log') sendErrorLog(context, exchange)
      else if (isAuthorized(request, response, context.options)) await route(context, exchange)
    } catch (error) {
      if (!response.headersSent) sendJson(response, { Status: 'Fail', Message: messageOf(error) })
    }
  }
}

function sendErrorLog(context: HttpContext, { response, url }: Exchange): void {
  const log = context.errorLogs.read(url.searchParams.get('file') ?? '')
  response.writeHead(log === undefined ? 404 : 200, { 'Content-Type': 'text/plain' })
  response.end(log ?? 'file does not exist\n')
}

const streamLoadPath = /^\/api\/([^/]+)\/([^/]+)\/_stream_load$/

async function route(context: HttpContext, exchange: Exchange): Promise<void> {
  const { request, url, response } = exchange
  const plain = streamLoadPath.exec(url.pathname)
  const label = header(request, 'label')
  if (plain?.[1] !== undefined && plain[2] !== undefined && request.method === 'PUT') {
    const target = { database: decodeURIComponent(plain[1]), table: decodeURIComponent(plain[2]) }
    const subject = { path: 'stream_load', label, table: target.table } as const
    await execute(context, exchange, subject, (fault) => streamLoad(context, exchange, target, fault))
    return
  }
  const operation = /^\/api\/transaction\/(\w+)$/.exec(url.pathname)?.[1]
  if (operation === 'list') return sendJson(response, openTransactions(context))
  if (operation === undefined) return sendJson(response, { status: 'FAILED', msg: 'not found' }, 404)
  const subject = { path: faultPath(operation), label, table: header(request, 'table') }
  const work = (fault: Fault | undefined): Promise<object> =>
    operation === 'load' && request.method === 'PUT'
      ? loadIntoTransaction(context, exchange, fault)
      : manageTransaction(context, exchange, operation, fault)
  await execute(context, exchange, subject, work)
}

/** The name under which a transaction operation can be hit by a fault. */
export function faultPath(operation: string): FaultPath {
  if (operation === 'begin' || operation === 'prepare' || operation === 'rollback' || operation === 'load')
    return operation
  return 'commit'
}

function openTransactions(context: HttpContext): object {
  return [...context.transactions.labels.open].map((txn) => ({
    Status: 'OK',
    InProcessing: txn.busy.size > 0,
    Label: txn.label,
    TxnId: txn.id,
    BeginTimestamp: Math.floor(txn.beginMs / 1000),
    LastActiveTimestamp: Math.floor(txn.lastActiveMs / 1000),
    TransactionTimeoutSec: txn.timeoutMs / 1000,
  }))
}
