/** What is known of a counter within a window. Times in milliseconds, values corrected for resets. */
export interface CounterSamples {
  readonly firstMs: number
  readonly first: number
  readonly lastMs: number
  readonly last: number
  readonly count: number
}

/**
 * How much a counter grew in the window that ends at its last sample. As PromQL has it: the growth that was seen, stretched
 * to the window's beginning where the first sample is near it. NaN for fewer than two samples.
 * @see Prometheus, promql/functions.go, extrapolatedRate
 */
export function extrapolatedIncrease(samples: CounterSamples, windowMs: number): number {
  const sampledMs = samples.lastMs - samples.firstMs
  if (samples.count < 2 || sampledMs <= 0) return Number.NaN
  const increase = samples.last - samples.first
  const betweenMs = sampledMs / (samples.count - 1)
  let beforeMs = windowMs - sampledMs
  if (increase > 0 && samples.first >= 0) {
    // A counter does not begin below zero.
    beforeMs = Math.min(beforeMs, sampledMs * (samples.first / increase))
  }
  const stretchedMs = sampledMs + (beforeMs < betweenMs * 1.1 ? Math.max(beforeMs, 0) : betweenMs / 2)
  return increase * (stretchedMs / sampledMs)
}
