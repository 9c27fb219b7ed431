import type { PlainRule } from './predefined-rule.ts'

/** The warning alerts of the monitoring guide. */
export const WARNING_RULES: readonly PlainRule[] = [
  {
    name: 'high_error_rate',
    title: 'Elevated Error Rate',
    condition: 'error_rate > 0.05 and over(error_rate, 1m) > 0.05',
    clear: 'over(error_rate, 1m) < 0.04',
    severity: 'warning',
    for: '2m',
    summary: '{value} of all records fail to load',
    description: 'More than 5 % of the records that are tried cannot be loaded. They are tried again.',
    why: 'StarRocks refuses some loads: one table is in trouble, or a backend is.',
    steps: [
      'Run `sync-app status`: which tables fail, and with which error.',
      'Look the error code up in docs/errors.md and apply its remedy.',
    ],
    tests: [
      {
        name: 'seven of a hundred records fail for ten minutes',
        series: {
          'sync_records_processed_total{table="users",operation="insert"}': '0+93x160',
          'sync_records_failed_total{table="users",error_type="validation"}': '0+7x40 280x120',
        },
        firing: [['2m15s', '10m30s']],
      },
      {
        name: 'three of a hundred records fail',
        series: {
          'sync_records_processed_total{table="users",operation="insert"}': '0+97x80',
          'sync_records_failed_total{table="users",error_type="validation"}': '0+3x80',
        },
        firing: [],
      },
    ],
  },
  {
    name: 'high_latency',
    title: 'High Latency',
    // Buckets are wide: above the default interval, what exceeds it can be an artefact of them. It is none when commits are slow.
    condition:
      'p99_latency > 1 and (flush_interval <= 0.5 or p99_commit >= 1) and snapshotting_jobs == 0 and uptime > 300',
    clear: 'p99_latency < 0.8 or (flush_interval > 0.5 and p99_commit < 1)',
    severity: 'warning',
    for: '5m',
    cooldown: '15m',
    summary: 'one of a hundred records takes {value} or longer',
    description: 'Changes reach the target later than they should: P99 of the processing latency is above one second.',
    why: 'StarRocks takes long to commit (too many versions, compaction, busy disks), or batches are very large.',
    steps: [
      'See where the time goes: `sync_stage_duration_seconds` by stage.',
      'When it is `commit`: check compaction and the disks of StarRocks, and raise `sync.flush_interval`.',
    ],
    tests: [
      {
        name: 'commits take two seconds for a quarter of an hour',
        series: {
          'sync_processing_latency_seconds_bucket{table="users",operation="insert",le="0.5"}':
            '0+90x40 3600x60 3600+90x40',
          'sync_processing_latency_seconds_bucket{table="users",operation="insert",le="1"}':
            '0+100x40 4000x60 4000+100x40',
          'sync_processing_latency_seconds_bucket{table="users",operation="insert",le="2.5"}': '0+100x140',
          'sync_processing_latency_seconds_bucket{table="users",operation="insert",le="+Inf"}': '0+100x140',
          sync_flush_interval_seconds: '0.5x140',
          sync_active_jobs: '1x140',
          sync_start_time_seconds: '-3600x140',
        },
        firing: [['15m15s', '30m30s']],
      },
      {
        name: 'a long flush interval that is all there is',
        series: {
          'sync_processing_latency_seconds_bucket{table="users",operation="insert",le="1"}': '0x80',
          'sync_processing_latency_seconds_bucket{table="users",operation="insert",le="2.5"}': '0+100x80',
          'sync_processing_latency_seconds_bucket{table="users",operation="insert",le="+Inf"}': '0+100x80',
          sync_flush_interval_seconds: '2x80',
          sync_active_jobs: '1x80',
          sync_start_time_seconds: '-3600x80',
        },
        firing: [],
      },
    ],
  },
  {
    name: 'low_throughput',
    title: 'Low Throughput',
    // A source that writes little is no trouble: only what waits makes a low rate one.
    condition: 'throughput < 100 and min(pending_seconds, 5m) > 30 and uptime > 600',
    severity: 'warning',
    for: '5m',
    cooldown: '15m',
    summary: 'only {value} are applied while changes wait',
    description:
      'Fewer than 100 records per second reach the target although more are waiting: the target falls behind.',
    why: 'Loads into StarRocks are slow, or the machine or network of the service is.',
    steps: [
      'See which stage the others wait for: `sync_backpressure_ratio` and `sync_queue_depth`.',
      'Check StarRocks for running compactions and busy disks.',
    ],
    tests: [
      {
        name: 'the target slows down to 20 records per second and changes pile up',
        interval: '30s',
        series: {
          'sync_records_processed_total{table="users",operation="insert"}': '0+9000x40 360000+600x60',
          sync_pending_seconds: '0x40 15+15x60',
          sync_start_time_seconds: '-3600x100',
        },
        firing: [['31m30s']],
      },
      {
        name: 'a source that writes little',
        interval: '30s',
        series: {
          'sync_records_processed_total{table="users",operation="insert"}': '0+60x100',
          sync_pending_seconds: '1x100',
          sync_start_time_seconds: '-3600x100',
        },
        firing: [],
      },
    ],
  },
  {
    name: 'disk_space_low',
    title: 'Disk Space Low',
    condition: 'disk_usage > 0.9',
    clear: 'disk_usage < 0.88',
    per: 'mountpoint',
    severity: 'warning',
    for: '5m',
    cooldown: '1h',
    summary: 'the disk at {mountpoint} is {value} full',
    description:
      'The service keeps large open transactions and its log on disk. When it is full, such transactions stop the sync.',
    why: 'Log files, large open transactions of the source, or another program.',
    steps: [
      'See what takes the space: `du -xh {mountpoint} | sort -h | tail`.',
      'Lower `logging.file.backup_count`, or move `sync.spool_directory` to a larger disk.',
    ],
    tests: [
      {
        name: 'one of two disks fills and is cleaned up',
        series: {
          'sync_disk_used_ratio{mountpoint="/"}': '0.5x100',
          'sync_disk_used_ratio{mountpoint="/var"}': '0.8x19 0.93x39 0.89x19 0.6x20',
        },
        firing: [['10m', '20m', { mountpoint: '/var' }]],
      },
    ],
  },
  {
    name: 'checkpoint_failures',
    title: 'Checkpoint Failures',
    condition: 'checkpoint_failures >= 3',
    severity: 'warning',
    cooldown: '15m',
    summary: '{value} attempts to commit failed in 15 minutes',
    description: 'Commits to StarRocks fail and are repeated. While they do, the target stands still.',
    why: 'StarRocks is overloaded or restarting, or the network between is unreliable.',
    steps: ['Find the error in the log: `sync-app logs --level WARNING`.', 'Look its code up in docs/errors.md.'],
    tests: [
      {
        name: 'five attempts fail within four minutes',
        series: { 'sync_checkpoints_failed_total{table="users"}': '0x20 1x3 2x3 3x3 4x3 5x80' },
        firing: [['7m15s', '22m15s']],
      },
      {
        name: 'two attempts fail',
        series: { 'sync_checkpoints_failed_total{table="users"}': '0x20 1x3 2x80' },
        firing: [],
      },
    ],
  },
]
