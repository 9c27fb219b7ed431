import { type LabelValues, type MetricName, type MetricNameOf, METRICS, type MomentName } from './catalogue.ts'
import { Counter, Gauge, Histogram, Moment } from './instruments.ts'
import type { MetricFamily } from './metric-family.ts'
import type { SeriesNews } from './series-news.ts'

/** 64 KiB: 8192 cells. */
const PAGE_BYTES = 65_536

/** What a registry needs. */
export interface MetricRegistryOptions {
  /** Takes news of series, a few at a time, soon after they came. */
  readonly announce: (news: readonly SeriesNews[]) => void
  /** Lines of the exposition that all series together may have. */
  readonly maxSeries: number
}

type Instrument = Counter | Gauge | Moment | Histogram

interface Place {
  readonly cells: Float64Array
  readonly page: number
  readonly at: number
}

interface Child<T> {
  readonly name: MetricName
  readonly labels: readonly string[]
  readonly instrument: T
  readonly place: Place
  readonly lines: number
  shown: boolean
}

/**
 * Where metrics are written. Values lie in shared memory, so that another thread shows them while this one works, or hangs.
 *
 * Asking for a series makes it on first use; keep the answer where it is written often. Only one thread writes to a registry. A value is
 * one aligned 8-byte store, which other threads see whole. Above the cap series are written to a place that nobody shows, and counted
 * in `sync_metrics_series_dropped_total`.
 */
export class MetricRegistry {
  readonly #options: MetricRegistryOptions
  readonly #children = new Map<string, Child<Instrument>>()
  readonly #dropped = new Set<string>()
  #lines = 0
  readonly #pages: SharedArrayBuffer[] = []
  #cells: Float64Array = new Float64Array(0)
  #used = 0
  #news: SeriesNews[] = []
  #isTelling = false

  constructor(options: MetricRegistryOptions) {
    this.#options = options
  }

  /** The counter with these label values. Starts at 0. */
  counter<Name extends MetricNameOf<'counter'>>(name: Name, labels: LabelValues<Name>): Counter {
    return this.#child(name, labels, Counter, ({ cells, at }) => new Counter(cells, at))
  }

  /** The gauge with these label values. Starts at NaN, which is not shown. */
  gauge<Name extends Exclude<MetricNameOf<'gauge'>, MomentName>>(name: Name, labels: LabelValues<Name>): Gauge {
    return this.#child(name, labels, Gauge, ({ cells, at }) => {
      cells[at] = Number.NaN
      return new Gauge(cells, at)
    })
  }

  /** The time since a moment, with these label values. Not shown before one is set. */
  moment<Name extends MomentName>(name: Name, labels: LabelValues<Name>): Moment {
    return this.#child(name, labels, Moment, ({ cells, at }) => {
      cells[at] = Number.NaN
      return new Moment(cells, at)
    })
  }

  /** The histogram with these label values. */
  histogram<Name extends MetricNameOf<'histogram'>>(name: Name, labels: LabelValues<Name>): Histogram {
    const family: MetricFamily = METRICS[name]
    return this.#child(name, labels, Histogram, ({ cells, at }) => new Histogram(cells, at, family.buckets ?? []))
  }

  /** Shows the series no more. It comes back with its old value when it is asked for again. */
  remove<Name extends MetricName>(name: Name, labels: LabelValues<Name>): void {
    const texts: readonly string[] = labels
    const child = this.#children.get(keyOf(name, texts))
    if (!child?.shown) return
    child.shown = false
    this.#lines -= child.lines
    this.#tell({ tag: 'gone', family: name, labels: texts })
  }

  /** All that is shown now: for a reader in the place of the one before. What was yet to be announced is in it, and is not announced again. */
  anew(): readonly SeriesNews[] {
    this.#news = []
    const pages = this.#pages.map((buffer, page) => ({ tag: 'page', page, buffer }) as const)
    const shown = [...this.#children.values()].filter((child) => child.shown)
    return [...pages, ...shown.map(shownNews)]
  }

  #child<T extends Instrument>(
    name: MetricName,
    labels: readonly string[],
    kind: abstract new (...args: never[]) => T,
    make: (place: Place) => T,
  ): T {
    const key = keyOf(name, labels)
    const known = this.#children.get(key)
    if (known?.instrument instanceof kind) {
      if (!known.shown) this.#show(known)
      return known.instrument
    }
    const family: MetricFamily = METRICS[name]
    const lines = family.buckets === undefined ? 1 : family.buckets.length + 3
    if (this.#lines + lines > this.#options.maxSeries) return this.#drop(key, family, make)
    const place = this.#allot(cellsOf(family))
    const instrument = make(place)
    const child = { name, labels, instrument, place, lines, shown: false }
    this.#children.set(key, child)
    this.#show(child)
    return instrument
  }

  #show(child: Child<unknown>): void {
    child.shown = true
    this.#lines += child.lines
    this.#tell(shownNews(child))
  }

  #drop<T>(key: string, family: MetricFamily, make: (place: Place) => T): T {
    if (!this.#dropped.has(key)) {
      this.#dropped.add(key)
      this.#droppedTotal.add()
    }
    return make({ cells: new Float64Array(cellsOf(family)), page: -1, at: 0 })
  }

  get #droppedTotal(): Counter {
    const key = keyOf('sync_metrics_series_dropped_total', [])
    const known = this.#children.get(key)?.instrument
    if (known instanceof Counter) return known
    const place = this.#allot(1)
    const instrument = new Counter(place.cells, place.at)
    const name = 'sync_metrics_series_dropped_total'
    const child: Child<Instrument> = { name, labels: [], instrument, place, lines: 1, shown: false }
    this.#children.set(key, child)
    this.#show(child)
    return instrument
  }

  #allot(count: number): Place {
    if (this.#used + count > this.#cells.length) {
      const buffer = new SharedArrayBuffer(PAGE_BYTES)
      this.#cells = new Float64Array(buffer)
      this.#pages.push(buffer)
      this.#used = 0
      this.#tell({ tag: 'page', page: this.#pages.length - 1, buffer })
    }
    const at = this.#used
    this.#used += count
    return { cells: this.#cells, page: this.#pages.length - 1, at }
  }

  #tell(news: SeriesNews): void {
    this.#news.push(news)
    if (this.#isTelling) return
    this.#isTelling = true
    queueMicrotask(() => {
      this.#isTelling = false
      const all = this.#news
      this.#news = []
      if (all.length > 0) this.#options.announce(all)
    })
  }
}

function shownNews({ name, labels, place }: Child<unknown>): SeriesNews {
  return { tag: 'series', family: name, labels, page: place.page, at: place.at }
}

/** Cells that a series of the family takes. */
export function cellsOf(family: MetricFamily): number {
  if (family.buckets !== undefined) return family.buckets.length + 2
  return family.holds === 'moment' ? 2 : 1
}

function keyOf(name: string, labels: readonly string[]): string {
  return labels.length === 0 ? name : `${name}\u0000${labels.join('\u0000')}`
}
