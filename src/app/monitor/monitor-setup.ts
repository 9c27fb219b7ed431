import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Config } from '../../config/config.ts'
import { starRocksTarget } from '../connections.ts'

/** What the monitor thread is started with: plain values, secrets in clear, kept in memory only. */
export interface MonitorSetup {
  readonly pipeline: string
  readonly version: string
  readonly startedAtMs: number
  /** Four bytes: counts turns of the sync's event loop. */
  readonly beat: SharedArrayBuffer
  /** Four bytes: counts turns of the monitor thread's event loop. */
  readonly monitorBeat: SharedArrayBuffer
  readonly http: {
    readonly host: string
    readonly port: number
    readonly metricsPort: number
    /** None: changes are allowed from loopback only. */
    readonly tokens: readonly ApiToken[]
    /** `http.auth.token`. */
    readonly token: string | null
    readonly prometheusUrl: string | null
  }
  readonly monitoring: {
    readonly systemMetrics: 'auto' | 'on' | 'off'
    readonly stuckAfterMs: number
    readonly blockedAfterMs: number
    readonly maxSeries: number
    readonly groups: Readonly<Record<string, readonly string[]>>
    readonly otlp: {
      readonly url: string
      readonly intervalMs: number
      readonly headers: Record<string, string>
    } | null
  }
  /** The section `alerting` as JSON. */
  readonly alerting: string
  /** Where what was told is remembered. */
  readonly target: {
    readonly addresses: readonly { readonly host: string; readonly port: number }[]
    readonly user: string
    readonly password: string
    readonly database: string
    readonly properties: Readonly<Record<string, string>>
  }
  /** Directories that the service writes to. */
  readonly directories: readonly string[]
}

/** What lets its bearer change something, and whom the log names for it. */
export interface ApiToken {
  readonly actor: string
  readonly token: string
}

/** The setup of a configuration. The one place where secrets of `http`, `monitoring` and `alerting` are revealed. */
export function monitorSetup(
  config: Config,
  about: Pick<MonitorSetup, 'version' | 'startedAtMs' | 'beat'>,
): MonitorSetup {
  const { http, monitoring, pipeline } = config
  const { otlp } = monitoring
  const headers = Object.entries(otlp?.headers ?? {}).map(([name, value]) => [name, value.reveal()] as const)
  return {
    ...about,
    monitorBeat: new SharedArrayBuffer(4),
    pipeline,
    http: {
      host: http.host,
      port: http.port,
      metricsPort: http.metricsPort,
      tokens: tokensOf(http),
      token: http.token?.reveal() ?? null,
      prometheusUrl: http.prometheusUrl ?? null,
    },
    monitoring: {
      systemMetrics: monitoring.systemMetrics,
      stuckAfterMs: monitoring.stuckAfterMs,
      blockedAfterMs: monitoring.blockedAfterMs,
      maxSeries: monitoring.maxSeries,
      groups: monitoring.groups,
      otlp: otlp ? { url: otlp.url, intervalMs: otlp.intervalMs, headers: Object.fromEntries(headers) } : null,
    },
    alerting: config.alertingInput.reveal(),
    target: targetOf(config),
    directories: writtenDirectories(config),
  }
}

function tokensOf({ token, tokens }: Config['http']): readonly ApiToken[] {
  const named = Object.entries(tokens).map(([name, value]) => ({ actor: `api:${name}`, token: value.reveal() }))
  return token === undefined ? named : [{ actor: 'api', token: token.reveal() }, ...named]
}

function targetOf(config: Config): MonitorSetup['target'] {
  const { feMysql: addresses, user, password, database, properties } = starRocksTarget(config, [])
  return { addresses, user, password, database, properties }
}

/** Where the service writes, as far as it exists: its spool and its log. */
function writtenDirectories({ sync, logging }: Config): readonly string[] {
  const wanted = [sync.spoolDirectory, ...(logging.file ? [dirname(logging.file.path)] : [])]
  return [...new Set(wanted.map(existing))]
}

/** The directory, or the nearest one above it that exists. */
function existing(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path
  const above = dirname(path)
  return above === path ? path : existing(above)
}
