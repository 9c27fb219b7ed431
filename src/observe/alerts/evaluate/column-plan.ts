import type { FreshnessObjective } from '../../../config/alerting/objectives-section.ts'
import type { Reading } from '../../../config/alerting/condition.ts'
import { isLeaf, type SeriesExpression, type SeriesLeaf } from '../../../config/alerting/series-expression.ts'
import { signalNamed } from '../../../config/alerting/signal-catalogue.ts'
import { BaselineColumn } from './baseline-column.ts'
import {
  arithmeticColumn,
  freshnessBurnColumn,
  MappedColumn,
  orZeroColumn,
  OverTimeColumn,
} from './combined-columns.ts'
import { valueFor, type Column } from './column.ts'
import { ForecastColumn } from './forecast-column.ts'
import { GaugeColumn } from './gauge-column.ts'
import { GrowthColumn } from './growth-column.ts'
import type { MetricSource } from './metric-source.ts'
import { QuantileColumn } from './quantile-column.ts'
import type { HourSummary } from './signal-baseline.ts'
import { Universe } from './universe.ts'

/** Past hours of a signal, from before a restart. */
export type RememberedBaselines = (signal: string, label: string, labelValue: string) => readonly HourSummary[]

/** What columns are made of. */
export interface ColumnSurroundings {
  readonly source: MetricSource
  readonly objectives: readonly FreshnessObjective[]
  readonly remembered: RememberedBaselines
}

/** Makes the columns that conditions read, each only once, and keeps them in the order in which they depend on each other. */
export class ColumnPlan {
  readonly #around: ColumnSurroundings
  readonly #universes = new Map<string, Universe>()
  readonly #signals = new Map<string, Column>()
  readonly #baselines = new Map<string, BaselineColumn>()
  readonly #forecasts = new Map<string, ForecastColumn>()
  readonly #ordered: Column[] = []

  constructor(around: ColumnSurroundings) {
    this.#around = around
  }

  /** All columns; each after those that it is made of. */
  get columns(): readonly Column[] {
    return this.#ordered
  }

  /** The baselines that are learned, by signal and label. */
  get baselines(): readonly (readonly [signal: string, column: BaselineColumn])[] {
    return [...this.#baselines].map(([key, column]) => [key.slice(0, key.indexOf(' ')), column] as const)
  }

  /** The members of a label; of undefined, the one member for everything. */
  universe(label: string | undefined): Universe {
    const key = label ?? ''
    const known = this.#universes.get(key) ?? new Universe(label)
    this.#universes.set(key, known)
    return known
  }

  /** A signal as a condition reads it, per value of the label where the signal has that label. */
  reading({ signal, how, spanMs }: Reading, per: string | undefined): Column {
    const { windowMs } = signalNamed(signal)
    if (how === 'now') return this.#signal(signal, per, windowMs ?? 0)
    if (how === 'over') return this.#signal(signal, per, spanMs)
    if (how === 'baseline') return this.baseline(signal, per)
    if (how === 'forecast') return this.forecast(signal, per, spanMs)
    const of = this.#signal(signal, per, windowMs ?? 0)
    const key = keyOf(`${signal} ${how} ${spanMs}`, of.universe)
    return this.#once(this.#signals, key, () => new OverTimeColumn(of, how, spanMs))
  }

  /** What is normal for a signal. */
  baseline(signal: string, per: string | undefined): BaselineColumn {
    const of = this.#signal(signal, per, signalNamed(signal).windowMs ?? 0)
    const remembered = (labelValue: string): readonly HourSummary[] =>
      this.#around.remembered(signal, of.universe.label ?? '', labelValue)
    return this.#once(this.#baselines, keyOf(signal, of.universe), () => new BaselineColumn(of, remembered))
  }

  /** What a signal will be. */
  forecast(signal: string, per: string | undefined, aheadMs: number): ForecastColumn {
    const of = this.#signal(signal, per, signalNamed(signal).windowMs ?? 0)
    const key = keyOf(`${signal} ${aheadMs}`, of.universe)
    return this.#once(this.#forecasts, key, () => new ForecastColumn(of, aheadMs))
  }

  #signal(name: string, per: string | undefined, windowMs: number): Column {
    const { expression, labels } = signalNamed(name)
    const label = per !== undefined && labels.includes(per) ? per : undefined
    return this.#expression(expression, this.universe(label), windowMs)
  }

