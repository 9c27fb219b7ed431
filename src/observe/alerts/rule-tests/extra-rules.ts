import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import { predefinedRule, type PlainRule } from '../../../config/alerting/predefined/predefined-rule.ts'

const WORDS = { title: 'T', summary: '{value}', description: 'd', why: 'w', steps: ['s'] }

const LAG = 'sync_lag_seconds{table="users"}'
const OTHER_LAG = 'sync_lag_seconds{table="sales.orders"}'

const PLAIN: readonly PlainRule[] = [
  {
    name: 'no_data_alert',
    condition: 'cpu_usage > 0.9',
    severity: 'warning',
    for: '1m',
    noData: 'alert',
    ...WORDS,
    tests: [
      {
        name: 'values vanish and come back',
        series: { sync_cpu_used_ratio: '0.5x19 _x60 0.5x20', sync_active_jobs: '1x100' },
        firing: [['6m', '20m']],
      },
    ],
  },
  {
    name: 'no_data_keep',
    condition: 'cpu_usage > 0.9',
    severity: 'warning',
    noData: 'keep',
    ...WORDS,
    tests: [
      {
        name: 'values vanish while it fires, and before',
        series: { sync_cpu_used_ratio: '_x10 0.5x9 _x10 0.95x19 _x40 0.5x20', sync_active_jobs: '1x120' },
        firing: [['7m30s', '22m30s']],
      },
    ],
  },
  {
    name: 'pair_with_one_for_all',
    condition: 'lag_seconds > 10 and throughput * 2 < lag_seconds and uptime > 60',
    severity: 'info',
    per: 'table',
    ...WORDS,
    tests: [
      {
        name: 'a table lags more than the pipeline has throughput',
        series: {
          [LAG]: '1x20 30x20 1x20',
          [OTHER_LAG]: '1x60',
          'sync_records_processed_total{table="users",operation="insert"}': '0+150x60',
          'sync_records_processed_total{table="sales.orders",operation="insert"}': '0+15x60',
          sync_start_time_seconds: '-3600x60',
        },
        firing: [['5m15s', '10m30s', { table: 'users' }]],
      },
    ],
  },
  {
    name: 'level_joined',
    condition: 'active_jobs == 2 and lag_seconds / (active_jobs + 1) >= 10',
    severity: 'info',
    per: 'table',
    ...WORDS,
    tests: [
      {
        name: 'the pipeline and the table together',
        series: { [LAG]: '30x60', [OTHER_LAG]: '29x60', sync_active_jobs: '1x19 2x19 3x20' },
        firing: [['5m', '10m', { table: 'users' }]],
      },
    ],
  },
  {
    name: 'unequal',
    condition: 'active_jobs != 2 or session_up == 0',
    severity: 'info',
    keepFiringFor: '1m',
    ...WORDS,
    tests: [
      {
        name: 'either side',
        series: { sync_active_jobs: '2x19 3x9 2x29 2x20', sync_session_up: '1x39 0x9 1x29' },
        firing: [
          ['5m', '8m30s'],
          ['10m', '13m30s'],
        ],
      },
    ],
  },
  {
    name: 'averages',
    condition: 'avg(lag_seconds, 5m) > 10 and max(lag_seconds, 2m) > 10 and min(lag_seconds, 1m) > 10',
    severity: 'info',
    per: 'table',
    ...WORDS,
    tests: [
      {
        name: 'a lag that stays for a while',
        series: { [LAG]: '0x39 20x39 0x40', [OTHER_LAG]: '9x120' },
        firing: [['12m30s', '20m', { table: 'users' }]],
      },
    ],
  },
  {
    name: 'absence',
    condition: 'absent(slot_safe_wal_bytes) and active_jobs > 0',
    severity: 'info',
    ...WORDS,
    tests: [
      {
        name: 'the server has no limit',
        series: { sync_active_jobs: '0x19 1x20' },
        firing: [['5m']],
      },
    ],
  },
  {
    name: 'counter_reset',
    condition: 'over(records_processed, 5m) > 2000',
    severity: 'info',
    ...WORDS,
    tests: [
      {
        name: 'a counter that begins anew is not read as a jump',
        series: {
          'sync_records_processed_total{table="users",operation="insert"}': '1000000+50x40 0+50x40 0+500x20',
          'sync_job_state{table="users",state="streaming"}': '1x102',
        },
        firing: [['21m15s']],
      },
    ],
  },
]

/** Rules that use every construct of conditions, for the comparison with Prometheus. */
export const EXTRA_RULES: readonly AlertRule[] = PLAIN.map(predefinedRule)
