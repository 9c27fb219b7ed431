/** Seconds, from the guide's first bounds up to half a minute. */
export const LATENCY_BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Seconds of steps that are expected to take milliseconds. */
export const DURATION_BUCKETS: readonly number[] = [0.001, 0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 60]

/** Records, from the guide's first bounds up to the largest batch. */
export const RECORD_BUCKETS: readonly number[] = [
  1, 5, 10, 50, 100, 500, 1000, 5000, 10_000, 50_000, 100_000, 1_000_000,
]

/** Seconds that an event loop is late. */
export const LOOP_DELAY_BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]
