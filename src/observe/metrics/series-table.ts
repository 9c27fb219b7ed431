import type { Clock } from '../../core/clock.ts'
import { isMetricName, type MetricName, METRICS } from './catalogue.ts'
import type { MetricFamily } from './metric-family.ts'
import type { SeriesNews } from './series-news.ts'
import type { Series, SeriesReader } from './series-reader.ts'
import { ShownSeries } from './shown-series.ts'

/**
 * All series of this process as one thread sees them: those of its own registry and those that other threads announce. Two registries
 * that have the same series are added up.
 */
export class SeriesTable implements SeriesReader {
  readonly #clock: Pick<Clock, 'now'>
  readonly #families = new Map<MetricName, Map<string, ShownSeries>>()
  readonly #cache = new Map<string, readonly Series[]>()
  #lines = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Lines that an exposition would have at most. */
  get lines(): number {
    return this.#lines
  }

  /** Opens a feed for the news of one registry. */
  feed(): (news: readonly SeriesNews[]) => void {
    const pages = new Map<number, Float64Array>()
    return (news) => {
      for (const item of news) {
        if (item.tag === 'page') pages.set(item.page, new Float64Array(item.buffer))
        else if (item.tag === 'series') this.#add(item, pages.get(item.page) ?? new Float64Array(0))
        else this.#remove(item, pages)
      }
      if (news.some(({ tag }) => tag !== 'page')) this.#cache.clear()
    }
  }

  families(): readonly MetricName[] {
    return Object.keys(METRICS)
      .filter(isMetricName)
      .filter((name) => (this.#families.get(name)?.size ?? 0) > 0)
  }

  /** The series of a family of the catalogue, in the order in which they came. */
  shown(family: MetricName): Iterable<ShownSeries> {
    return this.#families.get(family)?.values() ?? []
  }

  series(family: string): readonly Series[] {
    const known = this.#cache.get(family)
    if (known) return known
    const made = this.#make(family)
    this.#cache.set(family, made)
    return made
  }

  bucketSums(family: string): readonly number[] {
    if (!isMetricName(family)) return []
    const sums: number[] = []
    for (const shown of this.shown(family)) {
      const last = shown.family.buckets?.length ?? -1
      for (let index = 0; index <= last; index++) sums[index] = (sums[index] ?? 0) + shown.cell(index)
    }
    return sums
  }

  #make(sample: string): readonly Series[] {
    if (isMetricName(sample)) {
      const family: MetricFamily = METRICS[sample]
      return family.type === 'histogram' ? [] : [...this.shown(sample)].map((shown) => shown.asSeries())
    }
    const [, name = '', part = ''] = /^(.*)_(bucket|sum|count)$/.exec(sample) ?? []
    if (!isMetricName(name) || METRICS[name].type !== 'histogram') return []
    return [...this.shown(name)].flatMap((shown) => shown.asHistogramSeries(part))
  }

  #add(item: Extract<SeriesNews, { readonly tag: 'series' }>, cells: Float64Array): void {
    const family = this.#families.get(item.family) ?? new Map<string, ShownSeries>()
    this.#families.set(item.family, family)
    const key = item.labels.join('\u0000')
    const known = family.get(key)
    if (known) known.add(cells, item.at)
    else {
      const shown = new ShownSeries(item.family, item.labels, this.#clock)
      shown.add(cells, item.at)
      family.set(key, shown)
      this.#lines += shown.lines
    }
  }

  #remove(item: Extract<SeriesNews, { readonly tag: 'gone' }>, pages: ReadonlyMap<number, Float64Array>): void {
    const family = this.#families.get(item.family)
    const key = item.labels.join('\u0000')
    const shown = family?.get(key)
    if (!family || !shown) return
    shown.leave([...pages.values()])
    if (!shown.isEmpty) return
    family.delete(key)
    this.#lines -= shown.lines
  }
}
