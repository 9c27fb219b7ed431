import type { FeContext } from './context.ts'
import { isLeaderElsewhere, redirectToLeader } from './fe-redirect.ts'
import { feFailure, header, restResult, sendJson } from './reply.ts'
import { type Exchange, execute } from './server.ts'

/** HealthAction.java; how the members of a RestResult are laid out is an assumption (reference/starrocks.md 8). */
export const health = ({ cluster }: FeContext): object => ({
  total_backend_num: cluster.backEnds.length,
  online_backend_num: cluster.aliveBackEnds.length,
  status: 'OK',
})

/** Stands for the cluster's token, which the image of an FE keeps. */
export const clusterToken = 'stand-in'

/** BootstrapFinishAction.java: the figures are told only to those who have the cluster's token. */
export function bootstrap({ transactions, frontEnd, options }: FeContext, url: URL): object {
  const token = url.searchParams.get('token')
  const nothing = { replayedJournalId: 0, queryPort: 0, rpcPort: 0, feStartTime: 0, heapUsedPercent: 0 }
  if (token === null) return { ...nothing, ...restResult() }
  if (token !== clusterToken) return { ...nothing, ...restResult(), status: 'FAILED', msg: 'invalid parameter' }
  const { heapUsed, heapTotal } = process.memoryUsage()
  return {
    replayedJournalId: transactions.counts.visible + transactions.counts.aborted,
    queryPort: frontEnd.mysqlPort,
    rpcPort: 9020,
    feStartTime: frontEnd.startMs,
    feVersion: options.version.current,
    heapUsedPercent: heapUsed / heapTotal,
    ...restResult(),
  }
}

/** get_load_state: UNKNOWN is never seen or forgotten (2). */
export async function loadState(context: FeContext, exchange: Exchange, database: string): Promise<void> {
  if (isLeaderElsewhere(context)) return redirectToLeader(context, exchange)
  const label = exchange.url.searchParams.get('label') ?? ''
  if (label === '') throw new Error('No label selected.')
  await execute(context, exchange, { path: 'get_load_state', label }, (fault) => {
    if (fault?.action === 'fail') return Promise.resolve(feFailure(fault.text))
    if (!context.catalog.databases.has(database)) {
      return Promise.resolve(restResult(`unknown database, database=${database}`))
    }
    const txn = context.transactions.labels.find(database, label)
    const known = txn !== undefined && txn.isRegistered
    return Promise.resolve({
      state: known ? txn.status : 'UNKNOWN',
      reason: known ? txn.reason : '',
      ...restResult(),
    })
  })
}

/** CancelStreamLoad.java: the label stands in the path. */
export async function cancel(
  context: FeContext,
  exchange: Exchange,
  { database, label }: { readonly database: string; readonly label: string },
): Promise<void> {
  exchange.request.resume()
  if (isLeaderElsewhere(context)) return redirectToLeader(context, exchange)
  if (label === '') throw new Error('No label selected.')
  if (!context.catalog.databases.has(database)) throw new Error(`unknown database, database=${database}`)
  const txn = context.transactions.labels.find(database, label)
  if (txn === undefined || txn.status === 'ABORTED') throw new Error(`transaction not found, label=${label}`)
  if (txn.status === 'COMMITTED' || txn.status === 'VISIBLE') {
    throw new Error(`transaction's state is already ${txn.status}, could not abort`)
  }
  await context.transactions.abort(txn, 'user cancel')
  sendJson(exchange.response, restResult())
}

/** StreamLoadMetaAction.java: the nodes of a merge commit; of an ordinary load there is nothing to tell. */
export function streamLoadMeta(
  context: FeContext,
  exchange: Exchange,
  { database, table }: { readonly database: string; readonly table: string },
): void {
  const { request, response, url } = exchange
  const { version } = context.options
  const isMerged = version.mergeCommit && header(request, 'enable_merge_commit')?.toLowerCase() === 'true'
  if (isMerged && isLeaderElsewhere(context)) return redirectToLeader(context, exchange)
  context.catalog.table(database, table)
  const base = { status: 'OK', code: 'OK', msg: '', message: '' }
  const types = url.searchParams.getAll('type').flatMap((text) => text.split(','))
  if (!isMerged || (types.length > 0 && !types.includes('nodes'))) return sendJson(response, base)
  const alive = context.cluster.aliveBackEnds
  const services = url.searchParams.getAll('node_service').flatMap((text) => text.split(','))
  const wants = (service: string): boolean => services.length === 0 || services.includes(service)
  sendJson(response, {
    ...base,
    nodes: {
      ...(wants('http') ? { http: alive.map((node) => context.cluster.address(node)).join(',') } : {}),
      ...(wants('brpc') ? { brpc: alive.map(() => `${context.cluster.host}:8060`).join(',') } : {}),
    },
  })
}
