import type { PlainRule } from './predefined-rule.ts'

/** Rules about freshness objectives and about what is unusual. */
export const TREND_RULES: readonly PlainRule[] = [
  {
    name: 'freshness_fast_burn',
    title: 'Freshness Burns Fast',
    // The pair of windows and the factor 14.4 are those of the SRE workbook: 2 % of a month's budget in one hour.
    condition: 'avg(freshness_burn, 1h) > 14.4 and avg(freshness_burn, 5m) > 14.4',
    per: 'table',
    severity: 'critical',
    for: '2m',
    cooldown: '15m',
    inhibits: ['freshness_slow_burn'],
    summary: '{table} misses its freshness objective at {value} times the allowed rate',
    description: 'At this rate the error budget of a month is gone in two days. Readers see data older than promised.',
    why: 'The table lags: a slow target, a burst of changes, or an error.',
    steps: [
      'Run `sync-app status`: lag of the table, and errors.',
      'See docs/performance.md for what makes loads faster.',
    ],
    tests: [
      {
        name: 'a table lags by ten minutes for half an hour',
        interval: '1m',
        series: {
          'sync_lag_seconds{table="users"}': '1x60 600x30 1x120',
          'sync_job_state{table="users",state="streaming"}': '1x210',
        },
        firing: [['71m', '97m', { table: 'users' }]],
      },
      {
        name: 'a table lags while it is copied',
        interval: '1m',
        series: {
          'sync_lag_seconds{table="users"}': '600x120',
          'sync_job_state{table="users",state="streaming"}': '0x120',
        },
        firing: [],
      },
    ],
  },
  {
    name: 'freshness_slow_burn',
    title: 'Freshness Burns Slowly',
    condition: 'avg(freshness_burn, 6h) > 6 and avg(freshness_burn, 30m) > 6',
    per: 'table',
    severity: 'warning',
    for: '15m',
    cooldown: '6h',
    summary: '{table} misses its freshness objective at {value} times the allowed rate',
    description: 'At this rate the error budget of a month is gone in five days.',
    why: 'The table lags now and then: loads that are too slow for the busy minutes.',
    steps: [
      'See when it lags: the lag of the table over the day.',
      'See docs/performance.md for what makes loads faster.',
    ],
    tests: [
      {
        name: 'a table lags for one minute in ten',
        interval: '1m',
        series: {
          'sync_lag_seconds{table="users"}': '1x300 600x120 1x300',
          'sync_job_state{table="users",state="streaming"}': '1x720',
        },
        firing: [['5h34m', '7h31m', { table: 'users' }]],
      },
    ],
  },
  {
    name: 'error_rate_unusual',
    title: 'Unusual Error Rate',
    condition: 'anomaly(error_rate) and error_rate > baseline(error_rate) and error_rate > 0.01',
    severity: 'info',
    for: '5m',
    cooldown: '6h',
    summary: 'an unusual share of records fails: {value}',
    description: 'It is far from what is normal at this hour, though below the limits of the other rules.',
    why: 'Something changed: a deployment, a table, or the target.',
    steps: ['Compare with what changed at that time.'],
    tests: [
      {
        name: 'two of a hundred records fail for an hour, where one of a thousand does',
        interval: '1m',
        series: {
          'sync_records_processed_total{table="users",operation="insert"}': '0+1000x480',
          'sync_records_failed_total{table="users",error_type="connection"}': '0+1x300 320+20x60 1521+1x120',
          'sync_signal_anomaly{signal="error_rate",table=""}': '0x307 1x59 0x120',
          'sync_signal_baseline{signal="error_rate",table=""}': '_x120 0.000999x365',
        },
        firing: [['5h13m', '6h4m']],
      },
      {
        name: 'it is not known yet what is usual',
        interval: '1m',
        series: {
          'sync_records_processed_total{table="users",operation="insert"}': '0+1000x100',
          'sync_records_failed_total{table="users",error_type="connection"}': '0+1x50 71+20x60',
        },
        firing: [],
      },
    ],
  },
  {
    name: 'latency_unusual',
    title: 'Unusual Latency',
    condition: 'anomaly(p99_latency) and p99_latency > baseline(p99_latency) and p99_latency > 0.25',
    severity: 'info',
    for: '5m',
    cooldown: '6h',
    summary: 'an unusual latency: {value}',
    description: 'It is far from what is normal at this hour.',
    why: 'The target is busier than usual, or batches are larger.',
    steps: ['See where the time goes: `sync_stage_duration_seconds` by stage.'],
    tests: [
      {
        name: 'records take nearly a second for an hour, where they take a tenth of one',
        interval: '1m',
        series: {
          'sync_processing_latency_seconds_bucket{table="users",operation="insert",le="0.1"}':
            '0+600x300 180000x60 180000+600x120',
          'sync_processing_latency_seconds_bucket{table="users",operation="insert",le="0.5"}':
            '0+600x300 180000x60 180000+600x120',
          'sync_processing_latency_seconds_bucket{table="users",operation="insert",le="1"}': '0+600x482',
          'sync_processing_latency_seconds_bucket{table="users",operation="insert",le="+Inf"}': '0+600x482',
          sync_flush_interval_seconds: '0.05x482',
          'sync_signal_anomaly{signal="p99_latency",table=""}': '0x307 1x59 0x120',
          'sync_signal_baseline{signal="p99_latency",table=""}': '_x120 0.049x365',
        },
        firing: [['5h13m', '6h7m']],
      },
    ],
  },
  {
    name: 'throughput_unusual',
    title: 'Unusual Throughput',
    condition: 'anomaly(throughput)',
    severity: 'info',
    for: '10m',
    cooldown: '6h',
    summary: 'an unusual number of records: {value}',
    description: 'Far more or far fewer changes than is normal at this hour.',
    why: 'A batch job at the source, or an application that does not write any more.',
    steps: ['Ask those who run the source whether they expect it.'],
    tests: [
      {
        name: 'five times as many records as usual for an hour',
        interval: '1m',
        series: {
          'sync_records_processed_total{table="users",operation="insert"}':
            '0+6000x300 1830000+30000x59 3606000+6000x120',
          'sync_signal_anomaly{signal="throughput",table=""}': '0x307 1x59 0x120',
        },
        firing: [['5h18m', '6h9m']],
      },
    ],
  },
]
