import { counter, gauge, histogram, timeSince } from '../metric-family.ts'
import { LATENCY_BUCKETS, RECORD_BUCKETS } from './buckets.ts'

/** The metrics of the monitoring guide, under its names and with its labels. */
export const GUIDE_METRICS = {
  sync_records_processed_total: counter({
    labels: ['table', 'operation'],
    unit: 'records',
    help: 'Records that were applied to the target, by operation; snapshot is a row of a copy.',
    reading:
      'A record counts once its batch is committed at the target. `rate(...)` of it is the throughput. Rows that a filter left out do not count.',
  }),
  sync_records_failed_total: counter({
    labels: ['table', 'error_type'],
    unit: 'records',
    help: 'Records whose load was tried and failed, per attempt, by kind of error.',
    reading:
      'A record that is tried again and then applied counts here and as processed. error_rate is failed / (processed + failed) over a window; without records there is no rate.',
  }),
  sync_processing_latency_seconds: histogram(
    {
      labels: ['table', 'operation'],
      unit: 'seconds',
      help: 'Time from when the first change of a batch was received until the batch was committed, once per record.',
      reading:
        'Each record counts with the age of its batch, so it is an upper bound. Up to sync.flush_interval plus the time of a commit is normal.',
    },
    LATENCY_BUCKETS,
  ),
  sync_batch_size: histogram(
    {
      labels: ['table'],
      unit: 'records',
      help: 'Records of the table in one batch.',
      reading: 'Small batches at a high rate cost the target: raise sync.flush_interval.',
    },
    RECORD_BUCKETS,
  ),
  sync_checkpoints_completed_total: counter({
    labels: ['table'],
    unit: 'checkpoints',
    help: 'Commits at the target that brought records of the table and the position that they reach.',
    reading: 'Batches and chunks of copies. It stands still for a table whose source is idle.',
  }),
  sync_checkpoints_failed_total: counter({
    labels: ['table'],
    unit: 'checkpoints',
    help: 'Attempts to commit records of the table that failed.',
    reading: 'Attempts are repeated until they succeed; now and then one is harmless, many mean a sick target.',
  }),
  sync_active_jobs: gauge({
    labels: [],
    unit: 'jobs',
    help: 'Jobs (tables) that are copied or streamed.',
    reading: 'Together with waiting, paused and error jobs: all tables of the pipeline.',
  }),
  sync_error_jobs: gauge({
    labels: [],
    unit: 'jobs',
    help: 'Jobs (tables) that an error has stopped.',
    reading: 'Each needs a person: `/health/detailed` has the reason and the remedy.',
  }),
  sync_throughput_records_per_second: gauge({
    labels: ['table'],
    unit: 'records per second',
    help: 'Records of the table that are applied per second, averaged over about half a minute.',
    reading: 'For people and dashboards; rules had better use rate(sync_records_processed_total[1m]).',
  }),
  sync_lag_seconds: timeSince({
    labels: ['table'],
    unit: 'seconds',
    help: 'Age of the oldest change at the source that is not in the target yet; 0 when there is none.',
    reading:
      'Measured by markers sent through the pipeline, so an idle source has 0 and a stalled pipeline has not. It goes on growing for a table that is stopped.',
  }),
} as const
