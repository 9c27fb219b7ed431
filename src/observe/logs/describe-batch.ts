import type { Signal, TableCounts } from '../../core/signals.ts'
import type { LogRecord } from './log-record.ts'

type BatchCommitted = Extract<Signal, { readonly tag: 'batch-committed' }>

/** Tables of a batch that get a line of their own; the counts of further ones are in the metrics. */
const NAMED_TABLES = 20

const OPERATIONS = ['insert', 'update', 'delete'] as const

function operationOf(tables: readonly TableCounts[]): string | undefined {
  const present = OPERATIONS.filter((operation) => tables.some((counts) => counts[`${operation}s`] > 0))
  return present.length > 1 ? 'mixed' : present[0]
}

/** A count, or nothing: most are zero. */
const someOf = (count: number): number | undefined => (count > 0 ? count : undefined)

/** The lines of a batch in the target: one for the whole, one for each table, one for each record that was sampled. Pure. */
export function describeBatch(signal: BatchCommitted): readonly LogRecord[] {
  return [
    wholeBatch(signal),
    ...signal.tables.slice(0, NAMED_TABLES).map((counts) => tableOfBatch(signal, counts)),
    ...(signal.samples ?? []).map((sample): LogRecord => ({
      level: 'DEBUG',
      logger: 'sync_app.records',
      message: 'Record processed successfully',
      fields: {
        table: sample.table,
        operation: sample.operation,
        processing_time_ms: sample.processingMs,
        batch_size: signal.rows,
        batch_id: String(signal.number),
        end_lsn: signal.endLsn,
      },
      recordKey: sample.key,
    })),
  ]
}

function wholeBatch(signal: BatchCommitted): LogRecord {
  const [only, ...others] = signal.tables
  return {
    level: 'INFO',
    logger: 'sync_app.batch',
    message: 'Batch committed',
    fields: {
      table: others.length === 0 ? only?.table : undefined,
      operation: operationOf(signal.tables),
      batch_id: String(signal.number),
      batch_size: signal.rows,
      batch_bytes: signal.bytes,
      transactions: signal.transactions,
      end_lsn: signal.endLsn,
      processing_time_ms: signal.commitMs,
      batch_age_ms: signal.ageMs,
      lag_ms: signal.lagMs,
      table_count: signal.tables.length,
    },
  }
}

/** The line of the guide's example. */
function tableOfBatch(signal: BatchCommitted, counts: TableCounts): LogRecord {
  return {
    level: 'INFO',
    message: 'Records processed successfully',
    fields: {
      table: counts.table,
      operation: operationOf([counts]),
      processing_time_ms: signal.ageMs,
      batch_size: counts.inserts + counts.updates + counts.deletes,
      inserts: someOf(counts.inserts),
      updates: someOf(counts.updates),
      deletes: someOf(counts.deletes),
      filtered: someOf(counts.filtered),
      loaded_rows: counts.loadedRows,
      batch_id: String(signal.number),
      end_lsn: signal.endLsn,
    },
  }
}
