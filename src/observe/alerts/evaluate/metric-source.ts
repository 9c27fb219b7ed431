/** A series of a metric, as rules read it. */
export interface MetricSeries {
  readonly labels: Readonly<Record<string, string>>
  /** The present value. NaN while it is not known. */
  value(): number
}

/** Where rules read metrics: of this process, of a test, or of stored history. */
export interface MetricSource {
  /** All series of that name; empty when there is none. The same array until series come or go. */
  series(family: string): readonly MetricSeries[]
}
