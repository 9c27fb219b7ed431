/** One series: a metric with one set of labels. */
export interface Series {
  /** The name that a query would use: of a histogram `..._bucket`, `..._sum` or `..._count`. */
  readonly family: string
  /** Label names and values; a bucket has `le` as well. */
  readonly labels: Readonly<Record<string, string>>
  /** The present value. NaN while it is not known. */
  value(): number
}

/** Reads the metrics of this process, from whichever thread. */
export interface SeriesReader {
  /** All series of that name; empty when there is none. The same array until series come or go. */
  series(family: string): readonly Series[]
  /** Observations per bucket of all series of a histogram together, not cumulative, those above all bounds last; empty when there are none. */
  bucketSums(family: string): readonly number[]
  /** Names that have series, in the order of the catalogue. */
  families(): readonly string[]
}
