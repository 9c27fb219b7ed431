import { statfsSync } from 'node:fs'
import type { BeContext } from '../http/context.ts'
import { Exposition } from './exposition.ts'
import type { LoadCounters } from './metrics.ts'

/** `/metrics` of a BE (reference/starrocks.md 8). What the stand-in has no queue or task for is 0. */
export function beMetrics(context: BeContext): string {
  const { metrics, backEnd, versions, mergeCommits } = context
  const counters = metrics.backEnd(backEnd.id)
  const out = new Exposition()
  loads(out, 'starrocks_be_streaming_load', counters.plain)
  loads(out, 'starrocks_be_transaction_streaming_load', counters.transaction)
  out.counter('starrocks_be_stream_load', counters.receivedBytes, { type: 'receive_bytes' })
  out.counter('starrocks_be_stream_load', counters.loadedRows, { type: 'load_rows' })
  for (const [type, count] of Object.entries(counters.txnRequests)) {
    out.counter('starrocks_be_txn_request', count, { type })
  }
  out.gauge('starrocks_be_tablet_update_max_compaction_score', versions.max)
  out.gauge('starrocks_be_tablet_base_max_compaction_score', 0)
  out.gauge('starrocks_be_tablet_cumulative_max_compaction_score', 0)
  out.gauge('starrocks_be_update_apply_queue_count', 0)
  out.counter('starrocks_be_update_rowset_commit_request_failed', 0)
  out.gauge('starrocks_be_running_update_compaction_task_num', 0)
  out.gauge('starrocks_be_async_delta_writer_queue_count', 0)
  out.gauge('starrocks_be_merge_commit_pending_total', mergeCommits.pending.requests)
  out.gauge('starrocks_be_merge_commit_pending_bytes', mergeCommits.pending.bytes)
  out.gauge('starrocks_be_process_mem_bytes', process.memoryUsage.rss())
  disks(out, context.options.dataDir)
  return out.text
}

function loads(out: Exposition, prefix: string, counters: LoadCounters): void {
  out.counter(`${prefix}_requests_total`, counters.requests)
  out.counter(`${prefix}_bytes`, counters.bytes)
  out.counter(`${prefix}_duration_ms`, counters.durationMs)
  out.gauge(`${prefix}_current_processing`, counters.processing)
}

function disks(out: Exposition, path: string): void {
  const { bsize, blocks, bavail, bfree } = statfsSync(path)
  out.gauge('starrocks_be_disks_total_capacity', blocks * bsize, { path })
  out.gauge('starrocks_be_disks_avail_capacity', bavail * bsize, { path })
  out.gauge('starrocks_be_disks_data_used_capacity', (blocks - bfree) * bsize, { path })
}
