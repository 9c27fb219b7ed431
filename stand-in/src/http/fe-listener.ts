import { StandInError } from '../stand-in-error.ts'
import type { HttpContext } from './context.ts'
import { feMultiTransaction } from './fe-multi-transactions.ts'
import { feSingleTransaction } from './fe-single-transactions.ts'
import { refuseBody } from './body.ts'
import { faultPath } from './be-listener.ts'
import { feFailure, header, isAuthorized, sendJson } from './reply.ts'
import { type Exchange, execute, type Handler } from './server.ts'

/** The FE's HTTP port: redirects loads to the BE, answers for labels (reference/starrocks.md 1.1, 2). */
export function feHandler(context: HttpContext): Handler {
  return async (exchange) => {
    const { request, response, url } = exchange
    try {
      if (url.pathname === '/api/health') return sendJson(response, health(context))
      if (url.pathname === '/api/bootstrap') return sendJson(response, bootstrap(context))
      if (url.pathname === '/metrics') return void response.end('# starrocks_fe stand-in\n')
      if (!isAuthorized(request, response, context.options)) return refuseBody(exchange)
      await route(context, exchange)
    } catch (error) {
      if (!response.headersSent) sendJson(response, failureOf(error))
    }
  }
}

/** An exception of an FE action, with the class that StarRocks would name. */
function failureOf(error: unknown): object {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof StandInError) return feFailure(message)
  return feFailure(message, 'com.starrocks.common.StarRocksException')
}

const health = (context: HttpContext): object => ({
  online_backend_num: context.options.backends,
  total_backend_num: context.options.backends,
})

const bootstrap = (context: HttpContext): object => ({
  replayedJournalId: 0,
  queryPort: context.options.mysqlPort,
  rpcPort: 9020,
  feStartTime: '',
  feVersion: context.options.version.current,
  status: 'OK',
  msg: 'Success',
})

async function route(context: HttpContext, exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange
  const parts = url.pathname.split('/').slice(2).map(decodeURIComponent)
  const [first, second, third] = parts
  if (first === 'transaction' && second !== undefined && parts.length === 2) {
    return await transaction(context, exchange, second)
  }
  if (second === 'get_load_state' && first !== undefined) return await loadState(context, exchange, first)
  if (third === '_stream_load' && first !== undefined && second !== undefined) {
    return streamLoad(context, exchange, first, second)
  }
  if (third === '_cancel' && first !== undefined) return await cancel(context, exchange, first)
  if (third === '_stream_load_meta') {
    return sendJson(response, { status: 'OK', code: '0', nodes: { http: context.beAddress(), brpc: '' } })
  }
  refuseBody(exchange)
  sendJson(response, { status: 'FAILED', msg: `Not Found: ${request.method} ${url.pathname}` }, 404)
}

/**
 * Redirects and ends the connection. The Location is absolute and carries no credentials (1.1); the body must not have
 * been sent.
 */
function redirectToBe(context: HttpContext, exchange: Exchange): void {
  const { request, response } = exchange
  context.log.write({
    listener: 'fe',
    method: request.method,
    url: request.url,
    label: header(request, 'label'),
    reply: 307,
  })
  response.writeHead(307, {
    Location: `http://${context.beAddress()}${request.url}`,
    'Content-Length': 0,
    'Content-Type': 'text/html',
    Connection: 'close',
  })
  response.end(() => request.socket.destroySoon())
}

/** Checks in StarRocks' order: database, table, Expect (1.1). HTTP/1.0 needs no Expect. */
function streamLoad(context: HttpContext, exchange: Exchange, database: string, table: string): void {
  const { request } = exchange
  if (database === '') throw new StandInError('No database selected.')
  if (table === '') throw new StandInError('No table selected.')
  if (!exchange.expectsContinue && request.httpVersion !== '1.0') {
    context.log.write({ listener: 'fe', method: request.method, url: request.url, reply: 'no 100-continue' })
    refuseBody(exchange)
    throw new StandInError('There is no 100-continue header')
  }
  redirectToBe(context, exchange)
}

async function transaction(context: HttpContext, exchange: Exchange, operation: string): Promise<void> {
  const { request } = exchange
  if (header(request, 'db') === undefined) throw new Error('No database selected.')
  const label = header(request, 'label')
  if (label === undefined) throw new Error('Empty label.')
  if (!['begin', 'load', 'prepare', 'commit', 'rollback'].includes(operation)) {
    throw new Error(`Unknown transaction operation: ${operation}`)
  }
  const isMulti =
    context.options.version.multiTableTransactions && header(request, 'transaction_type')?.toLowerCase() === 'multi'
  if (operation !== 'load') request.resume()
  const answer = isMulti ? feMultiTransaction : feSingleTransaction
  const subject = { path: faultPath(operation), label, table: header(request, 'table') }
  const target = {
    operation,
    label,
    database: header(request, 'db') ?? '',
    redirect: () => redirectToBe(context, exchange),
  }
  const work = answer(context, exchange, target)
  if (work === undefined) return
  await execute(context, exchange, subject, async (fault) => {
    try {
      return await work(fault)
    } catch (error) {
      return failureOf(error)
    }
  })
}

/** get_load_state: UNKNOWN is never seen or forgotten (2). */
async function loadState(context: HttpContext, exchange: Exchange, database: string): Promise<void> {
  const label = exchange.url.searchParams.get('label') ?? ''
  if (label === '') throw new StandInError('No label selected.')
  await execute(context, exchange, { path: 'get_load_state', label }, async (fault) => {
    if (fault?.action === 'fail') return feFailure(fault.text)
    if (!context.catalog.databases.has(database)) return feFailure(`unknown database, database=${database}`)
    const txn = context.transactions.labels.find(database, label)
    const known = txn !== undefined && txn.isRegistered
    return {
      state: known ? txn.status : 'UNKNOWN',
      reason: known ? txn.reason : '',
      status: 'OK',
      code: '0',
      msg: 'Success',
      message: 'OK',
    }
  })
}

async function cancel(context: HttpContext, exchange: Exchange, database: string): Promise<void> {
  exchange.request.resume()
  const label = exchange.url.searchParams.get('label') ?? ''
  const txn = context.transactions.labels.find(database, label)
  if (label === '') throw new StandInError('No label selected.')
  if (txn === undefined) throw new StandInError(`No transaction found with db[${database}] and label[${label}]`)
  if (txn.status === 'COMMITTED' || txn.status === 'VISIBLE') {
    throw new StandInError(`Can not abort ${txn.status} transaction ${txn.id}, label is ${label}`)
  }
  await context.transactions.abort(txn, 'user cancel')
  sendJson(exchange.response, { status: 'OK', code: '0', msg: 'Success', message: 'OK' })
}
