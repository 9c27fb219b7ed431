import { counter, gauge, histogram } from '../metric-family.ts'
import { DURATION_BUCKETS, LATENCY_BUCKETS } from './buckets.ts'

/** Batches, copies, jobs, and what goes wrong with them. */
export const PIPELINE_METRICS = {
  sync_flush_interval_seconds: gauge({
    labels: [],
    unit: 'seconds',
    help: 'How long a change may wait for others, as sync.flush_interval says.',
    reading: 'Part of every latency, and wanted: rules about latency take it off.',
  }),
  sync_job_state: gauge({
    labels: ['table', 'state'],
    unit: 'boolean',
    help: 'State of the job: 1 for the present one.',
    reading: 'quarantined: stopped by an error that a person must mend; all other tables go on.',
  }),
  sync_end_to_end_latency_seconds: histogram(
    {
      labels: [],
      unit: 'seconds',
      help: 'Time from the oldest commit at the source in a batch until the batch was visible in the target.',
      reading: 'Once per batch. By the clocks of both machines, corrected by sync_source_clock_offset_seconds.',
    },
    LATENCY_BUCKETS,
  ),
  sync_checkpoint_duration_seconds: histogram(
    {
      labels: [],
      unit: 'seconds',
      help: 'Time that a batch took from its first request to the target until its commit was proved.',
      reading: 'The share of the target in the latency.',
    },
    DURATION_BUCKETS,
  ),
  sync_checkpoint_moves_total: counter({
    labels: [],
    unit: 'checkpoints',
    help: 'Checkpoints that moved without records, so that an idle source can drop its WAL.',
    reading: 'At most every sync.checkpoint_interval.',
  }),
  sync_stage_duration_seconds: histogram(
    {
      labels: ['stage'],
      unit: 'seconds',
      help: 'Time of a batch by stage: gather (first change until it is taken), load (until the rows are sent), commit (until it is proved).',
      reading: 'Shows where latency comes from: gather is bounded by sync.flush_interval, the others are the target.',
    },
    DURATION_BUCKETS,
  ),
  sync_bytes_total: counter({
    labels: ['direction'],
    unit: 'bytes',
    help: 'Bytes: in, read from the source; out, sent to the target.',
    reading: 'The throughput as data volume. `in` counts the stream; `out` counts batches and copies.',
  }),
  sync_transactions_total: counter({
    labels: [],
    unit: 'transactions',
    help: 'Source transactions that were applied.',
    reading: 'Whole transactions; a batch holds many.',
  }),
  sync_filtered_records_total: counter({
    labels: ['table'],
    unit: 'records',
    help: 'Records that the row filter of the table left out.',
    reading: 'decoded = processed + filtered + failed for good.',
  }),
  sync_snapshot_rows_total: counter({
    labels: ['table'],
    unit: 'records',
    help: 'Rows of copies of the table that are in the target.',
    reading: 'Counts every copy, also repeated ones.',
  }),
  sync_snapshot_chunks: gauge({
    labels: ['table', 'state'],
    unit: 'chunks',
    help: 'Parts of the copy that runs: done, and total.',
    reading: 'done / total is the progress. Absent outside of a copy.',
  }),
  sync_chunk_duration_seconds: histogram(
    {
      labels: [],
      unit: 'seconds',
      help: 'Time to copy one chunk, from its snapshot until its commit.',
      reading: 'Chunks are cut to about two seconds.',
    },
    DURATION_BUCKETS,
  ),
  sync_retries_total: counter({
    labels: ['reason'],
    unit: 'attempts',
    help: 'Attempts that failed and were repeated, by error code; gate: a chunk that looked too early.',
    reading: 'docs/errors.md has the remedy for each code. `gate` is part of the way things go.',
  }),
  sync_errors_total: counter({
    labels: ['code'],
    unit: 'errors',
    help: 'Errors by code of the catalogue.',
    reading: 'docs/errors.md has cause and remedy.',
  }),
  sync_session_starts_total: counter({
    labels: [],
    unit: 'sessions',
    help: 'Times that the pipeline took over the slot and began to stream.',
    reading: 'One per start of the process; more means that sessions were lost.',
  }),
  sync_session_up: gauge({
    labels: [],
    unit: 'boolean',
    help: 'Whether a session streams (1) or not (0: starting, waiting for the slot, between two attempts).',
    reading: '0 for long is an alarm, except on an instance that stands by.',
  }),
  sync_rereads_total: counter({
    labels: ['table', 'from'],
    unit: 'records',
    help: 'Rows whose unchanged values were read again, from target or source.',
    reading: 'Updates of tables with large (TOAST) columns; REPLICA IDENTITY FULL avoids it.',
  }),
  sync_ddl_events_total: counter({
    labels: ['kind'],
    unit: 'events',
    help: 'Changes of tables at the source: shape, removed.',
    reading: 'A changed shape takes its table out until `resync`.',
  }),
  sync_blocked_total: counter({
    labels: [],
    unit: 'events',
    help: 'Times that the sync told of waiting for sessions of the source.',
    reading: 'Long open transactions at the source; the log names them.',
  }),
  sync_memory_pressure_total: counter({
    labels: [],
    unit: 'events',
    help: 'Times that reading waited because sync.memory_limit was reached.',
    reading: 'Growing: the target is slower than the source.',
  }),
  sync_last_success_timestamp_seconds: gauge({
    labels: ['table'],
    unit: 'seconds',
    help: 'Moment of the last commit of records of the table, seconds since 1970.',
    reading: 'An idle table has an old one; see sync_freshness_seconds.',
  }),
  sync_queue_depth: gauge({
    labels: ['stage'],
    unit: 'records',
    help: 'Records that wait: gathering (the batch that fills), applying (the batch that is on its way).',
    reading: 'applying high and steady: the target is the narrow place.',
  }),
  sync_backpressure_ratio: gauge({
    labels: ['stage'],
    unit: 'ratio',
    help: 'Share of the last seconds in which the stage waited for the next one: read, the stream was paused.',
    reading: '0 to 1. Above 0.5 for long: the target is slower than the source.',
  }),
  sync_guarantee: gauge({
    labels: ['guarantee'],
    unit: 'boolean',
    help: 'Guarantee in force: atomic (exactly once, whole transactions) or converging (at least once, equal in the end).',
    reading: 'Depends on the version of StarRocks and on how many databases tables go to.',
  }),
  sync_row_count_drift: gauge({
    labels: ['table'],
    unit: 'records',
    help: 'Rows that the last `sync-app verify` found missing, surplus or different.',
    reading:
      'Absent until the table was compared while the service ran, and after a new copy. Above 0: `sync-app resync`.',
  }),
  sync_dead_letters: gauge({
    labels: ['table'],
    unit: 'records',
    help: 'Records that are parked because the target refused them.',
    reading: '0 while sync.on_bad_row is quarantine: the table stops instead.',
  }),
} as const
