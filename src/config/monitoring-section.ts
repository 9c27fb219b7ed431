import {
  defaulted,
  defaultedSection,
  list,
  map,
  optional,
  required,
  scalar,
  section,
  type Kind,
} from './declaration.ts'
import { choice, duration, integer, secretText, text } from './scalars.ts'
import type { Secret } from './secret.ts'

/** What is measured and when something counts as wrong. */
export interface MonitoringConfig {
  readonly systemMetrics: 'auto' | 'on' | 'off'
  readonly heartbeatIntervalMs: number
  readonly checkIntervalMs: number
  readonly checkTimeoutMs: number
  readonly stuckAfterMs: number
  readonly blockedAfterMs: number
  readonly maxSeries: number
  /** Name of a group -> names of health checks. */
  readonly groups: Readonly<Record<string, readonly string[]>>
  readonly otlp?: OtlpConfig | undefined
}

/** A receiver that metrics are pushed to. */
export interface OtlpConfig {
  readonly url: string
  readonly intervalMs: number
  readonly headers: Readonly<Record<string, Secret>>
}

const httpUrl = scalar(
  'http(s)://host:port/path',
  (value) => {
    const url = URL.canParse(value) ? new URL(value) : null
    if (!url || !/^https?:$/.test(url.protocol)) throw new RangeError('is not an address such as http://collector:4318')
    return value.replace(/\/$/, '')
  },
  'password',
)

const otlp = section(
  {
    url: required(
      httpUrl,
      'Address of an OTLP/HTTP receiver, such as `http://collector:4318`; `/v1/metrics` is added.',
    ),
    interval: defaulted(duration({ from: '1s', to: '1h' }), '15s', { doc: 'How often.' }),
    headers: defaultedSection(map(secretText), {
      doc: 'Headers of each request, such as `authorization: "Bearer ..."`.',
    }),
  },
  (yaml): OtlpConfig => ({ url: yaml.url, intervalMs: yaml.interval, headers: yaml.headers }),
)

/** `monitoring:`. */
export const monitoringSection: Kind<MonitoringConfig> = section(
  {
    system_metrics: defaulted(choice(['auto', 'on', 'off']), 'auto', {
      doc: 'Whether the machine is measured too (`node_*`). `auto`: on Linux, unless a node exporter listens on this machine.',
    }),
    heartbeat_interval: defaulted(duration({ from: '100ms', to: '10m' }), '5s', {
      doc: 'How often a marker is sent through the pipeline (`pg_logical_emit_message`), by which lag is measured.',
    }),
    check_interval: defaulted(duration({ from: '100ms', to: '10m' }), '5s', {
      doc: 'How often each side is asked whether it is well.',
    }),
    check_timeout: defaulted(duration({ from: '50ms', to: '1m' }), '3s', {
      doc: 'After this time without an answer a health check counts as failed.',
    }),
    stuck_after: defaulted(duration({ from: '1s', to: '24h' }), '60s', {
      doc: 'Time without progress, while there is something to do, after which `/health/ready` answers 503.',
    }),
    blocked_after: defaulted(duration({ from: '500ms', to: '10m' }), '10s', {
      doc: 'Time without a turn of the sync’s event loop after which `/health/live` answers 503.',
    }),
    max_series: defaulted(integer({ from: '1000', to: '100_000_000' }), '500_000', {
      doc: 'Lines of `/metrics` above which further series are left out, and counted.',
    }),
    groups: defaultedSection(map(list(text)), {
      doc: 'Groups of health checks: name to a list of checks, at `/health/group/NAME`; `ready`, `live` and `startup` may be replaced.',
    }),
    otlp: optional(otlp, { doc: 'Where metrics are pushed to as well (OTLP/HTTP, JSON).' }),
  },
  (yaml): MonitoringConfig => ({
    systemMetrics: yaml.system_metrics,
    heartbeatIntervalMs: yaml.heartbeat_interval,
    checkIntervalMs: yaml.check_interval,
    checkTimeoutMs: yaml.check_timeout,
    stuckAfterMs: yaml.stuck_after,
    blockedAfterMs: yaml.blocked_after,
    maxSeries: yaml.max_series,
    groups: yaml.groups,
    otlp: yaml.otlp,
  }),
)
