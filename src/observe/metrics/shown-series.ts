import type { Clock } from '../../core/clock.ts'
import { type MetricName, METRICS } from './catalogue.ts'
import { labelPairs, sampleText } from './sample-text.ts'
import type { MetricFamily } from './metric-family.ts'
import type { Series } from './series-reader.ts'

interface Part {
  readonly cells: Float64Array
  readonly at: number
}

/** A series as it is shown: where its cells lie, and its texts, made once. */
export class ShownSeries {
  readonly family: MetricFamily
  readonly lines: number
  readonly #name: MetricName
  readonly labels: Readonly<Record<string, string>>
  readonly #clock: Pick<Clock, 'now'>
  readonly #parts: Part[] = []
  #texts: readonly string[] | null = null

  constructor(name: MetricName, labels: readonly string[], clock: Pick<Clock, 'now'>) {
    this.family = METRICS[name]
    this.lines = this.family.buckets === undefined ? 1 : this.family.buckets.length + 3
    this.#name = name
    this.#clock = clock
    this.labels = Object.fromEntries(this.family.labels.map((label, index) => [label, labels[index] ?? '']))
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0
  }

  /** One more registry has this series. */
  add(cells: Float64Array, at: number): void {
    this.#parts.push({ cells, at })
  }

  /** The registry that owns these pages shows it no more. */
  leave(pages: readonly Float64Array[]): void {
    const kept = this.#parts.filter(({ cells }) => !pages.includes(cells))
    this.#parts.splice(0, this.#parts.length, ...kept)
  }

  /** Sample names with their labels, a space at the end: one, or a histogram's buckets, sum and count in this order. */
  get texts(): readonly string[] {
    this.#texts ??= this.#makeTexts()
    return this.#texts
  }

  /** Value of a counter or gauge; NaN while it is not known. */
  value(): number {
    const value = this.cell(0)
    if (this.family.holds !== 'moment') return value
    const passed = Math.max(0, this.#clock.now() / 1000 - value)
    return passed <= this.cell(1) ? 0 : passed
  }

  /** A cell as it lies in memory, over all registries. */
  cell(index: number): number {
    const [first] = this.#parts
    if (first === undefined) return Number.NaN
    let sum = first.cells[first.at + index] ?? Number.NaN
    for (let part = 1; part < this.#parts.length; part++) {
      const other = this.#parts[part]
      if (other) sum += other.cells[other.at + index] ?? Number.NaN
    }
    return sum
  }

  asSeries(): Series {
    return { family: this.#name, labels: this.labels, value: () => this.value() }
  }

  /** The series of one part of a histogram: `bucket`, `sum` or `count`. */
  asHistogramSeries(part: string): readonly Series[] {
    const bounds = this.family.buckets ?? []
    const family = `${this.#name}_${part}`
    if (part === 'sum') return [{ family, labels: this.labels, value: () => this.cell(bounds.length + 1) }]
    const upTo = (last: number): number => {
      let count = 0
      for (let index = 0; index <= last; index++) count += this.cell(index)
      return count
    }
    if (part === 'count') return [{ family, labels: this.labels, value: () => upTo(bounds.length) }]
    return [...bounds.map(String), '+Inf'].map((le, index) => {
      return { family, labels: { ...this.labels, le }, value: () => upTo(index) }
    })
  }

  #makeTexts(): readonly string[] {
    const name = this.#name
    const { buckets } = this.family
    const pairs = labelPairs(this.labels)
    if (buckets === undefined) return [sampleText(name, pairs)]
    const before = pairs === '' ? `${name}_bucket{le="` : `${name}_bucket{${pairs},le="`
    const texts: string[] = []
    for (const bound of buckets) texts.push(`${before}${bound}"} `)
    texts.push(`${before}+Inf"} `, sampleText(`${name}_sum`, pairs), sampleText(`${name}_count`, pairs))
    return texts
  }
}
