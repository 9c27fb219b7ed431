import { spawnSync } from 'node:child_process'
import client from 'prom-client'
import { describe, expect, test } from 'vitest'
import { parseExposition, type Sample } from '../../../test/support/parse-exposition.ts'
import { isMetricName, METRICS } from './catalogue.ts'
import { exposition } from './exposition.ts'
import type { MetricFamily } from './metric-family.ts'
import { MetricRegistry } from './metric-registry.ts'
import { SeriesTable } from './series-table.ts'

const clock = { now: () => 1_000_000 }

/** A registry whose series are seen at once. */
function observed(maxSeries = 10_000): {
  readonly registry: MetricRegistry
  readonly text: (format?: 'openmetrics') => string
} {
  const table = new SeriesTable(clock)
  const waiting: (() => void)[] = []
  const feed = table.feed()
  const registry = new MetricRegistry({ announce: (news) => waiting.push(() => feed(news)), maxSeries })
  return {
    registry,
    text: (format) => {
      for (const take of waiting.splice(0)) take()
      return [...exposition(table, format ?? 'text')].join('')
    },
  }
}

/** Whatever microtasks are due. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const comparable = (samples: readonly Sample[]): readonly string[] =>
  samples
    .map(({ name, labels, value }) =>
      JSON.stringify([name, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)), value]),
    )
    .toSorted()

describe('the exposition', () => {
  test('says the same as prom-client, whatever stands in labels', async () => {
    const { registry, text } = observed()
    const oracle = new client.Registry()
    const odd = ['users', 'a "b"', String.raw`back\slash`, 'two\nlines', 'ümläut', '{x="y"}']
    const processed = new client.Counter({
      name: 'sync_records_processed_total',
      help: 'h',
      labelNames: ['table', 'operation'],
      registers: [oracle],
    })
    const latency = new client.Histogram({
      name: 'sync_processing_latency_seconds',
      help: 'h',
      labelNames: ['table', 'operation'],
      buckets: [...METRICS.sync_processing_latency_seconds.buckets],
      registers: [oracle],
    })
    const active = new client.Gauge({ name: 'sync_active_jobs', help: 'h', registers: [oracle] })
    for (const [index, table] of odd.entries()) {
      for (let count = 1; count <= 30; count++) {
        const seconds = (index + 1) * count ** 2 * 0.0007
        registry.counter('sync_records_processed_total', [table, 'insert']).add(count)
        registry.histogram('sync_processing_latency_seconds', [table, 'update']).observe(seconds)
        processed.inc({ table, operation: 'insert' }, count)
        latency.observe({ table, operation: 'update' }, seconds)
      }
    }
    registry.gauge('sync_active_jobs', []).set(4.25)
    active.set(4.25)
    await settle()
    expect(comparable(parseExposition(text()))).toEqual(comparable(parseExposition(await oracle.metrics())))
  })

  test('a batch of equal observations is the same as each of them', async () => {
    const one = observed()
    const other = observed()
    one.registry.histogram('sync_batch_size', ['t']).observe(5, 1000)
    for (let times = 0; times < 1000; times++) other.registry.histogram('sync_batch_size', ['t']).observe(5)
    await settle()
    expect(one.text()).toBe(other.text())
  })

  test('OpenMetrics drops `_total` from the name of a family, not of a sample, and ends with EOF', async () => {
    const { registry, text } = observed()
    registry.counter('sync_transactions_total', []).add(3)
    await settle()
    expect(text('openmetrics')).toBe(
      '# HELP sync_transactions Source transactions that were applied.\n# TYPE sync_transactions counter\nsync_transactions_total 3\n# EOF\n',
    )
  })

  test('a gauge is not shown before it is known; a counter begins at 0', async () => {
    const { registry, text } = observed()
    registry.gauge('sync_error_jobs', [])
    registry.counter('sync_transactions_total', [])
    await settle()
    expect(parseExposition(text())).toEqual([{ name: 'sync_transactions_total', labels: {}, value: '0' }])
  })

  test('a moment is shown as the time since then, and goes on while nobody writes', async () => {
    const { registry, text } = observed()
    registry.moment('sync_lag_seconds', ['stuck']).set(940_000)
    registry.moment('sync_lag_seconds', ['idle']).set(990_000, 15)
    registry.moment('sync_lag_seconds', ['silent']).set(980_000, 15)
    registry.moment('sync_lag_seconds', ['unknown'])
    await settle()
    expect(parseExposition(text()).map(({ labels, value }) => [labels['table'], value])).toEqual([
      ['stuck', '60'],
      ['idle', '0'],
      ['silent', '20'],
    ])
  })

  test('values that are no numbers are written as Prometheus reads them', async () => {
    const { registry, text } = observed()
    registry.gauge('sync_source_slot_seconds_until_lost', []).set(Number.POSITIVE_INFINITY)
    await settle()
    expect(parseExposition(text())[0]?.value).toBe('+Inf')
  })

  test('above the cap series are not shown but counted, and writing to them harms nobody', async () => {
    const { registry, text } = observed(3)
    for (const table of ['a', 'b', 'c', 'd', 'd']) registry.counter('sync_filtered_records_total', [table]).add(7)
    await settle()
    const samples = parseExposition(text())
    expect(samples.filter(({ name }) => name === 'sync_filtered_records_total')).toHaveLength(3)
    expect(samples.find(({ name }) => name === 'sync_metrics_series_dropped_total')?.value).toBe('1')
  })

  test('a series that is removed is shown no more; asked for again it goes on where it was', async () => {
    const { registry, text } = observed()
    registry.counter('sync_filtered_records_total', ['a']).add(7)
    registry.remove('sync_filtered_records_total', ['a'])
    await settle()
    expect(text()).toBe('')
    registry.counter('sync_filtered_records_total', ['a']).add(1)
    await settle()
    expect(parseExposition(text())[0]?.value).toBe('8')
  })
})

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

test.skipIf(!hasPromtool)('promtool objects to nothing but the guide’s own camel case', () => {
  const table = new SeriesTable(clock)
  const news = Object.keys(METRICS)
    .filter(isMetricName)
    .map((family) => {
      const { labels }: MetricFamily = METRICS[family]
      return { tag: 'series', family, labels: labels.map((label) => `some-${label}`), page: 0, at: 0 } as const
    })
  table.feed()([{ tag: 'page', page: 0, buffer: new SharedArrayBuffer(4096) }, ...news])
  const text = [...exposition(table, 'text')].join('')
  expect(new Set(parseExposition(text).map(({ name }) => name)).size).toBeGreaterThan(90)
  const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  const objections = `${stdout}${stderr}`.split('\n').filter((line) => line !== '')
  expect(objections.filter((line) => !/^node_memory_Mem\w+_bytes .*camelCase/.test(line))).toEqual([])
})
