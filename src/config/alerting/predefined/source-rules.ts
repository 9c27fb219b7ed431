import type { PlainRule } from './predefined-rule.ts'

/** Rules about the source, its slot and the time through the pipeline. */
export const SOURCE_RULES: readonly PlainRule[] = [
  {
    name: 'slot_at_risk',
    title: 'Slot At Risk',
    condition:
      'slot_safe_wal_bytes / (slot_safe_wal_bytes + slot_retained_bytes) < 0.2 or forecast(slot_safe_wal_bytes, 4h) <= 0 or slot_unreserved == 1',
    severity: 'critical',
    for: '2m',
    keepFiringFor: '10m',
    cooldown: '30m',
    summary: 'the replication slot will be lost{forecast}',
    description:
      'PostgreSQL drops the WAL that the slot still needs once max_slot_wal_keep_size is reached. Then every table must be copied anew.',
    why: 'The pipeline does not keep up, does not run, or one long transaction at the source holds the WAL back.',
    steps: [
      'Raise `max_slot_wal_keep_size` at the source and reload it: that gives time at once.',
      'Run `sync-app status`: when the slot is not active, start the service; when the lag grows, look for errors.',
      'Look for old transactions: `SELECT pid, xact_start, query FROM pg_stat_activity ORDER BY xact_start LIMIT 5`.',
    ],
    tests: [
      {
        name: 'WAL piles up until less than a fifth of the allowed amount is left',
        interval: '1m',
        series: {
          sync_source_slot_safe_wal_bytes: '1000000000x29 150000000x30 900000000x60',
          sync_source_slot_retained_bytes: '73000000x29 923000000x30 173000000x60',
        },
        firing: [['32m', '71m']],
      },
      {
        name: 'the room shrinks so fast that it lasts for less than four hours',
        interval: '5m',
        series: {
          sync_source_slot_safe_wal_bytes: '10000000000-80000000x95',
          sync_source_slot_retained_bytes: '73000000+80000000x95',
        },
        firing: [['6h30m']],
      },
    ],
  },
  {
    name: 'slot_lost',
    title: 'Slot Lost',
    condition: 'slot_lost == 1',
    severity: 'critical',
    cooldown: '1h',
    inhibits: ['slot_at_risk', 'no_data_processing', 'heartbeat_missing', 'freshness_fast_burn', 'freshness_slow_burn'],
    summary: 'the replication slot is lost',
    description:
      'PostgreSQL has removed WAL that the pipeline still needed. Changes are missing for good: every table must be copied anew.',
    why: 'The pipeline was away or too slow for longer than max_slot_wal_keep_size allows.',
    steps: [
      'Drop the slot and start anew: the service names the command when it starts.',
      'Raise `max_slot_wal_keep_size` so that a longer absence is survived.',
    ],
    tests: [
      {
        name: 'the server invalidates the slot',
        series: { 'sync_source_slot_wal_status{status="lost"}': '0x7 1x20' },
        firing: [['2m']],
      },
    ],
  },
  {
    name: 'heartbeat_missing',
    title: 'Heartbeat Missing',
    condition: 'heartbeat_age > 120 and uptime > 300 and session_up == 1',
    severity: 'warning',
    for: '1m',
    summary: 'no marker came through the pipeline for {value}',
    description:
      'Markers go from the source through the whole pipeline, also when nothing changes. None arrived: the pipeline stands.',
    why: 'A load into StarRocks does not end, the source does not send, or a very large transaction is being applied.',
    steps: [
      'Run `sync-app status`: does the checkpoint move?',
      'Look for waiting loads in the log, and for locks at the source.',
    ],
    tests: [
      {
        name: 'markers stop for ten minutes',
        series: {
          sync_heartbeat_age_seconds: '5x20 5+15x40 5x20',
          sync_session_up: '1x80',
          sync_start_time_seconds: '-3600x80',
        },
        firing: [['8m15s', '15m30s']],
      },
    ],
  },
  {
    name: 'session_restart_loop',
    title: 'Session Restart Loop',
    condition: 'session_starts > 4',
    severity: 'warning',
    keepFiringFor: '5m',
    cooldown: '15m',
    summary: 'the pipeline began anew {value} times in 15 minutes',
    description: 'Each session ends with an error soon after its start. Little or nothing is copied.',
    why: 'The same error again and again: a table, a load or a permission.',
    steps: [
      'Look for the error before each restart: `sync-app logs --level ERROR`.',
      'Look its code up in docs/errors.md.',
    ],
    tests: [
      {
        name: 'a session every minute for a quarter of an hour',
        series: { sync_session_starts_total: '1x20 1x3 2x3 3x3 4x3 5x3 6x3 7x3 8x3 9x3 10x100' },
        firing: [['9m15s', '30m15s']],
      },
    ],
  },
  {
    name: 'schema_drift',
    title: 'Schema Drift',
    condition: 'schema_changes > 0',
    severity: 'info',
    summary: 'a table changed its shape at the source',
    description: 'A changed shape may take the table out of the stream until it is copied anew.',
    why: 'Somebody ran ALTER TABLE at the source.',
    steps: ['Run `sync-app tables`: which table, and whether it must be copied anew.'],
    tests: [
      {
        name: 'a column is added',
        series: { 'sync_ddl_events_total{kind="shape"}': '0x20 1x80' },
        firing: [['5m15s', '20m15s']],
      },
    ],
  },
  {
    name: 'snapshot_stalled',
    title: 'Snapshot Stalled',
    condition: 'snapshotting_jobs > 0 and snapshot_rows < 1 and uptime > 900',
    severity: 'warning',
    for: '5m',
    cooldown: '30m',
    summary: 'a copy does not get on',
    description: 'A table is being copied, but no row of it has arrived for a quarter of an hour.',
    why: 'A lock or a long transaction at the source, or loads that StarRocks does not end.',
    steps: [
      'Run `sync-app status`: it names what the copy waits for.',
      'End the transaction that blocks it, or wait for it.',
    ],
    tests: [
      {
        name: 'a copy stops halfway',
        interval: '30s',
        series: {
          'sync_job_state{table="users",state="snapshotting"}': '1x120',
          sync_active_jobs: '1x120',
          'sync_snapshot_rows_total{table="users"}': '0+1000x40 40000x80',
          sync_start_time_seconds: '-3600x120',
        },
        firing: [['40m']],
      },
    ],
  },
  {
    name: 'clock_skew',
    title: 'Clock Skew',
    condition: 'clock_offset > 2 or clock_offset < -2',
    severity: 'info',
    for: '10m',
    cooldown: '1d',
    summary: 'the clocks of the source and of this machine differ by {value}',
    description: 'Lag and latency are corrected by it, but log lines of both sides no longer match.',
    why: 'NTP does not run on one of the machines.',
    steps: ['Set up NTP (chrony) on both machines.'],
    tests: [
      {
        name: 'the clock of the source falls behind',
        series: { sync_source_clock_offset_seconds: '0x20 -5x80' },
        firing: [['15m15s']],
      },
    ],
  },
]
