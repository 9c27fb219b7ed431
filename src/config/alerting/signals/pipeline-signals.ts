import { increase, latest, minutes, quotient, rate, type Signals } from './shorthands.ts'
import type { SeriesExpression } from '../series-expression.ts'

const TABLE = ['table']

const processed = rate('sync_records_processed_total')
const failures = rate('sync_records_failed_total')
const failed: SeriesExpression = { tag: 'or-zero', of: failures, like: processed }
const tried: SeriesExpression = {
  tag: 'arithmetic',
  op: '+',
  left: failed,
  right: { tag: 'or-zero', of: processed, like: failures },
}

/** The wait that `sync.flush_interval` asks for is not slowness: it is taken off. */
const latency = (quantile: number): SeriesExpression => ({
  tag: 'floor0',
  of: {
    tag: 'arithmetic',
    op: '-',
    left: { tag: 'quantile', quantile, family: 'sync_processing_latency_seconds' },
    right: { tag: 'latest', family: 'sync_flush_interval_seconds', aggregation: 'max', ofAll: true },
  },
})

const jobsIn = (state: string): SeriesExpression => ({
  tag: 'or-zero',
  of: latest('sync_job_state', 'sum', { state }),
  like: latest('sync_active_jobs', 'max'),
})

/** Signals about jobs, records and time through the pipeline. */
export const PIPELINE_SIGNALS: Signals = {
  error_rate: {
    unit: 'ratio',
    labels: TABLE,
    help: 'Records whose load failed, as a share of all that were tried.',
    windowMs: minutes(5),
    expression: quotient(failed, tried),
  },
  throughput: {
    unit: 'records/s',
    labels: TABLE,
    help: 'Records applied to the target per second.',
    windowMs: minutes(5),
    expression: processed,
  },
  records_processed: {
    unit: 'records',
    labels: TABLE,
    help: 'Records applied to the target, rows of copies included.',
    windowMs: minutes(10),
    expression: {
      tag: 'or-zero',
      of: increase('sync_records_processed_total'),
      like: latest('sync_job_state', 'max'),
    },
  },
  records_failed: {
    unit: 'records',
    labels: TABLE,
    help: 'Records whose load was tried and failed.',
    windowMs: minutes(10),
    expression: increase('sync_records_failed_total'),
  },
  p50_latency: {
    unit: 'seconds',
    labels: TABLE,
    help: 'Median processing latency, without the wait of sync.flush_interval.',
    windowMs: minutes(5),
    expression: latency(0.5),
  },
  p95_latency: {
    unit: 'seconds',
    labels: TABLE,
    help: '95th percentile of the processing latency, without the wait of sync.flush_interval.',
    windowMs: minutes(5),
    expression: latency(0.95),
  },
  p99_latency: {
    unit: 'seconds',
    labels: TABLE,
    help: '99th percentile of the processing latency, without the wait of sync.flush_interval.',
    windowMs: minutes(5),
    expression: latency(0.99),
  },
  p99_commit: {
    unit: 'seconds',
    labels: [],
    help: '99th percentile of the time that the target takes for a batch.',
    windowMs: minutes(5),
    expression: { tag: 'quantile', quantile: 0.99, family: 'sync_checkpoint_duration_seconds' },
  },
  flush_interval: {
    unit: 'seconds',
    labels: [],
    help: 'How long a change may wait for others: sync.flush_interval.',
    expression: latest('sync_flush_interval_seconds', 'max'),
  },
  lag_seconds: {
    unit: 'seconds',
    labels: TABLE,
    help: 'Age of the oldest change that is not in the target yet; 0 when there is none.',
    expression: latest('sync_lag_seconds', 'max'),
  },
  freshness_burn: {
    unit: 'count',
    labels: TABLE,
    help: 'How fast streaming tables use up the error budget of their freshness objective; 1 is as fast as it allows.',
    expression: {
      tag: 'only-where',
      of: { tag: 'freshness-burn', family: 'sync_lag_seconds' },
      condition: latest('sync_job_state', 'max', { state: 'streaming' }),
    },
  },
  active_jobs: {
    unit: 'count',
    labels: [],
    help: 'Tables that are copied or streamed.',
    expression: latest('sync_active_jobs', 'max'),
  },
  error_jobs: {
    unit: 'count',
    labels: [],
    help: 'Tables that an error has stopped.',
    expression: latest('sync_error_jobs', 'max'),
  },
  job_error: {
    unit: 'yes/no',
    labels: TABLE,
    help: 'Whether an error has stopped the table (1) or not (0).',
    expression: latest('sync_job_state', 'max', { state: 'quarantined' }),
  },
  snapshotting_jobs: {
    unit: 'count',
    labels: [],
    help: 'Tables that are being copied.',
    expression: jobsIn('snapshotting'),
  },
  snapshot_rows: {
    unit: 'records',
    labels: TABLE,
    help: 'Rows of copies that reached the target.',
    windowMs: minutes(15),
    expression: increase('sync_snapshot_rows_total'),
  },
  checkpoint_failures: {
    unit: 'count',
    labels: TABLE,
    help: 'Attempts to commit a checkpoint that failed.',
    windowMs: minutes(15),
    expression: increase('sync_checkpoints_failed_total'),
  },
  session_up: {
    unit: 'yes/no',
    labels: [],
    help: 'Whether a session streams (1) or not (0).',
    expression: latest('sync_session_up', 'max'),
  },
  session_starts: {
    unit: 'count',
    labels: [],
    help: 'Times that the pipeline began to stream.',
    windowMs: minutes(15),
    expression: increase('sync_session_starts_total'),
  },
  pending_seconds: {
    unit: 'seconds',
    labels: [],
    help: 'Age of the oldest change or marker that is not in the target yet; 0 when there is none.',
    expression: latest('sync_pending_seconds', 'max'),
  },
  pending_records: {
    unit: 'records',
    labels: [],
    help: 'Records that were received and are not in the target yet.',
    expression: latest('sync_pending_records', 'sum'),
  },
  heartbeat_age: {
    unit: 'seconds',
    labels: [],
    help: 'Age of the last marker that went through the whole pipeline.',
    expression: latest('sync_heartbeat_age_seconds', 'max'),
  },
  schema_changes: {
    unit: 'count',
    labels: [],
    help: 'Changes of the shape of a table at the source.',
    windowMs: minutes(15),
    expression: increase('sync_ddl_events_total', { kind: 'shape' }),
  },
  dead_letters: {
    unit: 'records',
    labels: TABLE,
    help: 'Records that are parked because the target refused them.',
    expression: latest('sync_dead_letters', 'sum'),
  },
  row_count_drift: {
    unit: 'records',
    labels: TABLE,
    help: 'Rows that the last comparison of source and target found different.',
    expression: latest('sync_row_count_drift', 'sum'),
  },
  backpressure: {
    unit: 'ratio',
    labels: ['stage'],
    help: 'Share of the last seconds in which a stage waited for the next one.',
    expression: latest('sync_backpressure_ratio', 'max'),
  },
}
