/** Labels that must have a value, or one of several values, for a series to count. */
export type LabelFilter = Readonly<Record<string, string | readonly string[]>>

/** How several series become one. */
export type Aggregation = 'sum' | 'max' | 'min'

/**
 * What a signal is made of, over the metrics of the catalogue. Two interpreters read it: the embedded evaluator, over the
 * metrics in memory, and the writer of PromQL; a test holds them to the same values. No value is ever NaN: where there is
 * nothing to tell (no series, nothing in the window, a division by zero) there is no value.
 */
export type SeriesExpression =
  /** The present value of a gauge. */
  | {
      readonly tag: 'latest'
      readonly family: string
      readonly aggregation: Aggregation
      readonly where?: LabelFilter | undefined
      /** The metric has no labels and counts for every value of the label that a rule is `per`. */
      readonly ofAll?: boolean | undefined
    }
  /** How fast a counter grows, per second over the window: the sum of its series. */
  | { readonly tag: 'rate'; readonly family: string; readonly where?: LabelFilter | undefined }
  /** How much a counter grew in the window: the sum of its series. */
  | { readonly tag: 'increase'; readonly family: string; readonly where?: LabelFilter | undefined }
  /** A quantile of what a histogram saw in the window, interpolated within its bucket as PromQL does. */
  | { readonly tag: 'quantile'; readonly quantile: number; readonly family: string }
  | {
      readonly tag: 'arithmetic'
      readonly op: '+' | '-' | '/'
      readonly left: SeriesExpression
      readonly right: SeriesExpression
    }
  /** Never below 0. */
  | { readonly tag: 'floor0'; readonly of: SeriesExpression }
  /** `of`, and 0 where only `like` has a value. */
  | { readonly tag: 'or-zero'; readonly of: SeriesExpression; readonly like: SeriesExpression }
  /** `of` where `condition` is 1; no value elsewhere. */
  | { readonly tag: 'only-where'; readonly of: SeriesExpression; readonly condition: SeriesExpression }
  /** Seconds since a moment in seconds since 1970. */
  | { readonly tag: 'age'; readonly of: SeriesExpression }
  /** Gauges without labels, each under a value of a label of its own. Without that label: the least of them. */
  | { readonly tag: 'labelled'; readonly label: string; readonly members: Readonly<Record<string, string>> }
  /** How fast a table uses up its freshness objective; 1 is exactly as fast as the objective allows. */
  | { readonly tag: 'freshness-burn'; readonly family: string }

/** What kind of number a signal is; decides how values are written. */
export type SignalUnit = 'ratio' | 'seconds' | 'bytes' | 'records' | 'records/s' | 'count' | 'yes/no'

/** A value that conditions can name. */
export interface SignalDefinition {
  readonly unit: SignalUnit
  /** Labels that a rule can ask it for, with `per`; without one it is a single value. */
  readonly labels: readonly string[]
  /** One sentence. */
  readonly help: string
  /** The window that it is counted over unless a condition says otherwise; absent: it is the present value. */
  readonly windowMs?: number | undefined
  readonly expression: SeriesExpression
}

/** The expressions that read metrics themselves. */
export type SeriesLeaf = Extract<SeriesExpression, { readonly tag: 'latest' | 'rate' | 'increase' | 'quantile' }>

/** Whether an expression reads a metric itself. */
export function isLeaf(expression: SeriesExpression): expression is SeriesLeaf {
  return ['latest', 'rate', 'increase', 'quantile'].includes(expression.tag)
}
