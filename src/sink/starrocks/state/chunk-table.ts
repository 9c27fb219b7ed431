import type { ChunkRecord } from '../../../core/sink.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { parseTableId, type TableId } from '../../../core/table-id.ts'
import { digest } from '../labels.ts'
import { plainText, type SystemTable } from './system-table.ts'

/** One row per chunk that is in the target. The key is a digest, since names are longer than a key may be (128 bytes). */
export const CHUNK_TABLE: SystemTable = {
  name: '_sync_chunks',
  keyColumns: ['table_key', 'generation', 'chunk'],
  columns: {
    table_key: 'VARCHAR(40)',
    generation: 'BIGINT',
    chunk: 'BIGINT',
    pipeline: 'VARCHAR(120)',
    source_table: 'VARCHAR(1000)',
    loaded_rows: 'BIGINT',
    upper_lsn: 'VARCHAR(24)',
  },
}

/** The key of a table's rows in `_sync_tables` and `_sync_chunks`. */
export function tableKey(pipeline: string, table: TableId): string {
  return digest(32, pipeline, table)
}

/** A line of the ledger as its row's values. */
export function encodeChunk(pipeline: string, record: ChunkRecord): readonly string[] {
  return [
    tableKey(pipeline, record.table),
    String(record.generation),
    String(record.chunk),
    pipeline,
    plainText(record.table),
    String(record.rows),
    String(record.upperLsn),
  ]
}

/** Reads what {@link encodeChunk} wrote. @throws {SyncError} TARGET_SHAPE when the row has another form. */
export function decodeChunk(row: readonly (string | null)[]): ChunkRecord {
  const [, generation, chunk, , table, rows, upperLsn] = row
  try {
    return {
      table: parseTableId(table ?? ''),
      generation: Number(generation ?? ''),
      chunk: Number(chunk ?? ''),
      rows: Number(rows ?? ''),
      upperLsn: BigInt(upperLsn ?? ''),
    }
  } catch (cause) {
    throw new SyncError('TARGET_SHAPE', `a row of ${CHUNK_TABLE.name} cannot be read`, { cause })
  }
}
