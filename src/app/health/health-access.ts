import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import { SqlClient } from '../../sink/starrocks/mysql/sql-client.ts'
import { Connector } from '../../source/postgres/catalog/connector.ts'
import { SessionHolder } from '../../source/postgres/catalog/session-holder.ts'
import { sourceConnection, starRocksTarget } from '../connections.ts'

/** Connections of the health checks: of their own, so that a check neither waits for the sync nor holds it up. */
export interface HealthAccess extends AsyncDisposable {
  readonly source: SessionHolder
  /** For questions about the catalog, which may take long: the others do not wait behind them. */
  readonly catalog: SessionHolder
  readonly sql: SqlClient
}

/** Opens nothing yet; every question gives up after the time of a check. */
export function openHealthAccess(config: Config, clock: Clock): HealthAccess {
  const timeoutMs = config.monitoring.checkTimeoutMs
  const connection = { ...sourceConnection(config), connectTimeoutMs: timeoutMs }
  const connector = new Connector(connection, clock)
  const source = new SessionHolder(() => connector.open())
  const catalog = new SessionHolder(() => connector.open())
  const { feMysql: addresses, user, password } = starRocksTarget(config, [])
  const sql = new SqlClient({ addresses, user, password, connectMs: timeoutMs, queryMs: timeoutMs, limit: 2, clock })
  return {
    source,
    catalog,
    sql,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([source, catalog, sql].map((each) => each[Symbol.asyncDispose]()))
    },
  }
}
