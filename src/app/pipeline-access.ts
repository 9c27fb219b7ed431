import type { Config } from '../config/config.ts'
import { matchTables } from '../config/match-tables.ts'
import type { Clock } from '../core/clock.ts'
import type { SinkState } from '../core/sink.ts'
import { SqlClient } from '../sink/starrocks/mysql/sql-client.ts'
import { StateReader } from '../sink/starrocks/state/state-reader.ts'
import { isMissing } from '../sink/starrocks/tables/target-catalog.ts'
import { DEFAULT_TIMEOUTS } from '../sink/starrocks/target.ts'
import type { ConnectionOptions } from '../source/postgres/catalog/connection-options.ts'
import { Connector } from '../source/postgres/catalog/connector.ts'
import type { Session } from '../source/postgres/catalog/session.ts'
import { SessionHolder } from '../source/postgres/catalog/session-holder.ts'
import { PostgresSource } from '../source/postgres/postgres-source.ts'

const SQL_CONNECTIONS = 2

/** Both sides of a pipeline as commands look at them, beside the service. Connects when it is first asked. */
export interface PipelineAccess extends AsyncDisposable {
  readonly source: PostgresSource
  readonly sql: SqlClient
  /** The target's `_sync_*` rows; empty when there are none yet. @throws {SyncError} */
  readState(): Promise<SinkState>
  /** A session of the source, for single questions. @throws {SyncError} */
  session(): Promise<Session>
}

/** Where the source of a configuration is. */
export function sourceConnection(config: Config): ConnectionOptions {
  const { host, port, database, user, password, tls } = config.source
  return {
    host,
    port,
    database,
    user,
    password: password?.reveal(),
    tls: { mode: tls.mode, ca: tls.ca, cert: tls.cert, key: tls.key?.reveal() },
    applicationName: `pg-starrocks-sync ${config.pipeline} command`,
  }
}

/** Opens both sides; the caller disposes of them. */
export function openAccess(config: Config, clock: Clock): PipelineAccess {
  const connection = sourceConnection(config)
  const source = openSource(config, connection, clock)
  const connector = new Connector(connection, clock)
  const sessions = new SessionHolder(() => connector.open())
  const sql = new SqlClient({
    addresses: config.target.feMysql,
    user: config.target.user,
    password: config.target.password.reveal(),
    connectMs: DEFAULT_TIMEOUTS.connectMs,
    queryMs: DEFAULT_TIMEOUTS.queryMs,
    limit: SQL_CONNECTIONS,
  })
  const reader = new StateReader(sql, { database: config.target.database, pipeline: config.pipeline })
  return {
    source,
    sql,
    session: () => sessions.get(),
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

function openSource(config: Config, connection: ConnectionOptions, clock: Clock): PostgresSource {
  const options = {
    connection,
    pipeline: config.pipeline,
    slot: config.source.slot,
    publication: config.source.publication,
    matches: matchTables(config),
    spool: { directory: config.sync.spoolDirectory, memoryBytes: config.sync.spoolAfterBytes },
    snapshotConnections: 1,
  }
  // Commands never stream: what would be signalled is told to nobody.
  return new PostgresSource(options, { clock, signals: { emit: () => undefined } })
}
