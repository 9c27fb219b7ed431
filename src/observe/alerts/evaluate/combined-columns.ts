import type { FreshnessObjective } from '../../../config/alerting/objectives-section.ts'
import { Values, valueFor, type Column } from './column.ts'
import { HistoryRing } from './history-ring.ts'
import type { Universe } from './universe.ts'

/** A column that is reckoned slot by slot from others. */
export class MappedColumn implements Column {
  readonly universe: Universe
  readonly #valueAt: (slot: number, atMs: number) => number
  readonly #values = new Values()

  constructor(universe: Universe, valueAt: (slot: number, atMs: number) => number) {
    this.universe = universe
    this.#valueAt = valueAt
  }

  at(slot: number): number {
    return this.#values.at(slot)
  }

  update(atMs: number): void {
    const { size } = this.universe
    const values = this.#values.cleared(size)
    for (let slot = 0; slot < size; slot += 1) values[slot] = this.#valueAt(slot, atMs)
  }
}

/** `left op right`; a division by what is not above 0 has no value. */
export function arithmeticColumn(op: '+' | '-' | '/', left: Column, right: Column): Column {
  const { universe } = left
  return new MappedColumn(universe, (slot) => {
    const a = left.at(slot)
    const b = valueFor(right, universe, slot)
    if (op === '/') return b > 0 ? a / b : Number.NaN
    return op === '+' ? a + b : a - b
  })
}

/** `of`, and 0 where only `like` has a value. */
export function orZeroColumn(of: Column, like: Column): Column {
  return new MappedColumn(of.universe, (slot) => {
    const value = of.at(slot)
    return Number.isNaN(value) && !Number.isNaN(valueFor(like, of.universe, slot)) ? 0 : value
  })
}

/** How fast tables use up the error budget of their objective: 1 / (1 - target) while they are late, else 0. */
export function freshnessBurnColumn(lag: Column, objectives: readonly FreshnessObjective[]): Column {
  const patterns = objectives.map((each) => ({
    ...each,
    matches: new RegExp(`^(?:${each.tablePattern.regExp})$`, 's'),
  }))
  const chosen: ((typeof patterns)[number] | undefined)[] = []
  return new MappedColumn(lag.universe, (slot) => {
    if (!(slot in chosen)) {
      const { table = '' } = lag.universe.labelsOf(slot)
      chosen[slot] = patterns.find(({ matches }) => matches.test(table))
    }
    const objective = chosen[slot]
    const lagSeconds = lag.at(slot)
    if (!objective || Number.isNaN(lagSeconds)) return Number.NaN
    return lagSeconds > objective.freshnessMs / 1000 ? 1 / (1 - objective.target) : 0
  })
}

/** The average, largest or smallest of the values that a column had in the last `spanMs`. */
export class OverTimeColumn implements Column {
  readonly universe: Universe
  readonly #of: Column
  readonly #how: 'avg' | 'max' | 'min'
  readonly #ring: HistoryRing
  readonly #values = new Values()

  constructor(of: Column, how: 'avg' | 'max' | 'min', spanMs: number) {
    this.universe = of.universe
    this.#of = of
    this.#how = how
    this.#ring = new HistoryRing(spanMs)
  }

  at(slot: number): number {
    return this.#values.at(slot)
  }

  update(atMs: number): void {
    const { size } = this.universe
    this.#ring.add(atMs, size, (slot) => this.#of.at(slot))
    const values = this.#values.cleared(size)
    const isNew = this.#ring.timeOf(this.#ring.length - 1) === atMs
    for (let slot = 0; slot < size; slot += 1) {
      values[slot] = this.#summary(slot, isNew ? Number.NaN : this.#of.at(slot))
    }
  }

  /** `present` counts as one more point; NaN: it is the newest one already, or there is none. */
  #summary(slot: number, present: number): number {
    let sum = 0
    let count = 0
    let largest = Number.NEGATIVE_INFINITY
    let smallest = Number.POSITIVE_INFINITY
    for (let index = 0; index <= this.#ring.length; index += 1) {
      const value = index < this.#ring.length ? this.#ring.valueOf(index, slot) : present
      if (Number.isNaN(value)) continue
      sum += value
      count += 1
      if (value > largest) largest = value
      if (value < smallest) smallest = value
    }
    if (count === 0) return Number.NaN
    return this.#how === 'avg' ? sum / count : this.#how === 'max' ? largest : smallest
  }
}
