/** What StarRocks takes: 1 s to 3 days (reference/starrocks.md 1.2). */
const MAX_TIMEOUT_S = 259_200
const LEAST_TIMEOUT_S = 600
const SLOWEST_BYTES_PER_SECOND = 512 * 1024

/** Seconds after which the target gives a transaction up by itself: ten minutes, and more for what takes longer to send. */
export function transactionTimeoutS(expectedBytes: number): number {
  return Math.min(MAX_TIMEOUT_S, LEAST_TIMEOUT_S + Math.ceil(expectedBytes / SLOWEST_BYTES_PER_SECOND))
}
