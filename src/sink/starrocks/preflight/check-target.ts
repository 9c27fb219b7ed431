import type { Clock } from '../../../core/clock.ts'
import type { Finding } from '../../../core/finding.ts'
import { asSyncError } from '../../../core/sync-error.ts'
import { basicAuthorization, redirectTarget } from '../http/addresses.ts'
import { Connections } from '../http/connections.ts'
import { ExchangeError } from '../http/exchange-error.ts'
import { LoadHttpClient } from '../http/load-http-client.ts'
import { serverFeatures } from '../mysql/server-features.ts'
import { SqlClient } from '../mysql/sql-client.ts'
import { quoteString } from '../sql-text.ts'
import { guaranteeOf } from '../starrocks-sink.ts'
import { DEFAULT_TIMEOUTS, type StarRocksTarget } from '../target.ts'
import { clusterNodes, selectIfAllowed } from './cluster-nodes.ts'
import { judgeTarget } from './judge-target.ts'
import type { TargetFacts, Trouble } from './target-facts.ts'

const CHECK_TIMEOUTS = { connectMs: 5_000, replyMs: 10_000, queryMs: 10_000 }
const FE_SETTINGS = ['label_keep_max_num', 'label_keep_max_second', 'max_running_txn_num_per_db']

/** Looks at the target before anything is copied; changes nothing there. Never throws for what it finds. */
export async function checkTarget(target: StarRocksTarget, clock: Clock): Promise<readonly Finding[]> {
  using connections = new Connections({ tls: target.tls })
  return judgeTarget(await gatherFacts(target, (feHttp) => clientOf(target, clock, { connections, feHttp })))
}

function clientOf(
  target: StarRocksTarget,
  clock: Clock,
  parts: { readonly connections: Connections; readonly feHttp: readonly string[] },
): LoadHttpClient {
  const authorization = basicAuthorization(target.user, target.password)
  const timeouts = { ...DEFAULT_TIMEOUTS, ...CHECK_TIMEOUTS }
  return new LoadHttpClient({ ...parts, authorization, beHostMap: target.beHostMap, clock, timeouts })
}

async function gatherFacts(
  target: StarRocksTarget,
  client: (feHttp: readonly string[]) => LoadHttpClient,
): Promise<TargetFacts> {
  const feMysql = await Promise.all(target.feMysql.map(async (address) => await askMysql(target, [address])))
  const answering = target.feMysql.filter((_address, index) => feMysql[index]?.trouble === null)
  const version = feMysql.find((answer) => answer.version !== null)?.version ?? null
  const facts = {
    database: target.database,
    user: target.user,
    feHttp: await Promise.all(target.feHttp.map(async (address) => await askHttp(target, address, client([address])))),
    feMysql,
    version,
    guarantee: version === null ? null : guaranteeOf(serverFeatures(version), target),
    otherDatabases: target.otherDatabases,
    replicationNum: Number(target.properties['replication_num'] ?? 3),
  }
  if (answering.length === 0) return { ...facts, nodes: null, backEnds: [], grants: null, feConfig: new Map() }
  await using sql = sqlOf(target, answering)
  const nodes = await clusterNodes(sql)
  const alive = [...(nodes?.backends ?? []), ...(nodes?.computeNodes ?? [])].filter((node) => node.alive)
  const backEnds = await Promise.all(alive.map(async (node) => await askNode(target, node.httpAddress, client([]))))
  return { ...facts, nodes, backEnds, grants: await readGrants(sql), feConfig: await readFrontEndConfig(sql) }
}

function sqlOf(target: StarRocksTarget, addresses: StarRocksTarget['feMysql']): SqlClient {
  const { user, password } = target
  const { connectMs, queryMs } = CHECK_TIMEOUTS
  return new SqlClient({ addresses, user, password, connectMs, queryMs, limit: 1 })
}

async function askMysql(
  target: StarRocksTarget,
  addresses: StarRocksTarget['feMysql'],
): Promise<{ readonly address: string; readonly trouble: Trouble; readonly version: string | null }> {
  const address = addresses.map(({ host, port }) => `${host}:${port}`).join()
  await using sql = sqlOf(target, addresses)
  try {
    const { rows } = await sql.select('SELECT current_version()')
    return { address, trouble: null, version: rows[0]?.[0] ?? '' }
  } catch (error) {
    return { address, trouble: asSyncError(error).message, version: null }
  }
}

async function askHttp(
  target: StarRocksTarget,
  address: string,
  client: LoadHttpClient,
): Promise<{ readonly address: string; readonly trouble: Trouble }> {
  const path = `/api/${encodeURIComponent(target.database)}/get_load_state?label=sync_check`
  return { address, trouble: await troubleOf(async () => await client.call({ method: 'GET', path, headers: {} })) }
}

async function askNode(
  target: StarRocksTarget,
  address: string,
  client: LoadHttpClient,
): Promise<{ readonly address: string; readonly reachedAs: string; readonly trouble: Trouble }> {
  const page = `http://${address}/api/health`
  const reachedAs = redirectTarget(page, new URL('http://localhost'), target.beHostMap)?.host ?? address
  return { address, reachedAs, trouble: await troubleOf(async () => await client.page(page)) }
}

async function troubleOf(ask: () => Promise<{ readonly status: number } | null>): Promise<Trouble> {
  try {
    const reply = await ask()
    if (reply?.status === 401) return 'user or password was refused'
    return null
  } catch (error) {
    if (error instanceof ExchangeError) return error.message
    throw error
  }
}

async function readGrants(sql: SqlClient): Promise<readonly string[] | null> {
  const answer = await selectIfAllowed(sql, 'SHOW GRANTS')
  return answer === null ? null : answer.rows.map((row) => row.map((cell) => cell ?? '').join(' '))
}

async function readFrontEndConfig(sql: SqlClient): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const setting of FE_SETTINGS) {
    const answer = await selectIfAllowed(sql, `ADMIN SHOW FRONTEND CONFIG LIKE ${quoteString(setting)}`)
    const at = (name: string): number => answer?.columns.findIndex((column) => column.toLowerCase() === name) ?? -1
    const value = answer?.rows[0]?.[at('value')]
    if (value != null) found.set(setting, value)
  }
  return found
}
