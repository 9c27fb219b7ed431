import type { FeContext } from '../http/context.ts'
import { Exposition } from './exposition.ts'
import { transactionOperations } from './metrics.ts'

/** `/metrics` of an FE (reference/starrocks.md 8). The JVM's figures are those of this process. */
export function feMetrics(context: FeContext): string {
  const { metrics, cluster, frontEnd } = context
  const isLeader = cluster.leader === frontEnd
  const out = new Exposition()
  const memory = process.memoryUsage()
  out.gauge('jvm_heap_size_bytes', memory.heapTotal, { type: 'max' })
  out.gauge('jvm_heap_size_bytes', memory.heapTotal, { type: 'committed' })
  out.gauge('jvm_heap_size_bytes', memory.heapUsed, { type: 'used' })
  out.gauge('starrocks_fe_connection_total', metrics.connections)
  out.counter('starrocks_fe_query_total', metrics.queries)
  out.counter('starrocks_fe_query_err', metrics.queryErrors)
  const upSeconds = Math.max(1, (context.clock.nowMs() - frontEnd.startMs) / 1000)
  out.gauge('starrocks_fe_qps', metrics.queries / upSeconds)
  out.summary('starrocks_fe_query_latency_ms', metrics.queryLatency)
  for (const operation of transactionOperations) {
    const counters = metrics.operations[operation]
    out.gauge(`starrocks_fe_txn_stream_load_${operation}_num`, counters.running)
    out.summary(`starrocks_fe_txn_stream_load_${operation}_latency_ms`, counters.latency)
  }
  out.gauge('node_info', cluster.frontEnds.length, { type: 'fe_node_num', state: 'total' })
  out.gauge('node_info', cluster.frontEnds.filter(({ isUp }) => isUp).length, { type: 'fe_node_num', state: 'alive' })
  out.gauge('node_info', cluster.backEnds.length, { type: 'be_node_num', state: 'total' })
  out.gauge('node_info', cluster.aliveBackEnds.length, { type: 'be_node_num', state: 'alive' })
  if (isLeader) leaderMetrics(context, out)
  return out.text
}

/** What only the leader knows. */
function leaderMetrics(context: FeContext, out: Exposition): void {
  const { metrics, transactions, versions } = context
  const { begun, rejected, visible, aborted } = transactions.counts
  out.gauge('node_info', 1, { type: 'is_master' })
  out.gauge('starrocks_fe_max_tablet_compaction_score', versions.max)
  out.counter('starrocks_fe_txn_begin', begun)
  out.counter('starrocks_fe_txn_reject', rejected)
  out.counter('starrocks_fe_txn_success', visible)
  out.counter('starrocks_fe_txn_failed', aborted)
  out.counter('starrocks_fe_edit_log_write', visible + aborted)
  out.counter('starrocks_fe_load_add', begun)
  out.counter('starrocks_fe_load_finished', visible + aborted)
  const states = { PREPARE: 0, PREPARED: 0, COMMITTED: 0, VISIBLE: 0, ABORTED: 0 }
  for (const txn of transactions.labels.open) states[txn.status]++
  for (const [state, count] of Object.entries({ ...states, VISIBLE: visible, ABORTED: aborted })) {
    out.gauge('starrocks_fe_job', count, { job: 'load', type: 'STREAM_LOAD', state })
  }
  for (const [type, latencies] of metrics.txnTotal) {
    out.summary('starrocks_fe_txn_total_latency_ms', latencies, { type, is_leader: 'true' })
  }
  for (const [type, latencies] of metrics.txnPublish) {
    out.summary('starrocks_fe_txn_publish_latency_ms', latencies, { type, is_leader: 'true' })
  }
}
