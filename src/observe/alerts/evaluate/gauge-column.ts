import type { Aggregation, LabelFilter } from '../../../config/alerting/series-expression.ts'
import { Values, type Column } from './column.ts'
import type { MetricSeries, MetricSource } from './metric-source.ts'
import type { Universe } from './universe.ts'

/** Whether a series has the labels that are asked for. */
export function passes(labels: Readonly<Record<string, string>>, where: LabelFilter): boolean {
  return Object.entries(where).every(([name, wanted]) => {
    const value = labels[name] ?? ''
    return typeof wanted === 'string' ? value === wanted : wanted.includes(value)
  })
}

/** Which series go into which slot; reckoned again only when series have come or gone. */
export class Grouping {
  readonly #slotOf: (series: MetricSeries) => number | null
  #of: readonly MetricSeries[] = []
  #members: readonly (readonly [series: MetricSeries, slot: number])[] = []

  constructor(slotOf: (series: MetricSeries) => number | null) {
    this.#slotOf = slotOf
  }

  /** The series that count, each with its slot. */
  of(series: readonly MetricSeries[]): readonly (readonly [series: MetricSeries, slot: number])[] {
    if (series === this.#of) return this.#members
    this.#of = series
    this.#members = series.flatMap((each) => {
      const slot = this.#slotOf(each)
      return slot === null ? [] : [[each, slot] as const]
    })
    return this.#members
  }
}

/** The slot of a series by the label of the universe; null when it lacks the label or is filtered out. */
export function slotIn(universe: Universe, where: LabelFilter): (series: MetricSeries) => number | null {
  return ({ labels }) => {
    if (!passes(labels, where)) return null
    if (universe.label === undefined) return 0
    const value = labels[universe.label]
    return value === undefined ? null : universe.slotOf(value)
  }
}

const COMBINE: Readonly<Record<Aggregation, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
}

/** The present values of a metric, several series of one slot made into one. */
export class GaugeColumn implements Column {
  readonly universe: Universe
  readonly #source: MetricSource
  readonly #family: string
  readonly #combine: (a: number, b: number) => number
  readonly #grouping: Grouping
  readonly #values = new Values()

  constructor(
    universe: Universe,
    source: MetricSource,
    leaf: { readonly family: string; readonly aggregation: Aggregation; readonly where?: LabelFilter | undefined },
  ) {
    this.universe = universe
    this.#source = source
    this.#family = leaf.family
    this.#combine = COMBINE[leaf.aggregation]
    this.#grouping = new Grouping(slotIn(universe, leaf.where ?? {}))
  }

  at(slot: number): number {
    return this.#values.at(slot)
  }

  update(): void {
    const members = this.#grouping.of(this.#source.series(this.#family))
    const values = this.#values.cleared(this.universe.size)
    for (const [series, slot] of members) {
      const value = series.value()
      if (Number.isNaN(value)) continue
      const before = values[slot]
      values[slot] = before === undefined || Number.isNaN(before) ? value : this.#combine(before, value)
    }
  }
}
