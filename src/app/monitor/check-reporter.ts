import { type CheckResult, HEALTH_STATUSES, type HealthStatus } from '../../observe/health/health-check.ts'
import type { LogRecord } from '../../observe/logs/log-record.ts'
import type { MetricRegistry } from '../../observe/metrics/metric-registry.ts'

const LEVELS: Readonly<Record<HealthStatus, LogRecord['level']>> = {
  healthy: 'INFO',
  degraded: 'WARNING',
  unhealthy: 'ERROR',
  unknown: 'WARNING',
  starting: 'INFO',
  paused: 'INFO',
}

/** Shows results of checks in the metrics, and in the log when an answer changes. */
export class CheckReporter {
  readonly #registry: MetricRegistry
  readonly #log: (record: LogRecord) => void
  readonly #last = new Map<string, HealthStatus>()

  constructor(registry: MetricRegistry, log: (record: LogRecord) => void) {
    this.#registry = registry
    this.#log = log
  }

  /** Takes one result. */
  report(name: string, result: CheckResult): void {
    for (const status of HEALTH_STATUSES)
      this.#registry.gauge('sync_health_check_status', [name, status]).set(status === result.status ? 1 : 0)
    const seconds = (result.responseTimeMs ?? 0) / 1000
    this.#registry.histogram('sync_health_check_duration_seconds', [name]).observe(seconds)
    const before = this.#last.get(name)
    this.#last.set(name, result.status)
    // What was never well and is only not known is no news.
    if (before === result.status || (before === undefined && !isTrouble(result.status))) return
    const fields = { check: name, status: result.status, detail: result.message, remedy: result.remedy }
    this.#log({
      level: LEVELS[result.status],
      logger: 'sync_app.health',
      message: `Health of ${name} is ${result.status}`,
      fields,
    })
  }
}

function isTrouble(status: HealthStatus): boolean {
  return status === 'degraded' || status === 'unhealthy'
}
