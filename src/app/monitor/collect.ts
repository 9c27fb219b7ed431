import type { Clock } from '../../core/clock.ts'
import type { MetricRegistry } from '../../observe/metrics/metric-registry.ts'

/** What collectors run with. */
export interface CollectDeps {
  readonly clock: Clock
  readonly registry: MetricRegistry
}

/** Something that is measured again and again. */
export interface Collector {
  readonly name: string
  readonly everyMs: number
  collect(): Promise<void> | void
}

/** Runs a collector until aborted; how long it takes and how often it fails is measured as well. */
export async function collectUntil(collector: Collector, deps: CollectDeps, signal: AbortSignal): Promise<void> {
  const { clock, registry } = deps
  const duration = registry.gauge('sync_collector_duration_seconds', [collector.name])
  const errors = registry.counter('sync_collector_errors_total', [collector.name])
  while (!signal.aborted) {
    const startedMs = clock.monotonicMs()
    try {
      await collector.collect()
    } catch {
      // The next run may succeed; what is old meanwhile is seen by this count.
      errors.add()
    }
    duration.set((clock.monotonicMs() - startedMs) / 1000)
    await clock.sleep(collector.everyMs, signal).catch(() => undefined)
  }
}
