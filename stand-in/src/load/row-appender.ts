import duckdb, { type Connection } from '@duckdb/node-bindings'
import type { RowBatch } from './row-batch.ts'

/** The DuckDB table that rows are appended to. */
export interface AppendTarget {
  readonly catalog: string | null
  readonly schema: string
  readonly table: string
}

/**
 * Appends batches to a DuckDB table in the connection's current transaction, or each flush in one of its own.
 * Synchronous: DuckDB copies 2048 rows in well under a millisecond.
 *
 * @param withOps whether the table has `__op` and `__seq` after the columns.
 */
export function appendBatches(
  connection: Connection,
  target: AppendTarget,
  batches: readonly RowBatch[],
  withOps: boolean,
): void {
  const appender = duckdb.appender_create_ext(connection, target.catalog, target.schema, target.table)
  try {
    const types = Array.from({ length: duckdb.appender_column_count(appender) }, (_, index) =>
      duckdb.appender_column_type(appender, index),
    )
    for (const batch of batches) {
      if (batch.rows === 0) continue
      const chunk = duckdb.create_data_chunk(types)
      duckdb.data_chunk_set_size(chunk, batch.rows)
      for (const [index, writer] of batch.writers.entries()) {
        writer.flush(duckdb.data_chunk_get_vector(chunk, index), batch.rows)
      }
      if (withOps) {
        const at = batch.writers.length
        const ops = batch.deletes.slice(0, batch.rows)
        duckdb.copy_data_to_vector(duckdb.data_chunk_get_vector(chunk, at), 0, ops.buffer, 0, ops.byteLength)
        const order = BigInt64Array.from({ length: batch.rows }, (_, row) => BigInt(batch.firstRow + row))
        duckdb.copy_data_to_vector(duckdb.data_chunk_get_vector(chunk, at + 1), 0, order.buffer, 0, order.byteLength)
      }
      duckdb.append_data_chunk(appender, chunk)
    }
  } finally {
    duckdb.appender_close_sync(appender)
  }
}
