import { LOG_LEVELS } from '../../config/logging-section.ts'
import type { LogCounts } from '../logs/log-counts.ts'
import type { MetricRegistry } from './metric-registry.ts'

/** Shows what the log has done: no line costs a metric. */
export class LogSeries {
  readonly #registry: MetricRegistry

  constructor(registry: MetricRegistry) {
    this.#registry = registry
  }

  /** Takes over the present counts. */
  take({ lines, collapsed, writeErrors }: LogCounts): void {
    for (const level of LOG_LEVELS) this.#registry.counter('sync_log_lines_total', [level]).follow(lines[level])
    this.#registry.counter('sync_log_lines_collapsed_total', []).follow(collapsed)
    this.#registry.counter('sync_log_write_errors_total', []).follow(writeErrors)
  }
}
