import type { Checkpoint } from '../core/checkpoint.ts'
import { formatLsn } from '../core/lsn.ts'
import type { RecordSample, Signal } from '../core/signals.ts'
import type { Batch } from './batch.ts'
import type { TableId } from '../core/table-id.ts'
import { addCounts, type ChangeCounts, countsOf, NO_COUNTS } from './change-counts.ts'

/** The signal that tells of a batch in the target: counts per table, its age and lag. An empty one is a moved checkpoint. */
export function batchCommitted(
  batch: Batch,
  checkpoint: Checkpoint,
  time: { readonly now: number; readonly monotonicMs: number; readonly startedAtMs: number; readonly sentAtMs: number },
): Signal {
  const { number } = checkpoint
  const endLsn = formatLsn(checkpoint.endLsn)
  const counts = countsByTable(batch)
  if (counts.size === 0 && batch.partsSent === 0) return { tag: 'checkpoint-moved', number, endLsn }
  const tables = [...counts].map(([table, counted]) => ({ table, ...counted }))
  return {
    tag: 'batch-committed',
    number,
    endLsn,
    transactions: batch.transactions,
    rows: batch.rows,
    bytes: tables.reduce((sum, table) => sum + table.loadedBytes, 0),
    ageMs: time.monotonicMs - (batch.firstChangeAtMs ?? time.monotonicMs),
    lagMs: time.now - Number(batch.commitTimeUs / 1000n),
    oldestLagMs: time.now - Number((batch.firstCommitTimeUs ?? batch.commitTimeUs) / 1000n),
    commitMs: time.monotonicMs - time.startedAtMs,
    loadMs: Math.max(0, time.sentAtMs - time.startedAtMs),
    tables,
    samples: samplesOf(batch, time.monotonicMs),
  }
}

function samplesOf({ seen }: Batch, nowMs: number): readonly RecordSample[] | undefined {
  if (seen.size === 0) return undefined
  return [...seen.values()].flat().map(({ atMs, ...record }) => ({ ...record, processingMs: nowMs - atMs }))
}

/** What the batch does to each table that it changes. */
export function countsByTable(batch: Batch): ReadonlyMap<TableId, ChangeCounts> {
  const counts = new Map(batch.draft?.counts)
  for (const [id, { load }] of batch.tables) counts.set(id, addCounts(countsOf(load), counts.get(id) ?? NO_COUNTS))
  return counts
}
