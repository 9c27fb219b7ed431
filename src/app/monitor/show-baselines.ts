import type { BaselineColumn } from '../../observe/alerts/evaluate/baseline-column.ts'
import type { MetricRegistry } from '../../observe/metrics/metric-registry.ts'

/**
 * Shows what is normal for signals, and whether they are far from it, as metrics: rules that Prometheus evaluates read them there. The metric
 * has the label `table`, so signals per something else are not shown.
 */
export function showBaselines(
  registry: MetricRegistry,
  baselines: readonly (readonly [signal: string, column: BaselineColumn])[],
): void {
  for (const [signal, column] of baselines) {
    const { label, size } = column.universe
    if (label !== undefined && label !== 'table') continue
    for (let slot = 0; slot < size; slot += 1) {
      const table = label === undefined ? '' : (column.universe.labelsOf(slot)[label] ?? '')
      if (!column.hasValue(slot)) {
        registry.remove('sync_signal_baseline', [signal, table])
        registry.remove('sync_signal_anomaly', [signal, table])
        continue
      }
      registry.gauge('sync_signal_baseline', [signal, table]).set(column.bandOf(slot)?.middle ?? Number.NaN)
      registry.gauge('sync_signal_anomaly', [signal, table]).set(column.anomalyAt(slot))
    }
  }
}
