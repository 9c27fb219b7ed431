/** What a metric is: its name and labels are what operators build on, so they never change once released. */
export interface MetricFamily {
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** What is counted or measured, in base units: `seconds`, `bytes`, `records`, `ratio`. */
  readonly unit: string
  readonly labels: readonly string[]
  /** One line, as the exposition shows it. */
  readonly help: string
  /** How to read it: what is normal, what to look at when it is not. */
  readonly reading: string
  /** Upper bounds of a histogram's buckets, ascending, without +Inf. */
  readonly buckets?: readonly number[] | undefined
  /**
   * `moment`: two cells, seconds since 1970 and a grace in seconds. Shown is the time that has passed since the moment, or 0 while that
   * is no longer than the grace. So the value stays true while nobody writes it.
   */
  readonly holds?: 'moment' | undefined
}

/** The text of a family. */
interface Words<L extends readonly string[]> {
  readonly labels: L
  readonly unit: string
  readonly help: string
  readonly reading: string
}

/** A family that only grows. Its name ends in `_total`. */
export function counter<const L extends readonly string[]>(words: Words<L>): Words<L> & { readonly type: 'counter' } {
  return { type: 'counter', ...words }
}

/** A family that goes up and down. A series without a value is not shown. */
export function gauge<const L extends readonly string[]>(words: Words<L>): Words<L> & { readonly type: 'gauge' } {
  return { type: 'gauge', ...words }
}

/** A gauge whose cells hold a moment and which shows the time since. */
export function timeSince<const L extends readonly string[]>(
  words: Words<L>,
): Words<L> & { readonly type: 'gauge'; readonly holds: 'moment' } {
  return { type: 'gauge', holds: 'moment', ...words }
}

/** A family of distributions. */
export function histogram<const L extends readonly string[]>(
  words: Words<L>,
  buckets: readonly number[],
): Words<L> & { readonly type: 'histogram'; readonly buckets: readonly number[] } {
  return { type: 'histogram', buckets, ...words }
}
