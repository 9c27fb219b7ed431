import { beMetrics } from '../metrics/be-metrics.ts'
import type { Fault, FaultPath } from '../fault.ts'
import type { LoadCounters } from '../metrics/metrics.ts'
import { messageOf } from '../stand-in-error.ts'
import { streamLoad } from './be-stream-load.ts'
import { loadIntoTransaction, manageTransaction } from './be-transactions.ts'
import { refuseBody } from './body.ts'
import type { BeContext } from './context.ts'
import { isMergeCommit, mergeCommitLoad } from './merge-commit-load.ts'
import { plainReply } from './be-stream-load.ts'
import { header, sendJson, sendText } from './reply.ts'
import { type Exchange, execute, type Handler } from './server.ts'

/** The HTTP port of one BE: every load reply is HTTP 200, to wrong credentials too (reference/starrocks.md 0.1, 1.1). */
export function beHandler(context: BeContext): Handler {
  return async (exchange) => {
    const { request, response, url } = exchange
    try {
      if (url.pathname === '/api/health') sendJson(response, { status: 'OK', msg: 'To Be Added' })
      else if (url.pathname === '/metrics') sendText(response, beMetrics(context))
      else if (url.pathname === '/api/_load_error_log') sendErrorLog(context, exchange)
      else if (url.pathname === '/api/update_config' && request.method === 'POST') updateConfig(context, exchange)
      else await route(context, exchange)
    } catch (error) {
      if (!response.headersSent) sendJson(response, { Status: 'Fail', Message: messageOf(error) })
    }
  }
}

function sendErrorLog(context: BeContext, { response, url }: Exchange): void {
  const log = context.errorLogs.read(url.searchParams.get('file') ?? '')
  sendText(response, log ?? 'file does not exist\n', log === undefined ? 404 : 200)
}

/** `POST /api/update_config?name=value`: changes a setting of the BE until the stand-in ends. */
function updateConfig({ options }: BeContext, { response, url }: Exchange): void {
  try {
    for (const [name, value] of url.searchParams) options.settings.set(name, value)
    sendJson(response, { status: 'OK', msg: '' })
  } catch (error) {
    sendJson(response, { status: 'BAD', msg: messageOf(error) })
  }
}

const streamLoadPath = /^\/api\/([^/]+)\/([^/]+)\/_stream_load$/

async function route(context: BeContext, exchange: Exchange): Promise<void> {
  const { request, url, response } = exchange
  const plain = streamLoadPath.exec(url.pathname)
  if (plain?.[1] !== undefined && plain[2] !== undefined && request.method === 'PUT') {
    return await load(context, exchange, {
      database: decodeURIComponent(plain[1]),
      table: decodeURIComponent(plain[2]),
    })
  }
  const operation = /^\/api\/transaction\/(\w+)$/.exec(url.pathname)?.[1]
  if (operation === 'list') return sendJson(response, openTransactions(context))
  if (operation === undefined) return sendJson(response, { status: 'FAILED', msg: 'not found' }, 404)
  await transaction(context, exchange, operation)
}

async function load(
  context: BeContext,
  exchange: Exchange,
  target: { readonly database: string; readonly table: string },
): Promise<void> {
  const { metrics, backEnd } = context
  const counters = metrics.backEnd(backEnd.id).plain
  const label = header(exchange.request, 'label')
  const limit = concurrencyLimit(context)
  const subject = { path: 'stream_load', label, table: target.table } as const
  await counted(context, { exchange, counters }, () =>
    execute(context, exchange, subject, (fault) => {
      if (counters.processing > limit) return Promise.resolve(tooManyLoads(exchange, limit, label))
      return isMergeCommit(context, exchange)
        ? mergeCommitLoad(context, exchange, target, fault)
        : streamLoad(context, exchange, target, fault)
    }),
  )
}

function concurrencyLimit({ options }: BeContext): number {
  const { settings } = options
  return settings.isOn('enable_http_stream_load_limit')
    ? settings.number('be_http_num_workers') - 1
    : Number.POSITIVE_INFINITY
}

/** The typo is StarRocks' (1.3). */
function tooManyLoads(exchange: Exchange, limit: number, label = ''): object {
  refuseBody(exchange)
  const message = `Stream Load exceed http cuncurrent limit ${limit}, please try again later`
  return plainReply({ label, status: 'Fail', message })
}

async function transaction(context: BeContext, exchange: Exchange, operation: string): Promise<void> {
  const { request } = exchange
  const counters = context.metrics.backEnd(context.backEnd.id)
  const subject = { path: faultPath(operation), label: header(request, 'label'), table: header(request, 'table') }
  const isLoad = operation === 'load' && request.method === 'PUT'
  if (operation === 'begin' || operation === 'commit' || operation === 'rollback') counters.txnRequests[operation]++
  const work = (fault: Fault | undefined): Promise<object> =>
    isLoad ? loadIntoTransaction(context, exchange, fault) : manageTransaction(context, exchange, operation, fault)
  const run = (): Promise<void> => execute(context, exchange, subject, work)
  if (!isLoad) return await run()
  counters.txnRequests.exec++
  await counted(context, { exchange, counters: counters.transaction }, run)
}

/** Counts a load while it runs and when it is over. */
async function counted(
  { clock, metrics, backEnd }: BeContext,
  { exchange, counters }: { readonly exchange: Exchange; readonly counters: LoadCounters },
  run: () => Promise<void>,
): Promise<void> {
  const beganMs = clock.nowMs()
  counters.processing++
  try {
    await run()
  } finally {
    counters.processing--
    counters.requests++
    counters.durationMs += clock.nowMs() - beganMs
    const bytes = Number(exchange.entry['bodyBytes'] ?? 0)
    counters.bytes += bytes
    metrics.backEnd(backEnd.id).receivedBytes += bytes
  }
}

/** The name under which a transaction operation can be hit by a fault. */
export function faultPath(operation: string): FaultPath {
  if (operation === 'begin' || operation === 'prepare' || operation === 'rollback' || operation === 'load')
    return operation
  return 'commit'
}

function openTransactions(context: BeContext): object {
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
