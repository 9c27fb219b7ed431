import type { CheckOutcome, HealthCheck } from '../../observe/health/health-check.ts'
import { judgeNodes } from '../../observe/health/judge-nodes.ts'
import { readCluster } from '../../sink/starrocks/cluster-health.ts'
import type { CheckDeps } from './check-deps.ts'

/** Frontends ask all their backends for these listings. */
const INTERVALS_BETWEEN = 3

/** `starrocks_connection`: whether a frontend answers, and how fast. */
export function checkStarRocks({ config, access, registry }: CheckDeps): HealthCheck {
  const up = registry.gauge('sync_target_up', [])
  const { checkIntervalMs: everyMs, checkTimeoutMs: timeoutMs } = config.monitoring
  return {
    name: 'starrocks_connection',
    critical: true,
    everyMs,
    timeoutMs,
    run: async (): Promise<CheckOutcome> => {
      try {
        await access.sql.select('SELECT 1')
      } catch (error) {
        up.set(0)
        throw error
      }
      up.set(1)
      return { status: 'healthy', message: 'StarRocks connection is healthy' }
    },
  }
}

/** `starrocks_nodes`: frontends, backends, compute nodes, their disks, and the transactions that run. */
export function checkNodes({ config, access, registry }: CheckDeps): HealthCheck {
  const { checkIntervalMs, checkTimeoutMs: timeoutMs } = config.monitoring
  const { database, properties } = config.target
  return {
    name: 'starrocks_nodes',
    critical: false,
    everyMs: checkIntervalMs * INTERVALS_BETWEEN,
    timeoutMs,
    run: async () => {
      const cluster = await readCluster(access.sql, database)
      const { frontends, backends, runningTransactions } = cluster
      const count = (nodes: readonly { readonly alive: boolean }[] | null, alive: boolean): number =>
        nodes === null ? Number.NaN : nodes.filter((node) => node.alive === alive).length
      for (const state of ['alive', 'dead']) {
        registry.gauge('sync_starrocks_frontends', [state]).set(count(frontends, state === 'alive'))
        registry.gauge('sync_starrocks_backends', [state]).set(count(backends, state === 'alive'))
      }
      for (const { name, diskUsedRatio } of backends ?? [])
        registry.gauge('sync_starrocks_disk_used_ratio', [name]).set(diskUsedRatio ?? Number.NaN)
      registry.gauge('sync_starrocks_txn_backlog', []).set(runningTransactions ?? Number.NaN)
      return judgeNodes(cluster, Number(properties['replication_num'] ?? 1))
    },
  }
}
