import { expect, test } from 'vitest'
import { MetricRegistry } from './metric-registry.ts'
import { otlpRequest } from './otlp.ts'
import { SeriesTable } from './series-table.ts'

test('row 123: counters, gauges and histograms as an OTLP request in JSON', async () => {
  const table = new SeriesTable({ now: () => 5_000 })
  const registry = new MetricRegistry({ announce: table.feed(), maxSeries: 1000 })
  registry.counter('sync_records_processed_total', ['users', 'insert']).add(7)
  registry.gauge('sync_active_jobs', []).set(4)
  registry.gauge('sync_error_jobs', [])
  registry.histogram('sync_batch_size', ['users']).observe(3, 2)
  await new Promise((resolve) => setImmediate(resolve))
  const body = JSON.parse(otlpRequest(table, { pipeline: 'shop', version: '1.2.3', startedAtMs: 1_000 }, 5_000))
  const [{ resource, scopeMetrics }] = body.resourceMetrics
  expect(resource.attributes).toContainEqual({ key: 'service.version', value: { stringValue: '1.2.3' } })
  const time = { startTimeUnixNano: '1000000000', timeUnixNano: '5000000000' }
  const [processed, batch, active] = scopeMetrics[0].metrics
  expect(scopeMetrics[0].metrics).toHaveLength(3)
  expect(processed).toMatchObject({
    name: 'sync_records_processed_total',
    sum: {
      aggregationTemporality: 2,
      isMonotonic: true,
      dataPoints: [
        {
          ...time,
          asDouble: 7,
          attributes: [
            { key: 'table', value: { stringValue: 'users' } },
            { key: 'operation', value: { stringValue: 'insert' } },
          ],
        },
      ],
    },
  })
  expect(batch.histogram.dataPoints).toMatchObject([{ ...time, count: '2', sum: 6 }])
  const [{ bucketCounts, explicitBounds }] = batch.histogram.dataPoints
  expect(bucketCounts).toHaveLength(explicitBounds.length + 1)
  expect(bucketCounts[1]).toBe('2')
  expect(active).toMatchObject({ name: 'sync_active_jobs', gauge: { dataPoints: [{ asDouble: 4 }] } })
})
