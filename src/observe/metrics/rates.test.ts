import { describe, expect, test } from 'vitest'
import { MetricRegistry } from './metric-registry.ts'
import { faded, percentile, Rates } from './rates.ts'
import { SeriesTable } from './series-table.ts'
import { only, valuesBy } from './series-values.ts'

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function watched() {
  const table = new SeriesTable({ now: () => 0 })
  const registry = new MetricRegistry({ announce: table.feed(), maxSeries: 10_000 })
  return { table, registry, rates: new Rates(table, new MetricRegistry({ announce: table.feed(), maxSeries: 10_000 })) }
}

describe('rates', () => {
  test('rows 24, 29, 32: a steady rate is found, and fades when nothing comes any more', async () => {
    const { table, registry, rates } = watched()
    const counter = registry.counter('sync_records_processed_total', ['users', 'insert'])
    await settle()
    for (let second = 0; second <= 300; second++) {
      rates.look(second)
      counter.add(100)
      await settle()
    }
    expect(only(table, 'sync_records_per_second')).toBeCloseTo(100, 0)
    expect(valuesBy(table, 'sync_throughput_records_per_second', 'table').get('users')).toBeCloseTo(100, 0)
    for (let second = 301; second <= 1000; second++) rates.look(second)
    expect(only(table, 'sync_records_per_second')).toBe(0)
  })

  test('row 30: the error rate is of the last five minutes, and unknown without records', async () => {
    const { table, registry, rates } = watched()
    rates.look(0)
    await settle()
    expect(only(table, 'sync_error_ratio')).toBeNaN()
    registry.counter('sync_records_processed_total', ['users', 'insert']).add(90)
    registry.counter('sync_records_failed_total', ['users', 'connection']).add(10)
    await settle()
    rates.look(10)
    await settle()
    expect(only(table, 'sync_error_ratio')).toBeCloseTo(0.1)
    for (let second = 20; second < 700; second += 10) rates.look(second)
    expect(only(table, 'sync_error_ratio')).toBeNaN()
  })

  test('row 31: percentiles are interpolated within their bucket', async () => {
    const { table, registry, rates } = watched()
    rates.look(0)
    registry.histogram('sync_processing_latency_seconds', ['users', 'insert']).observe(0.2, 98)
    registry.histogram('sync_processing_latency_seconds', ['users', 'insert']).observe(2, 2)
    await settle()
    rates.look(10)
    await settle()
    const percentiles = valuesBy(table, 'sync_processing_latency_percentile_seconds', 'percentile')
    expect(percentiles.get('p50')).toBeGreaterThan(0.1)
    expect(percentiles.get('p50')).toBeLessThan(0.25)
    expect(percentiles.get('p99')).toBeGreaterThan(1)
  })

  test('a table that is gone has no rate', async () => {
    const { table, registry, rates } = watched()
    registry.counter('sync_records_processed_total', ['users', 'insert']).add(1)
    await settle()
    rates.look(0)
    registry.remove('sync_records_processed_total', ['users', 'insert'])
    await settle()
    rates.look(1)
    await settle()
    expect(valuesBy(table, 'sync_throughput_records_per_second', 'table').size).toBe(0)
  })
})

test.each([
  [[0, 0, 0], 0.5, Number.NaN],
  [[10, 0, 0], 0.5, 0.5],
  [[5, 5, 0], 0.75, 5.5],
  [[0, 0, 7], 0.99, 10],
])('of %j the share %d lies below %d', (counts, share, expected) => {
  expect(percentile(counts, [1, 10], share)).toBe(expected)
})

test('an average moves by what has passed', () => {
  expect(faded(0, 100, 30)).toBeCloseTo(63.2, 1)
  expect(faded(100, 100, 1)).toBeCloseTo(100)
  expect(faded(0.001, 0, 30)).toBe(0)
})
