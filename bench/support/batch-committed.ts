import type { Signal, TableCounts } from '../../src/core/signals.ts'

/** The signal of a batch with these changes, as an ordinary one tells it. */
export function batchCommitted(tables: readonly TableCounts[], rows: number): Signal {
  return {
    tag: 'batch-committed',
    number: 7n,
    endLsn: '0/16B3748',
    transactions: 100,
    rows,
    bytes: 1_000_000,
    ageMs: 510,
    lagMs: 300,
    oldestLagMs: 620,
    commitMs: 35,
    loadMs: 20,
    tables,
  }
}
