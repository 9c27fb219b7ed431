import type { Clock } from './clock.ts'
import { Cluster } from './cluster/cluster.ts'
import { openCore } from './open-core.ts'
import { openListeners } from './open-listeners.ts'
import type { Options } from './options.ts'
import { RequestLog } from './request-log.ts'
import { abortOverdue } from './txn/lost-transactions.ts'

const overdueCheckMs = 250

/** The ports that a running stand-in listens on: those of the first node of each kind, and of all of them. */
interface Ports {
  readonly mysqlPort: number
  readonly httpPort: number
  readonly beHttpPort: number
  readonly adminPort?: number | undefined
  readonly frontends: readonly { readonly id: number; readonly mysqlPort: number; readonly httpPort: number }[]
  readonly backends: readonly { readonly id: number; readonly httpPort: number }[]
}

/** A running stand-in. */
export interface StandIn extends AsyncDisposable {
  readonly ports: Ports
}

/** Opens the data directory and all listeners. Disposing closes everything; what is on disk stays. */
export async function startStandIn(options: Options, clock: Clock): Promise<StandIn> {
  const core = await openCore(options, clock)
  const { duck, catalog, transactions } = core
  const cluster = new Cluster({
    host: options.host,
    frontEnds: options.frontends,
    backEnds: options.backends,
    nowMs: clock.nowMs(),
  })
  const log = new RequestLog(options.logFile, clock)
  const listeners = await openListeners({ options, core, cluster, log, clock })
  const stopChecks = clock.every(overdueCheckMs, () => {
    void abortOverdue(transactions, clock.nowMs()).catch(() => undefined)
    void catalog
      .emptyBin(clock.nowMs() - options.settings.number('catalog_trash_expire_second') * 1000)
      .catch(() => undefined)
  })
  return {
    ports: portsOf(cluster, listeners.adminPort),
    async [Symbol.asyncDispose]() {
      stopChecks()
      await listeners.close()
      await log.close()
      await duck.with((connection) => connection.run('CHECKPOINT')).catch(() => undefined)
      duck.close()
    },
  }
}

function portsOf({ frontEnds, backEnds }: Cluster, adminPort: number | undefined): Ports {
  return {
    mysqlPort: frontEnds[0]?.mysqlPort ?? 0,
    httpPort: frontEnds[0]?.httpPort ?? 0,
    beHttpPort: backEnds[0]?.httpPort ?? 0,
    adminPort,
    frontends: frontEnds.map(({ id, mysqlPort, httpPort }) => ({ id, mysqlPort, httpPort })),
    backends: backEnds.map(({ id, httpPort }) => ({ id, httpPort })),
  }
}
