import { increase, latest, minutes, type Signals } from './shorthands.ts'

/** Signals about the machine and the process itself. */
export const MACHINE_SIGNALS: Signals = {
  memory_usage: {
    unit: 'ratio',
    labels: [],
    help: 'Memory in use as a share of the limit of the cgroup, else of the machine.',
    expression: latest('sync_process_memory_used_ratio', 'max'),
  },
  cpu_usage: {
    unit: 'ratio',
    labels: [],
    help: 'CPU in use as a share of the quota of the cgroup, else of the machine.',
    expression: latest('sync_cpu_used_ratio', 'max'),
  },
  disk_usage: {
    unit: 'ratio',
    labels: ['mountpoint'],
    help: 'Used share of a file system that the service writes to.',
    expression: latest('sync_disk_used_ratio', 'max'),
  },
  uptime: {
    unit: 'seconds',
    labels: [],
    help: 'Time since the process started.',
    expression: { tag: 'age', of: latest('sync_start_time_seconds', 'max') },
  },
  event_loop_age: {
    unit: 'seconds',
    labels: [],
    help: 'Time since the event loop of the sync last turned.',
    expression: latest('sync_loop_heartbeat_age_seconds', 'max'),
  },
  collector_errors: {
    unit: 'count',
    labels: ['collector'],
    help: 'Runs of a collector of metrics that failed.',
    windowMs: minutes(15),
    expression: increase('sync_collector_errors_total'),
  },
}
