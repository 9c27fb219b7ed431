import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import type { MetricRegistry } from '../../observe/metrics/metric-registry.ts'
import type { HealthAccess } from './health-access.ts'

/** What the checks of both sides work with. */
export interface CheckDeps {
  readonly config: Config
  readonly access: HealthAccess
  readonly registry: MetricRegistry
  readonly clock: Clock
  readonly sourceClock: SourceClock
  /** Whether the pipeline has run since the process started: before that what it makes may be missing. */
  readonly hasStarted: () => boolean
}

/** How far the source's clock is ahead of ours; written by the check of its connection. */
export interface SourceClock {
  offsetMs: number | null
}
