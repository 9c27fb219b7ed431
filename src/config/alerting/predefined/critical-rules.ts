import type { PlainRule } from './predefined-rule.ts'

/** The critical alerts of the monitoring guide. */
export const CRITICAL_RULES: readonly PlainRule[] = [
  {
    name: 'critical_error_rate',
    title: 'High Error Rate',
    // The short window ends the alert soon after the errors do, and one failed batch that is then applied does not begin it.
    condition: 'error_rate > 0.1 and over(error_rate, 1m) > 0.1',
    clear: 'over(error_rate, 1m) < 0.08',
    severity: 'critical',
    for: '2m',
    cooldown: '60s',
    inhibits: ['high_error_rate'],
    summary: '{value} of all records fail to load',
    description:
      'More than 10 % of the records that are tried cannot be loaded. They are tried again, and the target falls behind.',
    why: 'StarRocks refuses loads (overload, a full disk, dead backends), or a table changed its shape.',
    steps: [
      'Run `sync-app status` and `sync-app doctor`: which tables fail, and with which error.',
      'Look the error code up in docs/errors.md and apply its remedy.',
      'When all tables fail: check StarRocks (`SHOW FRONTENDS`, `SHOW BACKENDS`, its disks).',
    ],
    tests: [
      {
        name: 'a fifth of the records fail for ten minutes, then none',
        series: {
          'sync_records_processed_total{table="users",operation="insert"}': '0+80x80 6480+100x80',
          'sync_records_failed_total{table="users",error_type="connection"}': '0+20x40 800x120',
        },
        firing: [['2m15s', '10m45s']],
      },
      {
        name: 'one failed batch that is then applied, on a quiet source',
        series: {
          'sync_records_processed_total{table="users",operation="insert"}': '0x20 0+5x80',
          'sync_records_failed_total{table="users",error_type="connection"}': '0x20 500x80',
        },
        firing: [],
      },
    ],
  },
  {
    name: 'no_data_processing',
    title: 'No Data Processing',
    // An idle source has nothing pending, and its markers come through.
    condition: 'records_processed < 1 and (pending_seconds > 120 or heartbeat_age > 600) and uptime > 600',
    severity: 'critical',
    keepFiringFor: '1m',
    summary: 'no record was applied for 10 minutes although changes wait',
    description:
      'The source has changes, or does not answer the markers, and nothing reaches the target. Readers see old data.',
    why: 'The pipeline is stuck: a load that does not end, a lock at the source, or a slot that another process holds.',
    steps: [
      'Run `sync-app status`: is the slot active, and does the checkpoint move?',
      'Look for CRITICAL and ERROR lines: `sync-app logs --level ERROR`.',
      'Restart the service; it goes on from the checkpoint and loses nothing.',
    ],
    tests: [
      {
        name: 'the target takes nothing any more while changes wait',
        interval: '30s',
        series: {
          'sync_records_processed_total{table="users",operation="insert"}': '0+50x20 1000x40 1000+50x20',
          'sync_job_state{table="users",state="streaming"}': '1x80',
          sync_pending_seconds: '0x20 0+30x40 0x20',
          sync_heartbeat_age_seconds: '5x80',
          sync_start_time_seconds: '-3600x80',
        },
        firing: [['20m', '32m']],
      },
      {
        name: 'an idle source, where only the markers move',
        interval: '30s',
        series: {
          'sync_records_processed_total{table="users",operation="insert"}': '1000x80',
          'sync_job_state{table="users",state="streaming"}': '1x80',
          sync_pending_seconds: '0x80',
          sync_heartbeat_age_seconds: '5x80',
          sync_start_time_seconds: '-3600x80',
        },
        firing: [],
      },
    ],
  },
  {
    name: 'job_failures',
    title: 'Job Failures',
    condition: 'job_error == 1',
    per: 'table',
    severity: 'critical',
    cooldown: '15m',
    summary: 'table {table} was stopped by an error',
    description: 'The table is left as it was; all other tables go on. Its lag grows until somebody mends it.',
    why: 'The table changed its shape at the source, or StarRocks refuses a row of it.',
    steps: [
      'Run `sync-app tables`: it shows the reason and what mends it.',
      'When it is mended, copy the table anew: `sync-app resync {table}`.',
    ],
    tests: [
      {
        name: 'one of two tables is quarantined and then copied anew',
        series: {
          'sync_job_state{table="users",state="quarantined"}': '0x7 1x11 0x20',
          'sync_job_state{table="orders",state="quarantined"}': '0x40',
        },
        firing: [['2m', '5m', { table: 'users' }]],
      },
    ],
  },
  {
    name: 'database_down',
    title: 'Database Down',
    condition: 'database_up == 0',
    per: 'database',
    severity: 'critical',
    for: '1m',
    keepFiringFor: '30s',
    inhibits: [
      'no_data_processing',
      'critical_error_rate',
      'high_error_rate',
      'high_latency',
      'low_throughput',
      'checkpoint_failures',
      'heartbeat_missing',
      'snapshot_stalled',
      'session_restart_loop',
      'freshness_fast_burn',
      'freshness_slow_burn',
    ],
    summary: '{database} does not answer',
    description:
      'Nothing can be copied until it is back. Nothing is lost: PostgreSQL keeps the WAL for the slot meanwhile.',
    why: 'The server is down or restarting, the network is cut, or the password or certificate is no longer valid.',
    steps: [
      'Run `sync-app check`: it connects to both sides and names what stands in the way.',
      'See how long there is: `sync-app status` shows the WAL that PostgreSQL keeps for the slot.',
    ],
    tests: [
      {
        name: 'StarRocks is away for five minutes',
        series: { sync_source_up: '1x60', sync_target_up: '1x7 0x19 1x32' },
        firing: [['3m', '7m30s', { database: 'starrocks' }]],
      },
      {
        name: 'PostgreSQL restarts within half a minute',
        series: { sync_source_up: '1x7 0x1 1x50', sync_target_up: '1x60' },
        firing: [],
      },
    ],
  },
  {
    name: 'high_memory_usage',
    title: 'High Memory Usage',
    condition: 'memory_usage > 0.9',
    clear: 'memory_usage < 0.85',
    severity: 'critical',
    for: '5m',
    cooldown: '15m',
    summary: 'memory is {value} full',
    description: 'The system may kill the process. The sync itself loses nothing by that, but starts anew each time.',
    why: 'sync.memory_limit is too near to what the container or machine has, or something else needs the memory.',
    steps: [
      'Lower `sync.memory_limit` to about half of what the container has, or give it more.',
      'See who uses it: `sync_process_memory_bytes` against the machine’s memory.',
    ],
    tests: [
      {
        name: 'it rises to 95 %, falls to 88 % and then to 70 %',
        series: { sync_process_memory_used_ratio: '0.7x19 0.95x39 0.88x19 0.7x20' },
        firing: [['10m', '20m']],
      },
    ],
  },
  {
    name: 'high_cpu_usage',
    title: 'High CPU Usage',
    condition: 'cpu_usage > 0.9 and snapshotting_jobs == 0',
    clear: 'cpu_usage < 0.8',
    severity: 'critical',
    for: '5m',
    cooldown: '15m',
    summary: 'the CPU is {value} busy',
    description: 'The sync gets less CPU than it could use and may fall behind.',
    why: 'The source writes more than this machine can carry, or something else runs on it.',
    steps: [
      'See whether the lag grows (`sync-app status`). If not, nothing is urgent.',
      'Look for other processes; give the container more CPU.',
    ],
    tests: [
      {
        name: 'the machine is busy for ten minutes outside of a copy',
        series: {
          sync_cpu_used_ratio: '0.5x19 0.97x39 0.5x20',
          sync_active_jobs: '4x80',
          'sync_job_state{table="users",state="snapshotting"}': '0x80',
        },
        firing: [['10m', '15m']],
      },
      {
        name: 'a copy uses all there is',
        series: {
          sync_cpu_used_ratio: '1x80',
          sync_active_jobs: '4x80',
          'sync_job_state{table="users",state="snapshotting"}': '1x80',
        },
        firing: [],
      },
    ],
  },
]
