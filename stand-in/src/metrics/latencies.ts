const kept = 1024

/** The last 1024 latencies, and the count and sum of all. */
export class Latencies {
  readonly #last = new Float64Array(kept)
  count = 0
  sumMs = 0

  add(ms: number): void {
    this.#last[this.count % kept] = ms
    this.count++
    this.sumMs += ms
  }

  /** The latency that a share of the last ones does not exceed; 0 when there is none. */
  quantile(share: number): number {
    const sorted = this.#last.slice(0, Math.min(this.count, kept)).sort()
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  }
}
