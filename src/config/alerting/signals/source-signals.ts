import { latest, minutes, increase, type Signals } from './shorthands.ts'

/** Signals about PostgreSQL and the replication slot. */
export const SOURCE_SIGNALS: Signals = {
  database_up: {
    unit: 'yes/no',
    labels: ['database'],
    help: 'Whether a database answers (1) or not (0); database is postgres or starrocks.',
    expression: {
      tag: 'labelled',
      label: 'database',
      members: { postgres: 'sync_source_up', starrocks: 'sync_target_up' },
    },
  },
  slot_lag_bytes: {
    unit: 'bytes',
    labels: [],
    help: 'WAL between the confirmed position of the slot and the end of WAL.',
    expression: latest('sync_source_slot_lag_bytes', 'max'),
  },
  slot_retained_bytes: {
    unit: 'bytes',
    labels: [],
    help: 'WAL that PostgreSQL keeps for the slot.',
    expression: latest('sync_source_slot_retained_bytes', 'max'),
  },
  slot_safe_wal_bytes: {
    unit: 'bytes',
    labels: [],
    help: 'WAL that may be written before the slot is lost; missing without max_slot_wal_keep_size.',
    expression: latest('sync_source_slot_safe_wal_bytes', 'min'),
  },
  slot_active: {
    unit: 'yes/no',
    labels: [],
    help: 'Whether a connection reads from the slot (1) or not (0).',
    expression: latest('sync_source_slot_active', 'max'),
  },
  slot_lost: {
    unit: 'yes/no',
    labels: [],
    help: 'Whether the slot is lost (1) or not (0).',
    expression: latest('sync_source_slot_wal_status', 'max', { status: 'lost' }),
  },
  slot_unreserved: {
    unit: 'yes/no',
    labels: [],
    help: 'Whether the slot is lost at the next checkpoint of the server (1) or not (0).',
    expression: latest('sync_source_slot_wal_status', 'max', { status: 'unreserved' }),
  },
  lag_bytes: {
    unit: 'bytes',
    labels: [],
    help: 'WAL between the checkpoint in the target and the end of WAL.',
    expression: latest('sync_lag_bytes', 'max'),
  },
  clock_offset: {
    unit: 'seconds',
    labels: [],
    help: 'How far the clock of the source is ahead of ours.',
    expression: latest('sync_source_clock_offset_seconds', 'max'),
  },
  spilled_transactions: {
    unit: 'count',
    labels: [],
    help: 'Transactions that the source wrote to its disk while decoding.',
    windowMs: minutes(15),
    expression: increase('sync_source_spill_txns_total'),
  },
}
