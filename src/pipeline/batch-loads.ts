import type { LoadFormat } from '../core/row-encoder.ts'
import type { Load } from '../core/sink.ts'
import { SyncError } from '../core/sync-error.ts'
import type { Batch, BatchTable } from './batch.ts'
import type { TableEntry } from './table-registry.ts'

/** What tables of a batch have in memory: one load for each target table that a table's rows go to. */
export function loadsOf(tables: Iterable<BatchTable>): readonly Load[] {
  const filled = [...tables].filter(({ load }) => load.body.rows > 0)
  return filled.flatMap(({ entry, load }) => {
    const { format, rows } = load.body
    return toEach(entry, { format, rows, body: load.body.sealed() })
  })
}

/**
 * All that the batch brings, in the order in which the loads of each table must be sent.
 * @throws {SyncError} TRANSACTION_REPLANNED when a table would be loaded in two formats.
 */
export async function allLoads(batch: Batch): Promise<readonly Load[]> {
  const { draft } = batch
  if (draft === null) return loadsOf(batch.tables.values())
  for (const [entry, format] of draft.formats) requireFormat(batch, entry, format)
  const parts = await draft.parts()
  return [
    ...loadsOf(batch.tables.values()),
    ...parts.flatMap(({ entry, format, rows, body }) => toEach(entry, { format, rows, body })),
  ]
}

/** To the live table, and to its shadow while it is copied anew. */
function toEach(entry: TableEntry, load: Omit<Load, 'table'>): readonly Load[] {
  return entry.targets.map((table) => ({ ...load, table }))
}

/** A value that was looked up for an earlier row can need another format than the rows that lie ready. */
function requireFormat(batch: Batch, entry: TableEntry, format: LoadFormat): void {
  const table = batch.tables.get(entry.schema.id)
  if (table === undefined || table.load.body.format === format) return
  throw new SyncError('TRANSACTION_REPLANNED', 'the format changed before a large transaction', {
    table: entry.schema.id,
  })
}
