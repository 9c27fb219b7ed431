import { increase, latest, minutes, quotient, rate, type Signals } from './shorthands.ts'

/** Signals about StarRocks and the connections to it. */
export const TARGET_SIGNALS: Signals = {
  starrocks_disk_usage: {
    unit: 'ratio',
    labels: ['backend'],
    help: 'Fullest disk of a backend.',
    expression: latest('sync_starrocks_disk_used_ratio', 'max'),
  },
  starrocks_dead_backends: {
    unit: 'count',
    labels: [],
    help: 'Backends and compute nodes that do not answer.',
    expression: latest('sync_starrocks_backends', 'sum', { state: 'dead' }),
  },
  starrocks_running_transactions: {
    unit: 'count',
    labels: [],
    help: 'Transactions of the target database that are running.',
    expression: latest('sync_starrocks_txn_backlog', 'max'),
  },
  load_failure_rate: {
    unit: 'ratio',
    labels: [],
    help: 'Loads that failed, as a share of all.',
    windowMs: minutes(5),
    expression: quotient(
      rate('sync_starrocks_load_total', { result: 'failure' }),
      rate('sync_starrocks_load_total', { result: ['success', 'failure'] }),
    ),
  },
  pool_waiting: {
    unit: 'count',
    labels: ['pool'],
    help: 'Requests that wait for a connection of the pool.',
    expression: latest('sync_pool_waiting', 'sum'),
  },
  pool_usage: {
    unit: 'ratio',
    labels: ['pool'],
    help: 'Connections in use as a share of the limit.',
    expression: latest('sync_pool_usage_ratio', 'max'),
  },
  notification_failures: {
    unit: 'count',
    labels: ['channel'],
    help: 'Messages that a channel did not take.',
    windowMs: minutes(15),
    expression: increase('sync_notifications_total', { result: 'failure' }),
  },
}
