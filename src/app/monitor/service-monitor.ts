import type { Config } from '../../config/config.ts'
import { matchTables } from '../../config/match-tables.ts'
import type { Clock } from '../../core/clock.ts'
import type { Signal, Signals } from '../../core/signals.ts'
import type { TableId } from '../../core/table-id.ts'
import type { CheckResult } from '../../observe/health/health-check.ts'
import { notLookedAt, runChecks } from '../../observe/health/check-runner.ts'
import { JobBoard } from '../../observe/health/job-board.ts'
import type { LogRecord } from '../../observe/logs/log-record.ts'
import type { MetricRegistry } from '../../observe/metrics/metric-registry.ts'
import { LogSeries } from '../../observe/metrics/log-series.ts'
import { MetricsObserver } from '../../observe/metrics/metrics-observer.ts'
import { loopBeat } from '../../observe/system/loop-beat.ts'
import { allChecks } from '../health/all-checks.ts'
import type { CheckDeps, SourceClock } from '../health/check-deps.ts'
import { openHealthAccess } from '../health/health-access.ts'
import type { OpenLog } from '../open-log.ts'
import { carryOut } from './carry-out.ts'
import { CheckReporter } from './check-reporter.ts'
import { collectUntil } from './collect.ts'
import { monitorSetup } from './monitor-setup.ts'
import { type Monitor, startMonitor } from './start-monitor.ts'

/** What the monitoring of the service takes from outside. */
export interface ServiceMonitorDeps {
  /** The program of the monitor thread. */
  readonly entry: URL
  readonly version: string
  readonly clock: Clock
  /** The service's log. */
  readonly log: ServiceLog
}

/** What is needed of the service's log. */
export type ServiceLog = Pick<OpenLog, 'write' | 'counts' | 'levels' | 'recent'>

/** Everything that watches the service: takes its signals. Disposing of it ends the monitor thread. */
export interface ServiceMonitor extends Signals, AsyncDisposable {
  /** The service was asked to stop: it is not ready from now on. */
  stopping(): void
}

/** Starts the monitor thread and the background checks. @throws {SyncError} HTTP_LISTEN when a port cannot be had. */
export async function openServiceMonitor(config: Config, deps: ServiceMonitorDeps): Promise<ServiceMonitor> {
  const { clock, log, entry, version } = deps
  await using opening = new AsyncDisposableStack()
  const beat = new SharedArrayBuffer(4)
  const setup = monitorSetup(config, { version, beat, startedAtMs: clock.now() })
  const answer = carryOut.bind(null, { config, log, clock })
  const monitor = opening.use(await startMonitor({ entry, setup, clock, log, carryOut: answer }))
  const { registry } = monitor
  tellAbout(registry, config, { version, startedAtMs: setup.startedAtMs })
  opening.use(loopBeat(beat, registry, clock))
  const sourceClock: SourceClock = { offsetMs: null }
  const metrics = new MetricsObserver({
    registry,
    clock,
    heartbeatEveryMs: config.monitoring.heartbeatIntervalMs,
    sourceClockOffsetMs: () => sourceClock.offsetMs ?? 0,
  })
  const board = jobBoard(config, monitor, clock)
  const hasStarted = (): boolean => board.facts.hasStarted
  opening.use(startChecks({ config, monitor, sourceClock, hasStarted, clock, log: (record) => log.write(record) }))
  opening.use(countLog(registry, log, clock))
  log.write({ level: 'INFO', logger: 'sync_app.http', message: 'Listening', fields: listening(config, monitor) })
  const open = opening.move()
  return {
    emit: (signal: Signal) => {
      metrics.emit(signal)
      board.emit(signal)
    },
    stopping: () => board.stopping(),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

function listening({ http }: Config, { ports }: Monitor): LogRecord['fields'] {
  return { host: http.host, port: ports.port, metrics_port: ports.metricsPort }
}

function tellAbout(
  registry: MetricRegistry,
  { pipeline, sync }: Config,
  about: { readonly version: string; readonly startedAtMs: number },
): void {
  registry.gauge('sync_build_info', [about.version, process.version, pipeline]).set(1)
  registry.gauge('sync_start_time_seconds', []).set(about.startedAtMs / 1000)
  registry.counter('sync_metrics_series_dropped_total', [])
  registry.gauge('sync_flush_interval_seconds', []).set(sync.flushIntervalMs / 1000)
}

function jobBoard(config: Config, monitor: Monitor, clock: Clock): JobBoard {
  const route = matchTables(config)
  const targetOf = (table: TableId): string => {
    const dot = table.indexOf('.')
    const found = route(table.slice(0, dot), table.slice(dot + 1))
    return found ? `${found.targetDatabase}.${found.targetTable}` : ''
  }
  return new JobBoard({
    clock,
    targetOf,
    events: {
      job: (job) => monitor.tell({ tag: 'job', job }),
      gone: (table) => monitor.tell({ tag: 'job-gone', table }),
      facts: (facts) => monitor.tell({ tag: 'facts', facts }),
    },
  })
}

interface CheckSurroundings extends Pick<CheckDeps, 'config' | 'sourceClock' | 'hasStarted'> {
  readonly monitor: Monitor
  readonly clock: Clock
  readonly log: (record: LogRecord) => void
}

/** Runs the background checks until disposed of. */
function startChecks({ config, monitor, sourceClock, hasStarted, clock, log }: CheckSurroundings): AsyncDisposable {
  const { registry } = monitor
  const access = openHealthAccess(config, clock)
  const reporter = new CheckReporter(registry, log)
  const stop = new AbortController()
  const report = (name: string, result: CheckResult): void => {
    reporter.report(name, result)
    monitor.tell({ tag: 'check', name, result })
  }
  const checks = allChecks({ config, access, registry, clock, sourceClock, hasStarted })
  // Shown from the first moment on, in this order.
  for (const check of checks) monitor.tell({ tag: 'check', name: check.name, result: notLookedAt(check, clock.now()) })
  const hurryMs = config.monitoring.checkIntervalMs
  const running = runChecks(checks, { clock, random: Math.random, report, hurryMs }, stop.signal)
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort(new Error('the service ends'))
      await running
      await access[Symbol.asyncDispose]()
    },
  }
}

const LOG_EVERY_MS = 1_000

/** Shows what the log does, until disposed of. */
function countLog(registry: MetricRegistry, { counts }: ServiceLog, clock: Clock): AsyncDisposable {
  const stop = new AbortController()
  const series = new LogSeries(registry)
  const collector = { name: 'log', everyMs: LOG_EVERY_MS, collect: () => series.take(counts()) }
  const running = collectUntil(collector, { clock, registry }, stop.signal)
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort(new Error('the service ends'))
      await running
    },
  }
}
