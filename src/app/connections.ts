import type { Config } from '../config/config.ts'
import type { StarRocksTarget } from '../sink/starrocks/target.ts'
import type { ConnectionOptions } from '../source/postgres/catalog/connection-options.ts'

/** How the configuration reaches PostgreSQL. The one place, with {@link starRocksTarget}, where secrets are revealed. */
export function sourceConnection(config: Config): ConnectionOptions {
  const { host, port, database, user, password, tls } = config.source
  return {
    host,
    port,
    database,
    user,
    password: password?.reveal(),
    tls: { mode: tls.mode, ca: tls.ca, cert: tls.cert, key: tls.key?.reveal() },
    applicationName: `pg-starrocks-sync ${config.pipeline}`,
  }
}

/** How the configuration reaches StarRocks, given the databases beside the main one that tables go to. */
export function starRocksTarget(config: Config, otherDatabases: readonly string[]): StarRocksTarget {
  const { feHttp, feMysql, user, password, database, properties, beHostMap, tls } = config.target
  return {
    feHttp,
    feMysql,
    user,
    password: password.reveal(),
    database,
    otherDatabases,
    beHostMap,
    properties,
    tls: { ca: tls.ca, rejectUnauthorized: tls.verify },
  }
}