  #expression(expression: SeriesExpression, universe: Universe, windowMs: number): Column {
    const key = keyOf(`${JSON.stringify(expression)} ${windowMs}`, universe)
    return this.#once(this.#signals, key, () => this.#make(expression, universe, windowMs))
  }

  #make(expression: SeriesExpression, universe: Universe, windowMs: number): Column {
    const inner = (of: SeriesExpression): Column => this.#expression(of, universe, windowMs)
    if (isLeaf(expression)) return this.#leaf(expression, universe, windowMs)
    switch (expression.tag) {
      case 'arithmetic':
        return arithmeticColumn(expression.op, inner(expression.left), inner(expression.right))
      case 'or-zero':
        return orZeroColumn(inner(expression.of), inner(expression.like))
      case 'floor0': {
        const of = inner(expression.of)
        return new MappedColumn(universe, (slot) => Math.max(0, of.at(slot)))
      }
      case 'age': {
        const of = inner(expression.of)
        return new MappedColumn(universe, (slot, atMs) => atMs / 1000 - of.at(slot))
      }
      case 'only-where':
      case 'freshness-burn':
        return this.#perTable(expression, universe)
      case 'labelled':
        return this.#labelled(expression, universe)
    }
  }

  #leaf(leaf: SeriesLeaf, universe: Universe, windowMs: number): Column {
    const { source } = this.#around
    switch (leaf.tag) {
      case 'latest':
        return new GaugeColumn(leaf.ofAll ? this.universe(undefined) : universe, source, leaf)
      case 'rate':
      case 'increase':
        return new GrowthColumn(this.#counter(leaf, universe), windowMs, leaf.tag)
      case 'quantile':
        return new QuantileColumn(universe, source, { ...leaf, windowMs })
    }
  }

  #counter(leaf: Extract<SeriesExpression, { readonly tag: 'rate' | 'increase' }>, universe: Universe): Column {
    const sum = { family: leaf.family, where: leaf.where, aggregation: 'sum' } as const
    const key = keyOf(`counter ${JSON.stringify(sum)}`, universe)
    return this.#once(this.#signals, key, () => new GaugeColumn(universe, this.#around.source, sum))
  }

  /** These are about single tables; for the pipeline as a whole the largest value counts. */
  #perTable(
    expression: Extract<SeriesExpression, { readonly tag: 'only-where' | 'freshness-burn' }>,
    universe: Universe,
  ): Column {
    if (universe.label === undefined) {
      const byTable = this.#expression(expression, this.universe('table'), 0)
      return new MappedColumn(universe, () => largest(byTable))
    }
    if (expression.tag === 'freshness-burn') {
      const lag = this.#expression({ tag: 'latest', family: expression.family, aggregation: 'max' }, universe, 0)
      return freshnessBurnColumn(lag, this.#around.objectives)
    }
    const of = this.#expression(expression.of, universe, 0)
    const condition = this.#expression(expression.condition, universe, 0)
    return new MappedColumn(universe, (slot) => (valueFor(condition, universe, slot) === 1 ? of.at(slot) : Number.NaN))
  }

  #labelled({ label, members }: Extract<SeriesExpression, { readonly tag: 'labelled' }>, universe: Universe): Column {
    const whole = this.universe(undefined)
    const columns = Object.entries(members).map(([value, family]) => {
      const column = this.#expression({ tag: 'latest', family, aggregation: 'min' }, whole, 0)
      if (universe.label === label) universe.slotOf(value)
      return { value, column }
    })
    if (universe.label === undefined) {
      return new MappedColumn(universe, () =>
        Math.min(...columns.map(({ column }) => column.at(0)).filter((value) => !Number.isNaN(value))),
      )
    }
    return new MappedColumn(universe, (slot) => {
      const value = universe.labelsOf(slot)[label]
      return columns.find((each) => each.value === value)?.column.at(0) ?? Number.NaN
    })
  }

  /** What makes a column may make others first, which then stand before it. */
  #once<T extends Column>(made: Map<string, T>, key: string, make: () => T): T {
    const known = made.get(key)
    if (known) return known
    const column = make()
    made.set(key, column)
    this.#ordered.push(column)
    return column
  }
}

function keyOf(text: string, { label }: Universe): string {
  return `${text} ${label ?? ''}`
}

function largest(column: Column): number {
  let found = Number.NaN
  for (let slot = 0; slot < column.universe.size; slot += 1) {
    const value = column.at(slot)
    if (Number.isNaN(found) || value > found) found = value
  }
  return found
}
