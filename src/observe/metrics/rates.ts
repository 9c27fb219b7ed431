import { METRICS } from './catalogue.ts'
import type { Gauge } from './instruments.ts'
import type { MetricRegistry } from './metric-registry.ts'
import type { SeriesReader } from './series-reader.ts'
import { valuesBy } from './series-values.ts'

/** Rates fade over this time. */
const FADE_SECONDS = 30
/** Percentiles and the error rate are taken over this time. */
const WINDOW_SECONDS = 300
/** What the window is made of is noted this often. */
const NOTE_EVERY_SECONDS = 5

const THROUGHPUT = 'sync_throughput_records_per_second'

const PERCENTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const

interface Totals {
  readonly atSeconds: number
  readonly processed: number
  readonly failed: number
  /** Records per bucket of the processing latency, not cumulative. */
  readonly buckets: readonly number[]
}

/** A total that is watched, and where its rate is shown. */
interface Fading {
  readonly gauge: Gauge
  total: number
  perSecond: number
}

/** Rates and percentiles, reckoned from counters once a second by whoever reads them: the sync spends nothing on them. */
export class Rates {
  readonly #reader: SeriesReader
  readonly #registry: MetricRegistry
  readonly #fading = new Map<string, Fading>()
  readonly #notes: Totals[] = []
  #lastSeconds: number | null = null

  constructor(reader: SeriesReader, registry: MetricRegistry) {
    this.#reader = reader
    this.#registry = registry
  }

  /** Looks at the counters; call it about once a second. */
  look(nowSeconds: number): void {
    const passed = this.#lastSeconds === null ? 0 : nowSeconds - this.#lastSeconds
    this.#lastSeconds = nowSeconds
    const byTable = valuesBy(this.#reader, 'sync_records_processed_total', 'table')
    const byDirection = valuesBy(this.#reader, 'sync_bytes_total', 'direction')
    let sum = 0
    for (const [table, total] of byTable) {
      sum += total
      this.#show(`table ${table}`, total, passed, () => this.#registry.gauge(THROUGHPUT, [table]))
    }
    this.#show('all', sum, passed, () => this.#registry.gauge('sync_records_per_second', []))
    for (const [direction, total] of byDirection)
      this.#show(`bytes ${direction}`, total, passed, () => this.#registry.gauge('sync_bytes_per_second', [direction]))
    this.#forget(byTable)
    this.#window(nowSeconds, sum)
  }

  #show(key: string, total: number, passedSeconds: number, gaugeOf: () => Gauge): void {
    const known = this.#fading.get(key) ?? { gauge: gaugeOf(), total, perSecond: 0 }
    this.#fading.set(key, known)
    if (passedSeconds > 0) {
      known.perSecond = faded(known.perSecond, (total - known.total) / passedSeconds, passedSeconds)
      known.total = total
    }
    known.gauge.set(known.perSecond)
  }

  /** Tables that are gone have no rate any more. */
  #forget(byTable: ReadonlyMap<string, number>): void {
    for (const key of this.#fading.keys()) {
      const table = key.startsWith('table ') ? key.slice('table '.length) : null
      if (table === null || byTable.has(table)) continue
      this.#fading.delete(key)
      this.#registry.remove(THROUGHPUT, [table])
    }
  }

  #window(nowSeconds: number, processed: number): void {
    const newest = this.#notes.at(-1)
    if (newest && nowSeconds - newest.atSeconds < NOTE_EVERY_SECONDS) return
    const byTable = valuesBy(this.#reader, 'sync_records_failed_total', 'table')
    const failed = [...byTable.values()].reduce((sum, count) => sum + count, 0)
    const now = {
      atSeconds: nowSeconds,
      processed,
      failed,
      buckets: this.#reader.bucketSums('sync_processing_latency_seconds'),
    }
    this.#notes.push(now)
    while ((this.#notes[1]?.atSeconds ?? nowSeconds) <= nowSeconds - WINDOW_SECONDS) this.#notes.shift()
    const oldest = this.#notes[0] ?? now
    const newProcessed = now.processed - oldest.processed
    const newFailed = now.failed - oldest.failed
    this.#registry.gauge('sync_error_ratio', []).set(newFailed / (newProcessed + newFailed))
    const buckets = now.buckets.map((count, index) => count - (oldest.buckets[index] ?? 0))
    const { buckets: bounds } = METRICS.sync_processing_latency_seconds
    for (const [name, share] of PERCENTILES)
      this.#registry.gauge('sync_processing_latency_percentile_seconds', [name]).set(percentile(buckets, bounds, share))
  }
}

/** An exponentially weighted average after one more measurement that covers `passedSeconds`. Pure. */
export function faded(before: number, measured: number, passedSeconds: number): number {
  const weight = 1 - Math.exp(-passedSeconds / FADE_SECONDS)
  const after = before + (measured - before) * weight
  return after < 0.001 ? 0 : after
}

/**
 * The value below which a share of observations lies, interpolated within its bucket as Prometheus' histogram_quantile does; the highest
 * bound when it lies above that; NaN without observations. Pure.
 * @param counts per bucket, not cumulative, the last one above all bounds
 */
export function percentile(counts: readonly number[], bounds: readonly number[], share: number): number {
  const all = counts.reduce((sum, count) => sum + count, 0)
  if (all <= 0) return Number.NaN
  let below = 0
  for (const [index, bound] of bounds.entries()) {
    const here = counts[index] ?? 0
    if (below + here >= all * share && here > 0) {
      const from = index === 0 ? 0 : (bounds[index - 1] ?? 0)
      return from + ((bound - from) * (all * share - below)) / here
    }
    below += here
  }
  return bounds.at(-1) ?? Number.NaN
}
