/** A bucket of a histogram: how many values were at most `upperBound`. */
export interface Bucket {
  readonly upperBound: number
  readonly count: number
}

/**
 * The quantile of values that were counted into buckets (cumulative, ascending, the last one infinite), interpolated within
 * its bucket; NaN when nothing was counted. @see Prometheus, promql/quantile.go, bucketQuantile
 */
export function bucketQuantile(quantile: number, buckets: readonly Bucket[]): number {
  const total = buckets.at(-1)?.count ?? 0
  const rank = quantile * total
  const index = buckets.findIndex(({ count }) => count >= rank)
  const bucket = buckets[index]
  if (!(total > 0) || !bucket) return Number.NaN
  const below = buckets[index - 1] ?? { upperBound: Math.min(0, bucket.upperBound), count: 0 }
  if (bucket.upperBound === Number.POSITIVE_INFINITY) return index === 0 ? Number.NaN : below.upperBound
  const inside = (rank - below.count) / (bucket.count - below.count)
  return below.upperBound + (bucket.upperBound - below.upperBound) * inside
}
