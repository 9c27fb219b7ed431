import { bucketQuantile } from './bucket-quantile.ts'
import { Values, type Column } from './column.ts'
import { Grouping, slotIn } from './gauge-column.ts'
import { CounterWindow } from './growth-column.ts'
import type { MetricSeries, MetricSource } from './metric-source.ts'
import type { Universe } from './universe.ts'

/** Buckets of a histogram, `slot` by `slot`. */
const MOST_BUCKETS = 64

/** A quantile of what a histogram saw in a window. */
export class QuantileColumn implements Column {
  readonly universe: Universe
  readonly #source: MetricSource
  readonly #leaf: { readonly quantile: number; readonly family: string; readonly windowMs: number }
  readonly #window: CounterWindow
  readonly #grouping: Grouping
  readonly #bounds: number[] = []
  readonly #counts = new Values()
  readonly #values = new Values()

  constructor(
    universe: Universe,
    source: MetricSource,
    leaf: { readonly quantile: number; readonly family: string; readonly windowMs: number },
  ) {
    this.universe = universe
    this.#source = source
    this.#leaf = leaf
    this.#window = new CounterWindow(leaf.windowMs)
    const slotOf = slotIn(universe, {})
    this.#grouping = new Grouping((series) => {
      const slot = slotOf(series)
      const bucket = this.#bucketOf(series)
      return slot === null || bucket === null ? null : slot * MOST_BUCKETS + bucket
    })
  }

  at(slot: number): number {
    return this.#values.at(slot)
  }

  update(atMs: number): void {
    const members = this.#grouping.of(this.#source.series(`${this.#leaf.family}_bucket`))
    const size = this.universe.size * MOST_BUCKETS
    const counts = this.#counts.cleared(size)
    for (const [series, cell] of members) {
      const before = counts[cell]
      counts[cell] = series.value() + (before === undefined || Number.isNaN(before) ? 0 : before)
    }
    this.#window.add(atMs, size, (cell) => this.#counts.at(cell))
    const order = this.#bounds.map((upperBound, bucket) => ({ upperBound, bucket }))
    order.sort((a, b) => a.upperBound - b.upperBound)
    const values = this.#values.cleared(this.universe.size)
    for (let slot = 0; slot < this.universe.size; slot += 1) {
      const buckets = order.map(({ upperBound, bucket }) => ({
        upperBound,
        count: this.#window.increase(slot * MOST_BUCKETS + bucket, atMs),
      }))
      values[slot] = bucketQuantile(this.#leaf.quantile, buckets)
    }
  }

  #bucketOf({ labels }: MetricSeries): number | null {
    const le = labels['le']
    if (le === undefined) return null
    const upperBound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
    const known = this.#bounds.indexOf(upperBound)
    if (known >= 0) return known
    if (this.#bounds.length === MOST_BUCKETS) return null
    this.#bounds.push(upperBound)
    return this.#bounds.length - 1
  }
}
