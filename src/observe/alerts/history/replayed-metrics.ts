import type { MetricSeries, MetricSource } from '../evaluate/metric-source.ts'
import type { SampleBlock, SampledSeries } from './sample-block.ts'

/** A series that comes and goes with the blocks. */
class ReplayedSeries implements MetricSeries {
  readonly labels: SampledSeries['labels']
  values: readonly number[] = []
  readonly #now: { readonly index: number }

  constructor(labels: SampledSeries['labels'], now: { readonly index: number }) {
    this.labels = labels
    this.#now = now
  }

  value(): number {
    return this.values[this.#now.index] ?? Number.NaN
  }
}

/** Metrics as they were, for rules that are tried on the past. */
export class ReplayedMetrics implements MetricSource {
  readonly #now = { index: 0 }
  readonly #known = new Map<string, ReplayedSeries>()
  readonly #families = new Map<string, readonly ReplayedSeries[]>()

  series(family: string): readonly MetricSeries[] {
    return this.#families.get(family) ?? NONE
  }

  /** Goes on to the samples of blocks that have the same times. */
  show(blocks: readonly SampleBlock[]): void {
    for (const series of this.#known.values()) series.values = []
    for (const { series } of blocks) for (const each of series) this.#seriesOf(each).values = each.values
  }

  /** Goes on to a sample of those that are shown. */
  at(index: number): void {
    this.#now.index = index
  }

  #seriesOf({ family, labels }: SampledSeries): ReplayedSeries {
    const key = `${family} ${JSON.stringify(labels)}`
    const known = this.#known.get(key)
    if (known) return known
    const made = new ReplayedSeries(labels, this.#now)
    this.#known.set(key, made)
    this.#families.set(family, [...(this.#families.get(family) ?? []), made])
    return made
  }
}

const NONE: readonly MetricSeries[] = []
