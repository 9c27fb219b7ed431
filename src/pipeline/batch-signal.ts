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
  const counts = new Map(batch.draft?.counts)
  for (const [id, { load }] of batch.tables) counts.set(id, addCounts(countsOf(load), counts.get(id) ?? NO_COUNTS))
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

/** How many changes came to each table that the batch changes. Leaves bodies as they are: some may not be complete yet. */
export function changesByTable(batch: Batch): ReadonlyMap<TableId, number> {
  const counts = new Map<TableId, number>()
  const add = (id: TableId, { inserts, updates, deletes }: ChangesOfKinds): void =>
    void counts.set(id, (counts.get(id) ?? 0) + inserts + updates + deletes)
  for (const [id, counted] of batch.draft?.counts ?? []) add(id, counted)
  for (const [id, { load }] of batch.tables) add(id, load)
  return counts
}

type ChangesOfKinds = Pick<ChangeCounts, 'inserts' | 'updates' | 'deletes'>
