import { counter, gauge, histogram, timeSince } from '../metric-family.ts'
import { DURATION_BUCKETS, LOOP_DELAY_BUCKETS } from './buckets.ts'

/** The process itself, and the custom metrics of the guide that are taken over a window. */
export const SERVICE_METRICS = {
  sync_build_info: gauge({
    labels: ['version', 'node', 'pipeline'],
    unit: 'info',
    help: 'Always 1; the labels say what runs.',
    reading: 'Join it to others to see since when a version runs.',
  }),
  sync_start_time_seconds: gauge({
    labels: [],
    unit: 'seconds',
    help: 'Moment at which the process started, seconds since 1970.',
    reading: 'Changes: it was restarted.',
  }),
  sync_monitor_restarts_total: counter({
    labels: [],
    unit: 'restarts',
    help: 'Times that the thread of health, metrics and alerts ended or hung, and was started again.',
    reading: 'Above 0: a defect; the log says which. The sync went on, counters of that thread began anew.',
  }),
  sync_loop_heartbeat_age_seconds: timeSince({
    labels: [],
    unit: 'seconds',
    help: 'Time since the event loop of the sync last turned.',
    reading: 'Above monitoring.blocked_after /health/live answers 503.',
  }),
  sync_eventloop_delay_seconds: histogram(
    {
      labels: [],
      unit: 'seconds',
      help: 'How late timers of the sync loop run.',
      reading:
        'Encoding rows takes the loop for milliseconds at a time; above 0.25 the machine is too slow or too busy.',
    },
    LOOP_DELAY_BUCKETS,
  ),
  sync_process_cpu_seconds_total: counter({
    labels: ['mode'],
    unit: 'seconds',
    help: 'CPU time of the process: user, system.',
    reading: 'The main thread cannot use more than one core.',
  }),
  sync_process_memory_bytes: gauge({
    labels: ['kind'],
    unit: 'bytes',
    help: 'Memory of the process: resident, heap, external, limit (of the cgroup, else of the machine).',
    reading: 'resident / limit above 0.9 is an alarm.',
  }),
  sync_process_memory_used_ratio: gauge({
    labels: [],
    unit: 'ratio',
    help: 'Memory in use as a share of the limit: of the cgroup when there is one, else of the machine.',
    reading: 'Above 0.9 the system may kill the process; lower sync.memory_limit.',
  }),
  sync_cpu_used_ratio: gauge({
    labels: [],
    unit: 'ratio',
    help: "CPU in use as a share of what there is: the cgroup's quota when there is one, else the machine.",
    reading: 'Over the last seconds.',
  }),
  sync_disk_used_ratio: gauge({
    labels: ['mountpoint'],
    unit: 'ratio',
    help: 'Used share of the file systems that the service writes to.',
    reading: 'The spool directory holds large open transactions.',
  }),
  sync_health_check_status: gauge({
    labels: ['check', 'status'],
    unit: 'boolean',
    help: 'Result of each health check: 1 for the present status.',
    reading: '`/health/detailed` has the message and the remedy.',
  }),
  sync_health_check_duration_seconds: histogram(
    {
      labels: ['check'],
      unit: 'seconds',
      help: 'Time that each health check took.',
      reading: 'The answer of PostgreSQL and StarRocks to a small question.',
    },
    DURATION_BUCKETS,
  ),
  sync_collector_duration_seconds: gauge({
    labels: ['collector'],
    unit: 'seconds',
    help: 'Time that each collector of metrics took at its last run.',
    reading: 'What monitoring itself costs.',
  }),
  sync_collector_errors_total: counter({
    labels: ['collector'],
    unit: 'errors',
    help: 'Runs of a collector that failed.',
    reading: 'Its metrics are old, or absent.',
  }),
  sync_http_requests_total: counter({
    labels: ['resource', 'status'],
    unit: 'requests',
    help: 'Requests over HTTP by resource and status.',
    reading: 'Scrapes, probes and calls of the API.',
  }),
  sync_metrics_series: gauge({
    labels: [],
    unit: 'series',
    help: 'Lines of the exposition.',
    reading: 'Grows with the number of tables.',
  }),
  sync_metrics_series_dropped_total: counter({
    labels: [],
    unit: 'series',
    help: 'Series that are not shown because monitoring.max_series was reached.',
    reading: 'Above 0: raise monitoring.max_series, or copy fewer tables with one service.',
  }),
  sync_otlp_exports_total: counter({
    labels: ['result'],
    unit: 'requests',
    help: 'Pushes of metrics to an OTLP receiver: success, failure.',
    reading: 'Absent when monitoring.otlp is not set.',
  }),
  sync_records_per_second: gauge({
    labels: [],
    unit: 'records per second',
    help: 'Record processing rate: records of all tables applied per second, over about half a minute.',
    reading: '0 on an idle source is no trouble: look at sync_pending_seconds as well.',
  }),
  sync_bytes_per_second: gauge({
    labels: ['direction'],
    unit: 'bytes per second',
    help: 'Throughput as data volume, over about half a minute.',
    reading: 'in: from the source; out: to the target.',
  }),
  sync_error_ratio: gauge({
    labels: [],
    unit: 'ratio',
    help: 'Error rate: failed / (processed + failed) records of the last five minutes, 0 to 1; absent when there were none.',
    reading: 'Above 0.05 is a warning, above 0.1 an alarm.',
  }),
  sync_processing_latency_percentile_seconds: gauge({
    labels: ['percentile'],
    unit: 'seconds',
    help: 'Processing latency of the last five minutes over all tables: p50, p95, p99; absent when there were no records.',
    reading: 'Interpolated within the buckets of sync_processing_latency_seconds.',
  }),
} as const
