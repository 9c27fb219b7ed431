import type { FreshnessObjective } from '../../../config/alerting/objectives-section.ts'
import {
  isLeaf,
  type LabelFilter,
  type SeriesExpression,
  type SeriesLeaf,
} from '../../../config/alerting/series-expression.ts'
import { signalNamed } from '../../../config/alerting/signal-catalogue.ts'

/** One Prometheus may scrape several pipelines: these labels keep them apart. */
export const TARGET_LABELS = 'job, instance'

/** The labels of everything that is told per `per`, as a list of PromQL. */
export function labelsPer(per: string | undefined): string {
  return per === undefined ? TARGET_LABELS : `${TARGET_LABELS}, ${per}`
}

/** Milliseconds as PromQL writes them. */
export function promDuration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const
  const unit = units.find(([, size]) => ms >= size && ms % size === 0)
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`
}

const quoted = (text: string): string => JSON.stringify(text)

function selector(family: string, where: LabelFilter = {}): string {
  const filters = Object.entries(where).map(([name, value]) =>
    typeof value === 'string' ? `${name}=${quoted(value)}` : `${name}=~${quoted(value.join('|'))}`,
  )
  return filters.length === 0 ? family : `${family}{${filters.join(', ')}}`
}

function leafText(leaf: SeriesLeaf, by: string, window: string): string {
  switch (leaf.tag) {
    case 'latest':
      return `${leaf.aggregation} by (${leaf.ofAll ? TARGET_LABELS : by}) (${selector(leaf.family, leaf.where)})`
    case 'rate':
    case 'increase':
      return `sum by (${by}) (${leaf.tag}(${selector(leaf.family, leaf.where)}[${window}]))`
    case 'quantile': {
      const rates = `sum by (${by}, le) (rate(${leaf.family}_bucket[${window}]))`
      return `(histogram_quantile(${leaf.quantile}, ${rates}) >= 0)`
    }
  }
}

/** Writes signals as PromQL, each with exactly the labels of its `per`, and without NaN. */
export class SignalWriter {
  readonly #objectives: readonly FreshnessObjective[]

  constructor(objectives: readonly FreshnessObjective[]) {
    this.#objectives = objectives
  }

  /** The expression of a signal over a window. */
  signal(name: string, per: string | undefined, windowMs: number): string {
    return this.#write(signalNamed(name).expression, per, windowMs)
  }

  #write(expression: SeriesExpression, per: string | undefined, windowMs: number): string {
    const inner = (of: SeriesExpression): string => this.#write(of, per, windowMs)
    if (isLeaf(expression)) return leafText(expression, labelsPer(per), promDuration(windowMs))
    switch (expression.tag) {
      case 'arithmetic':
        return this.#arithmetic(expression, per, windowMs)
      case 'or-zero':
        return `(${inner(expression.of)} or 0 * ${inner(expression.like)})`
      case 'floor0':
        return `clamp_min(${inner(expression.of)}, 0)`
      case 'age':
        return `(time() - ${inner(expression.of)})`
      case 'only-where':
      case 'freshness-burn':
        return this.#perTable(expression, per)
      case 'labelled':
        return labelled(expression, per)
    }
  }

  #arithmetic(
    { op, left, right }: Extract<SeriesExpression, { readonly tag: 'arithmetic' }>,
    per: string | undefined,
    windowMs: number,
  ): string {
    const a = this.#write(left, per, windowMs)
    const b = this.#write(right, per, windowMs)
    const isForAll = per !== undefined && right.tag === 'latest' && right.ofAll === true
    const matching = isForAll ? ` on (${TARGET_LABELS}) group_left ()` : ''
    return op === '/' ? `(${a} /${matching} (${b} > 0))` : `(${a} ${op}${matching} ${b})`
  }

  #perTable(
    expression: Extract<SeriesExpression, { readonly tag: 'only-where' | 'freshness-burn' }>,
    per: string | undefined,
  ): string {
    if (per === undefined) return `max by (${TARGET_LABELS}) (${this.#perTable(expression, 'table')})`
    if (expression.tag === 'freshness-burn') return this.#freshnessBurn(expression.family, per)
    const of = this.#write(expression.of, per, 0)
    return `(${of} and on (${labelsPer(per)}) (${this.#write(expression.condition, per, 0)} == 1))`
  }

  #freshnessBurn(family: string, per: string): string {
    const parts = this.#objectives.map(({ tablePattern, freshnessMs, target }, index) => {
      const earlier = this.#objectives.slice(0, index).map((each) => each.tablePattern.regExp)
      const filters = [
        `table=~${quoted(tablePattern.regExp)}`,
        ...(earlier.length === 0 ? [] : [`table!~${quoted(earlier.join('|'))}`]),
      ]
      const isLate = `(max by (${labelsPer(per)}) (${family}{${filters.join(', ')}}) > bool ${freshnessMs / 1000})`
      return `${isLate} * ${Number((1 / (1 - target)).toPrecision(12))}`
    })
    return `(${parts.join(' or ')})`
  }
}

function labelled(
  { label, members }: Extract<SeriesExpression, { readonly tag: 'labelled' }>,
  per: string | undefined,
): string {
  const parts = Object.entries(members).map(
    ([value, family]) =>
      `label_replace(min by (${TARGET_LABELS}) (${family}), ${quoted(label)}, ${quoted(value)}, "", "")`,
  )
  const all = `(${parts.join(' or ')})`
  return per === undefined ? `min by (${TARGET_LABELS}) ${all}` : all
}
