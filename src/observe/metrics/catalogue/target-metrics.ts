import { counter, gauge, histogram } from '../metric-family.ts'
import { DURATION_BUCKETS } from './buckets.ts'

/** StarRocks and the connections to both sides. */
export const TARGET_METRICS = {
  sync_target_up: gauge({
    labels: [],
    unit: 'boolean',
    help: 'Whether StarRocks answered the last question (1) or not (0).',
    reading: '0 is an alarm: nothing can be written.',
  }),
  sync_starrocks_frontends: gauge({
    labels: ['state'],
    unit: 'nodes',
    help: 'Frontends by state: alive, dead.',
    reading: 'A dead one is a warning while a leader answers.',
  }),
  sync_starrocks_backends: gauge({
    labels: ['state'],
    unit: 'nodes',
    help: 'Backends and compute nodes by state: alive, dead.',
    reading: 'With fewer alive ones than replication_num loads fail.',
  }),
  sync_starrocks_disk_used_ratio: gauge({
    labels: ['backend'],
    unit: 'ratio',
    help: 'Fullest disk of the backend, 0 to 1.',
    reading: 'StarRocks stops taking loads at about 0.95.',
  }),
  sync_starrocks_txn_backlog: gauge({
    labels: [],
    unit: 'transactions',
    help: 'Transactions of the target database that are running.',
    reading: 'StarRocks refuses new ones above max_running_txn_num_per_db (1000).',
  }),
  sync_starrocks_load_duration_seconds: histogram(
    {
      labels: [],
      unit: 'seconds',
      help: 'Time to send the rows of a batch to StarRocks.',
      reading: 'Grows with the size of batches; see sync_bytes_total.',
    },
    DURATION_BUCKETS,
  ),
  sync_starrocks_load_total: counter({
    labels: ['result'],
    unit: 'batches',
    help: 'Batches and chunks that were loaded, by result: success, failure.',
    reading: 'Failures are repeated; see sync_retries_total for why.',
  }),
  sync_starrocks_load_filtered_rows_total: counter({
    labels: [],
    unit: 'records',
    help: 'Rows that StarRocks refused.',
    reading: 'Nothing is dropped in silence: each has stopped its table.',
  }),
  sync_pool_connections: gauge({
    labels: ['pool', 'state'],
    unit: 'connections',
    help: 'Connections by pool and state: used, idle, limit.',
    reading: 'used at limit for long: see sync_pool_wait_seconds_total.',
  }),
  sync_pool_waiting: gauge({
    labels: ['pool'],
    unit: 'requests',
    help: 'Requests that wait for a connection of the pool.',
    reading: 'Above 0 for long: the pool is too small, or the other side too slow.',
  }),
  sync_pool_wait_seconds_total: counter({
    labels: ['pool'],
    unit: 'seconds',
    help: 'Time that requests have waited for a connection of the pool.',
    reading: 'Its rate is the number of requests that wait on average.',
  }),
  sync_pool_usage_ratio: gauge({
    labels: ['pool'],
    unit: 'ratio',
    help: 'Connections in use as a share of the limit, 0 to 1.',
    reading: '1 for long: the pool is the narrow place.',
  }),
} as const
