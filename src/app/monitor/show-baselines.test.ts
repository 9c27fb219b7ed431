import { expect, test } from 'vitest'
import { BaselineColumn } from '../../observe/alerts/evaluate/baseline-column.ts'
import { Universe } from '../../observe/alerts/evaluate/universe.ts'
import { MetricRegistry } from '../../observe/metrics/metric-registry.ts'
import { SeriesTable } from '../../observe/metrics/series-table.ts'
import { showBaselines } from './show-baselines.ts'

test('what is normal of a table is shown as long as the table is there', async () => {
  const universe = new Universe('table')
  const slot = universe.slotOf('users')
  let lagSeconds = 1
  const baseline = new BaselineColumn({ universe, at: () => lagSeconds, update: () => undefined }, () => [])
  const series = new SeriesTable({ now: () => 0 })
  const registry = new MetricRegistry({ announce: series.feed(), maxSeries: 100 })
  const shown = async (): Promise<number> => {
    baseline.update(0)
    showBaselines(registry, [['lag_seconds', baseline]])
    await Promise.resolve()
    return series.series('sync_signal_baseline').length + series.series('sync_signal_anomaly').length
  }
  expect(slot).toBe(0)
  expect(await shown()).toBe(2)
  lagSeconds = Number.NaN
  expect(await shown()).toBe(0)
  lagSeconds = 2
  expect(await shown()).toBe(2)
})
