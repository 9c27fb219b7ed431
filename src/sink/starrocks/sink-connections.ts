import { NO_FAIL_POINTS } from '../../core/fail-points.ts'
import type { PoolUse } from '../../core/pool-use.ts'
import type { SinkTable } from '../../core/sink.ts'
import { SyncError } from '../../core/sync-error.ts'
import { basicAuthorization } from './http/addresses.ts'
import { Connections } from './http/connections.ts'
import { LoadHttpClient } from './http/load-http-client.ts'
import { SqlClient } from './mysql/sql-client.ts'
import type { SinkContext, StarRocksTable } from './sink-context.ts'
import type { StarRocksSinkOptions } from './starrocks-sink.ts'
import { DEFAULT_TIMEOUTS } from './target.ts'
import { TransactionClient } from './transaction-client.ts'

const SQL_CONNECTIONS = 4

/** What the parts of a sink share, and the end of it. */
export interface SinkConnections extends AsyncDisposable {
  readonly context: SinkContext
  pools(): readonly PoolUse[]
}

/** Makes the clients; nothing is connected yet. */
export function connectSink(
  options: StarRocksSinkOptions,
  opened: WeakMap<SinkTable, StarRocksTable>,
): SinkConnections {
  const { target, clock, pipeline } = options
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
  const closing = new AbortController()
  const connections = new Connections({ tls: target.tls })
  const http = new LoadHttpClient({
    feHttp: target.feHttp,
    authorization: basicAuthorization(target.user, target.password),
    beHostMap: target.beHostMap,
    connections,
    clock,
    timeouts,
  })
  const sql = new SqlClient({
    addresses: target.feMysql,
    user: target.user,
    password: target.password,
    connectMs: timeouts.connectMs,
    queryMs: timeouts.queryMs,
    clock,
    limit: SQL_CONNECTIONS,
  })
  const context: SinkContext = {
    owner: { database: target.database, pipeline },
    client: new TransactionClient(http, timeouts),
    sql,
    clock,
    failPoints: options.failPoints ?? NO_FAIL_POINTS,
    timeouts,
    closing: closing.signal,
    nonce: () => Math.floor(options.random() * 2 ** 48).toString(36),
    opened: (table) => {
      const known = opened.get(table)
      if (known !== undefined) return known
      throw new SyncError('INTERNAL', `${table.id} was not opened by this sink`, { table: table.id })
    },
  }
  return {
    context,
    pools: () => poolsOf(sql, connections),
    [Symbol.asyncDispose]: async () => {
      closing.abort(new SyncError('SINK_UNREACHABLE', 'the sink is closed'))
      connections[Symbol.dispose]()
      await sql[Symbol.asyncDispose]()
    },
  }
}

function poolsOf(sql: SqlClient, connections: Connections): readonly PoolUse[] {
  return [
    { name: 'target_sql', ...sql.use() },
    { name: 'target_http', ...connections.use() },
  ]
}
