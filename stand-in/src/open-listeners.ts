import type { Clock } from './clock.ts'
import { ClusterControl } from './cluster/cluster-control.ts'
import type { Cluster } from './cluster/cluster.ts'
import { httpListener, type NodeListener, socketListener } from './cluster/node-listener.ts'
import { Faults } from './fault.ts'
import { adminHandler } from './http/admin-listener.ts'
import { beHandler } from './http/be-listener.ts'
import type { HttpContext } from './http/context.ts'
import { feHandler } from './http/fe-listener.ts'
import { MergeCommits } from './http/merge-commits.ts'
import { MysqlConnection } from './mysql/mysql-connection.ts'
import type { Core } from './open-core.ts'
import type { Options } from './options.ts'
import type { RequestLog } from './request-log.ts'
import { AlterJobs } from './sql/alter-jobs.ts'
import { Sessions } from './sql/sessions.ts'
import type { SqlContext } from './sql/sql-context.ts'

/** Everything that listens. */
export interface OpenListeners {
  readonly adminPort: number | undefined
  close(): Promise<void>
}

/** What the listeners are opened over. */
interface Opening {
  readonly options: Options
  readonly core: Core
  readonly cluster: Cluster
  readonly log: RequestLog
  readonly clock: Clock
}

/** Opens the listeners of all nodes and, if it is asked for, the admin port. */
export async function openListeners(opening: Opening): Promise<OpenListeners> {
  const { options, core, cluster, log, clock } = opening
  const faults = new Faults(options.seed)
  faults.add(options.faults)
  const mergeCommits = new MergeCommits(core.transactions, clock)
  const http: HttpContext = { ...core, options, cluster, mergeCommits, faults, clock, log }
  const backEndListeners = new Map(
    cluster.backEnds.map((backEnd, index) => {
      const listener = { name: `be${backEnd.id}`, handler: beHandler({ ...http, backEnd }), log }
      return [backEnd, httpListener(portAfter(options.beHttpPort, index), options.host, listener)]
    }),
  )
  for (const [backEnd, listener] of backEndListeners) {
    await listener.open()
    backEnd.httpPort = listener.port
  }
  const frontEndListeners = await openFrontEnds(opening, http, sqlContext(opening))
  const control = new ClusterControl({
    cluster,
    transactions: core.transactions,
    settings: options.settings,
    clock,
    frontEndListeners,
    backEndListeners,
  })
  const admin =
    options.adminPort === undefined
      ? undefined
      : httpListener(options.adminPort, options.host, { name: 'admin', handler: adminHandler(http, control), log })
  await admin?.open()
  const all = [...backEndListeners.values(), ...[...frontEndListeners.values()].flat()]
  return {
    adminPort: admin?.port,
    async close() {
      await Promise.all([...all, ...(admin === undefined ? [] : [admin])].map((listener) => listener.close()))
    },
  }
}

function sqlContext({ options, core, cluster, clock }: Opening): SqlContext {
  const { labels, locks, catalog } = core
  const alterJobs = new AlterJobs({
    labels,
    locks,
    clock,
    nextId: () => catalog.nextId(),
    durationMs: options.alterMs,
    timeoutSeconds: () => options.settings.number('alter_table_timeout_second'),
  })
  return { ...core, options, alterJobs, clock, cluster, sessions: new Sessions() }
}

/** The listeners of each FE: HTTP, and MySQL with the statements that any of them takes. */
async function openFrontEnds(
  { options, cluster, core, log }: Opening,
  http: HttpContext,
  sql: SqlContext,
): Promise<Map<Cluster['leader'], readonly NodeListener[]>> {
  const listeners = new Map<Cluster['leader'], readonly NodeListener[]>()
  const { metrics } = core
  let nextId = 1
  for (const [index, frontEnd] of cluster.frontEnds.entries()) {
    const name = `fe${frontEnd.id}`
    const handler = feHandler({ ...http, frontEnd })
    const web = httpListener(portAfter(options.httpPort, index), options.host, { name, handler, log })
    const mysql = socketListener(portAfter(options.mysqlPort, index), options.host, (socket) => {
      metrics.connections++
      socket.on('close', () => void metrics.connections--)
      new MysqlConnection(socket, nextId++, { sql, faults: http.faults, log, metrics, listener: `mysql${frontEnd.id}` })
    })
    await web.open()
    await mysql.open()
    frontEnd.httpPort = web.port
    frontEnd.mysqlPort = mysql.port
    listeners.set(frontEnd, [web, mysql])
  }
  return listeners
}

/** The port of the nth node; 0 stays any free one. */
const portAfter = (port: number, index: number): number => (port === 0 ? 0 : port + index)
