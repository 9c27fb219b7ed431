/** A straight line through values: `level` now, growing by `slope` per millisecond. */
export interface Trend {
  readonly level: number
  readonly slope: number
}

/** Share of the slopes that must point in one direction for a trend. */
const AGREEING = 0.7

/** The middle value; NaN of none. Sorts `values`. */
export function median(values: number[]): number {
  values.sort((a, b) => a - b)
  const middle = values.length >> 1
  const upper = values[middle] ?? Number.NaN
  return values.length % 2 === 1 ? upper : ((values[middle - 1] ?? Number.NaN) + upper) / 2
}

/**
 * The line whose slope is the median of all slopes between two points (Theil-Sen): up to 29 % of the points may be far off
 * without moving it. Level where fewer than most slopes agree in direction, as after a single jump. Null for fewer than three points. Times ascending, in milliseconds; `nowMs` is where `level` is.
 */
export function robustTrend(times: readonly number[], values: readonly number[], nowMs: number): Trend | null {
  if (times.length < 3) return null
  const slopes: number[] = []
  for (let left = 0; left < times.length; left += 1) {
    for (let right = left + 1; right < times.length; right += 1) {
      slopes.push(((values[right] ?? 0) - (values[left] ?? 0)) / ((times[right] ?? 0) - (times[left] ?? 0)))
    }
  }
  slopes.sort((a, b) => a - b)
  const low = slopes[Math.floor(slopes.length * (1 - AGREEING))] ?? 0
  const high = slopes[Math.floor(slopes.length * AGREEING)] ?? 0
  const slope = low > 0 || high < 0 ? median(slopes) : 0
  const level = median(times.map((time, index) => (values[index] ?? 0) + slope * (nowMs - time)))
  return { level, slope }
}
