import { counter, gauge, timeSince } from '../metric-family.ts'

/** The source, its replication slot, and what waits between it and the target. */
export const SOURCE_METRICS = {
  sync_source_up: gauge({
    labels: [],
    unit: 'boolean',
    help: 'Whether PostgreSQL answered the last question (1) or not (0).',
    reading: '0 is an alarm: nothing can be read.',
  }),
  sync_source_slot_lag_bytes: gauge({
    labels: [],
    unit: 'bytes',
    help: 'WAL between the confirmed position of the replication slot and the present end of WAL.',
    reading: 'Moves in steps with checkpoints; growing without end means that the target does not keep up.',
  }),
  sync_source_slot_retained_bytes: gauge({
    labels: [],
    unit: 'bytes',
    help: 'WAL that PostgreSQL keeps on its disk for the slot.',
    reading: 'A long open transaction at the source keeps WAL as well, however fast the sync is.',
  }),
  sync_source_slot_safe_wal_bytes: gauge({
    labels: [],
    unit: 'bytes',
    help: 'WAL that may still be written before the slot is lost (safe_wal_size); absent without max_slot_wal_keep_size.',
    reading: 'At 0 PostgreSQL removes WAL that the pipeline still needs, and every table must be copied anew.',
  }),
  sync_source_slot_active: gauge({
    labels: [],
    unit: 'boolean',
    help: 'Whether a connection reads from the slot (1) or not (0).',
    reading: '0 for more than a moment: no service is connected, WAL piles up.',
  }),
  sync_source_slot_wal_status: gauge({
    labels: ['status'],
    unit: 'boolean',
    help: 'State of the WAL that the slot needs: 1 for the present one of reserved, extended, unreserved, lost.',
    reading: 'unreserved: the slot is lost at the next checkpoint of the server unless the pipeline catches up.',
  }),
  sync_source_slot_seconds_until_lost: gauge({
    labels: [],
    unit: 'seconds',
    help: 'Forecast of the time until the slot is lost at the present growth of retained WAL; +Inf when it does not grow.',
    reading: 'Below a day is a warning, below four hours an alarm. Absent without max_slot_wal_keep_size.',
  }),
  sync_source_spill_txns_total: counter({
    labels: [],
    unit: 'transactions',
    help: 'Transactions that the source wrote to its disk while decoding (spill_txns).',
    reading: 'Raise logical_decoding_work_mem at the source when it grows fast.',
  }),
  sync_source_spill_bytes_total: counter({
    labels: [],
    unit: 'bytes',
    help: 'Bytes that the source wrote to its disk while decoding (spill_bytes).',
    reading: 'See sync_source_spill_txns_total.',
  }),
  sync_source_clock_offset_seconds: gauge({
    labels: [],
    unit: 'seconds',
    help: 'How far the clock of the source is ahead of ours.',
    reading: 'Latencies from commit to visible are corrected by it. More than a second: set up NTP.',
  }),
  sync_lag_bytes: gauge({
    labels: [],
    unit: 'bytes',
    help: 'WAL between the checkpoint in the target and the end of WAL as the source last told.',
    reading:
      'Includes WAL that concerns no table of the pipeline; the checkpoint passes that every sync.checkpoint_interval.',
  }),
  sync_pending_records: gauge({
    labels: [],
    unit: 'records',
    help: 'Records that were received and are not in the target yet.',
    reading: 'Above 0 with no progress means stuck; 0 means idle.',
  }),
  sync_pending_seconds: timeSince({
    labels: [],
    unit: 'seconds',
    help: 'Time since the oldest change or marker that is not in the target yet was made at the source; 0 when there is none.',
    reading: 'The lag of the pipeline as a whole.',
  }),
  sync_progress_age_seconds: timeSince({
    labels: [],
    unit: 'seconds',
    help: 'Time since anything got into the target, or was found to be there.',
    reading: 'With sync_pending_seconds above monitoring.stuck_after both mean stuck: /health/ready answers 503.',
  }),
  sync_freshness_seconds: timeSince({
    labels: ['table'],
    unit: 'seconds',
    help: 'Time since the moment up to which the target is known to hold everything of the table.',
    reading:
      'Goes up to monitoring.heartbeat_interval while the source is idle, since it is only known at each marker.',
  }),
  sync_heartbeat_age_seconds: timeSince({
    labels: [],
    unit: 'seconds',
    help: 'Time since the last marker that came back from the pipeline was sent into the source.',
    reading: 'Up to monitoring.heartbeat_interval plus a batch is normal, idle or busy; more means stalled.',
  }),
  sync_stream_received_bytes: gauge({
    labels: [],
    unit: 'bytes',
    help: 'Bytes received by the replication stream that is open now.',
    reading: 'Starts at 0 with each session.',
  }),
  sync_spooled_bytes: gauge({
    labels: [],
    unit: 'bytes',
    help: 'In-progress transactions that are held back, in memory and on disk.',
    reading: 'Large transactions at the source that are not committed yet.',
  }),
} as const
