import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import type { SinkState } from '../core/sink.ts'
import { SqlClient } from '../sink/starrocks/mysql/sql-client.ts'
import { StateReader } from '../sink/starrocks/state/state-reader.ts'
import { isMissing } from '../sink/starrocks/tables/target-catalog.ts'
import { DEFAULT_TIMEOUTS } from '../sink/starrocks/target.ts'
import { Connector } from '../source/postgres/catalog/connector.ts'
import type { Session } from '../source/postgres/catalog/session.ts'
import { SessionHolder } from '../source/postgres/catalog/session-holder.ts'
import type { PostgresSource } from '../source/postgres/postgres-source.ts'
import { sourceConnection, starRocksTarget } from './connections.ts'
import { openSource } from './open-session.ts'

const SQL_CONNECTIONS = 2

/** Both sides of a pipeline as commands look at them, beside the service. Connects when it is first asked. */
export interface PipelineAccess extends AsyncDisposable {
  readonly source: PostgresSource
  readonly sql: SqlClient
  /** The target's `_sync_*` rows; empty when there are none yet. @throws {SyncError} */
  readState(): Promise<SinkState>
  /** Forgets position and copies of the pipeline: see {@link StateReader.startAnew}. @throws {SyncError} */
  startAnew(): Promise<void>
  /** A session of the source, for single questions. @throws {SyncError} */
  session(): Promise<Session>
}

/** Opens both sides; the caller disposes of them. */
export function openAccess(config: Config, clock: Clock): PipelineAccess {
  // Commands never stream: what would be signalled is told to nobody.
  const source = openSource(config, { clock, signals: { emit: () => undefined } })
  const connector = new Connector(sourceConnection(config), clock)
  const sessions = new SessionHolder(() => connector.open())
  const { feMysql: addresses, user, password } = starRocksTarget(config, [])
  const sql = new SqlClient({
    addresses,
    user,
    password,
    connectMs: DEFAULT_TIMEOUTS.connectMs,
    queryMs: DEFAULT_TIMEOUTS.queryMs,
    limit: SQL_CONNECTIONS,
  })
  const reader = new StateReader(sql, { database: config.target.database, pipeline: config.pipeline })
  return {
    source,
    sql,
    session: () => sessions.get(),
    startAnew: () => reader.startAnew(),
    readState: async () => {
      try {
        return await reader.state()
      } catch (error) {
        if (isMissing(error)) return { checkpoint: null, tables: [], chunks: [] }
        throw error
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([source, sessions, sql].map((each) => each[Symbol.asyncDispose]()))
    },
  }
}
