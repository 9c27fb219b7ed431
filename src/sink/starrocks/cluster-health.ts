import type { SqlClient, SqlRows } from './mysql/sql-client.ts'
import { selectIfAllowed } from './preflight/cluster-nodes.ts'
import { runningTransactions } from './running-transactions.ts'

/** A server of the cluster. */
export interface ServerHealth {
  /** `host:port`. */
  readonly name: string
  readonly alive: boolean
  /** Of its fullest disk, 0 to 1; null where it has none or does not tell. */
  readonly diskUsedRatio: number | null
}

/** How the cluster is; null for what the user may not list. */
export interface ClusterHealth {
  readonly frontends: readonly ServerHealth[] | null
  /** Backends and compute nodes. */
  readonly backends: readonly ServerHealth[] | null
  /** Open transactions of the database. */
  readonly runningTransactions: number | null
}

/** Asks a frontend how the cluster is. @throws {SyncError} when none answers. @see reference/starrocks.md 6 */
export async function readCluster(sql: SqlClient, database: string): Promise<ClusterHealth> {
  const frontends = await selectIfAllowed(sql, 'SHOW FRONTENDS')
  const backends = await selectIfAllowed(sql, 'SHOW BACKENDS')
  const computeNodes = await selectIfAllowed(sql, 'SHOW COMPUTE NODES')
  const open = await runningTransactions(sql, database, '')
  return {
    frontends: frontends && readServers(frontends),
    backends: backends && [...readServers(backends), ...(computeNodes ? readServers(computeNodes) : [])],
    runningTransactions: open && open.length,
  }
}

/** Reads a listing by column names, which differ in case between versions. Pure. */
export function readServers(listing: SqlRows): readonly ServerHealth[] {
  return listing.rows.map((row) => {
    const host = cell(listing, row, 'IP') ?? cell(listing, row, 'Host') ?? ''
    const port = cell(listing, row, 'HttpPort') ?? ''
    return {
      name: `${host}:${port}`,
      alive: /^true$/i.test(cell(listing, row, 'Alive') ?? ''),
      diskUsedRatio: ratio(cell(listing, row, 'MaxDiskUsedPct')),
    }
  })
}

function cell(listing: SqlRows, row: SqlRows['rows'][number], name: string): string | undefined {
  const index = listing.columns.findIndex((column) => column.toLowerCase() === name.toLowerCase())
  return row[index] ?? undefined
}

/** `12.34 %` -> 0.1234. */
function ratio(text: string | undefined): number | null {
  const match = /^([\d.]+)\s*%$/.exec(text ?? '')
  return match ? Number(match[1]) / 100 : null
}
