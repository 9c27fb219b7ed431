import type { BackEnd } from '../cluster/cluster.ts'
import { feMetrics } from '../metrics/fe-metrics.ts'
import { transactionOperations } from '../metrics/metrics.ts'
import { StandInError, messageOf } from '../stand-in-error.ts'
import { faultPath } from './be-listener.ts'
import { refuseBody } from './body.ts'
import type { FeContext } from './context.ts'
import { bootstrap, cancel, health, loadState, streamLoadMeta } from './fe-actions.ts'
import { feMultiTransaction } from './fe-multi-transactions.ts'
import { isLeaderElsewhere, redirect, redirectToLeader } from './fe-redirect.ts'
import { feSingleTransaction } from './fe-single-transactions.ts'
import { isMergeCommit, mergeCommitRefusal } from './merge-commit-load.ts'
import { loadTarget } from './load-target.ts'
import { feFailure, header, isAuthorized, restResult, sendJson, sendText, sendUnauthorized } from './reply.ts'
import { type Exchange, execute, type Handler } from './server.ts'

/** The HTTP port of one FE: redirects loads to a BE, answers for labels (reference/starrocks.md 1.1, 2). */
export function feHandler(context: FeContext): Handler {
  return async (exchange) => {
    const { request, response, url } = exchange
    try {
      if (url.pathname === '/api/health') return sendJson(response, health(context))
      if (url.pathname === '/api/bootstrap') return sendJson(response, bootstrap(context, url))
      if (url.pathname === '/metrics') return sendText(response, feMetrics(context))
      if (!isAuthorized(request, response, context.accounts)) return refuseBody(exchange)
      await route(context, exchange)
    } catch (error) {
      if (!response.headersSent) sendJson(response, restResult(messageOf(error)))
    }
  }
}

/** An exception of a load action, with the class that StarRocks would name. */
function failureOf(error: unknown): object {
  if (error instanceof StandInError) return feFailure(error.message)
  return feFailure(messageOf(error), 'com.starrocks.common.StarRocksException')
}

async function route(context: FeContext, exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange
  const parts = url.pathname.split('/').slice(2).map(decodeURIComponent)
  const [first = '', second] = parts
  if (first === 'transaction' && second !== undefined && parts.length === 2) {
    return await transaction(context, exchange, second)
  }
  if (second === 'get_load_state') return await loadState(context, exchange, first)
  if (await ofTable(context, exchange, parts)) return
  refuseBody(exchange)
  sendJson(response, restResult(`Not Found: ${request.method} ${url.pathname}`), 404)
}

/** `/api/<database>/<table or label>/<action>`; false for any other action. */
async function ofTable(
  context: FeContext,
  exchange: Exchange,
  [database = '', name = '', action]: readonly string[],
): Promise<boolean> {
  switch (action) {
    case '_stream_load':
      if (exchange.request.method !== 'PUT') return false
      streamLoad(context, exchange, { database, table: name })
      return true
    case '_cancel':
      await cancel(context, exchange, { database, label: name })
      return true
    case '_stream_load_meta':
      streamLoadMeta(context, exchange, { database, table: name })
      return true
    default:
      return false
  }
}

/** What a load wants: which table. */
interface LoadWish {
  readonly database: string
  readonly table: string
}

function streamLoad(context: FeContext, exchange: Exchange, wish: LoadWish): void {
  try {
    redirectLoad(context, exchange, wish)
  } catch (error) {
    if (error instanceof StandInError && error.errno === 5203) return sendUnauthorized(exchange.response, error.message)
    const failure = failureOf(error)
    exchange.entry['reply'] = failure
    sendJson(exchange.response, failure)
  }
}

/** In the order of LoadAction.java: Expect, leader (for merge commit), database, table. HTTP/1.0 needs no Expect. */
function redirectLoad(context: FeContext, exchange: Exchange, { database, table }: LoadWish): void {
  const { request } = exchange
  if (!exchange.expectsContinue && request.httpVersion !== '1.0') {
    refuseBody(exchange)
    exchange.response.shouldKeepAlive = false
    throw new StandInError('There is no 100-continue header')
  }
  const isMerged = isMergeCommit(context, exchange)
  if (isMerged && isLeaderElsewhere(context)) return redirectToLeader(context, exchange)
  if (database === '') throw new StandInError('No database selected.')
  if (table === '') throw new StandInError('No table selected.')
  if (context.catalog.findTable(database, table) !== undefined) loadTarget(context, request, { database, table })
  const refusal = isMerged ? mergeCommitRefusal(exchange) : undefined
  if (refusal !== undefined) return sendJson(exchange.response, refusal)
  const backEnd = context.cluster.chooseBackEnd()
  if (backEnd === undefined) throw new StandInError('No backend alive.')
  redirect(context, exchange, backEnd)
}

const isOperation = (name: string): name is (typeof transactionOperations)[number] =>
  transactionOperations.some((operation) => operation === name)

async function transaction(context: FeContext, exchange: Exchange, operation: string): Promise<void> {
  const { request } = exchange
  if (operation !== 'load') request.resume()
  if (isLeaderElsewhere(context)) return redirectToLeader(context, exchange)
  const counters = isOperation(operation) ? context.metrics.operations[operation] : undefined
  const beganMs = context.clock.nowMs()
  if (counters !== undefined) counters.running++
  try {
    await leaderTransaction(context, exchange, operation)
  } catch (error) {
    refuseBody(exchange)
    sendJson(exchange.response, failureOf(error))
  } finally {
    if (counters !== undefined) {
      counters.running--
      counters.latency.add(context.clock.nowMs() - beganMs)
    }
  }
}

async function leaderTransaction(context: FeContext, exchange: Exchange, operation: string): Promise<void> {
  const { request } = exchange
  const database = header(request, 'db')
  const label = header(request, 'label')
  const table = header(request, 'table')
  if (!isOperation(operation)) throw new Error(`Unknown transaction operation: ${operation}`)
  if (database === undefined) throw new Error('No database selected.')
  if (label === undefined) throw new Error('Empty label.')
  const isMulti =
    context.options.version.multiTableTransactions && header(request, 'transaction_type')?.toLowerCase() === 'multi'
  const answer = isMulti ? feMultiTransaction : feSingleTransaction
  const toBackEnd = (backEnd: BackEnd): void => redirect(context, exchange, backEnd)
  const work = answer(context, exchange, { operation, label, database, redirect: toBackEnd })
  if (work === undefined) return
  await execute(context, exchange, { path: faultPath(operation), label, table }, async (fault) => {
    try {
      return await work(fault)
    } catch (error) {
      return failureOf(error)
    }
  })
}
