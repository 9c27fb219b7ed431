import { SyncError } from '../../../core/sync-error.ts'
import type { SqlClient, SqlRows } from '../mysql/sql-client.ts'

/** A back end or compute node as the cluster lists it. */
export interface ClusterNode {
  /** `host:port` of its HTTP interface, as it registered itself. */
  readonly httpAddress: string
  readonly alive: boolean
}

/** The nodes that take loads. */
export interface ClusterNodes {
  readonly backends: readonly ClusterNode[]
  readonly computeNodes: readonly ClusterNode[]
}

/** Lists the nodes; null when the user may not (that needs OPERATE). @see reference/starrocks.md 6 */
export async function clusterNodes(sql: SqlClient): Promise<ClusterNodes | null> {
  const backends = await listed(sql, 'SHOW BACKENDS')
  const computeNodes = await listed(sql, 'SHOW COMPUTE NODES')
  if (backends === null && computeNodes === null) return null
  return { backends: backends ?? [], computeNodes: computeNodes ?? [] }
}

async function listed(sql: SqlClient, statement: string): Promise<readonly ClusterNode[] | null> {
  const answer = await selectIfAllowed(sql, statement)
  return answer === null ? null : readNodes(answer)
}

/** Asks what the user may not be allowed to ask, or the server may not know: null then. */
export async function selectIfAllowed(sql: SqlClient, statement: string): Promise<SqlRows | null> {
  try {
    return await sql.select(statement)
  } catch (error) {
    if (!(error instanceof SyncError) || error.code === 'SINK_UNREACHABLE' || error.code === 'SINK_AUTH') throw error
    return null
  }
}

/** Reads the listing by column names, which differ in case between versions. */
export function readNodes(listing: SqlRows): readonly ClusterNode[] {
  const at = (name: string): number => listing.columns.findIndex((column) => column.toLowerCase() === name)
  const [host, port, alive] = [at('ip'), at('httpport'), at('alive')]
  return listing.rows.map((row) => ({
    httpAddress: `${row[host] ?? ''}:${row[port] ?? ''}`,
    alive: /^true$/i.test(row[alive] ?? ''),
  }))
}
