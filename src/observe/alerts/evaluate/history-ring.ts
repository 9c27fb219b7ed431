/** Points that a window is looked at through, at most: longer windows are sampled less often. */
const POINTS = 120

/**
 * The values of many slots over the last `spanMs`. Older points are forgotten; a long span is sampled at most {@link POINTS}
 * times, so the memory is bounded whatever the span.
 */
export class HistoryRing {
  readonly spanMs: number
  readonly #everyMs: number
  readonly #times: number[] = []
  readonly #points: Float64Array[] = []
  readonly #spare: Float64Array[] = []

  constructor(spanMs: number) {
    this.spanMs = spanMs
    this.#everyMs = spanMs / POINTS
  }

  /** Adds the values as of `atMs`, unless the last point is still young. Tells whether they were added. */
  add(atMs: number, size: number, valueAt: (slot: number) => number): boolean {
    this.#forget(atMs)
    const last = this.#times.at(-1)
    // A little early counts as in time, for timers are never exact.
    if (last !== undefined && atMs - last < this.#everyMs * 0.9) return false
    const reused = this.#spare.pop()
    const point = reused && reused.length >= size ? reused : new Float64Array(size + 16)
    for (let slot = 0; slot < size; slot += 1) point[slot] = valueAt(slot)
    point.fill(Number.NaN, size)
    this.#times.push(atMs)
    this.#points.push(point)
    return true
  }

  /** Number of points. */
  get length(): number {
    return this.#times.length
  }

  /** When a point was taken. */
  timeOf(index: number): number {
    return this.#times[index] ?? Number.NaN
  }

  /** A slot's value at a point; NaN when it had none. */
  valueOf(index: number, slot: number): number {
    return this.#points[index]?.[slot] ?? Number.NaN
  }

  /** The oldest point at which a slot had a value; -1 when there is none. */
  firstOf(slot: number): number {
    return this.#points.findIndex((point) => !Number.isNaN(point[slot] ?? Number.NaN))
  }

  #forget(atMs: number): void {
    // The bound itself belongs to the window, as in PromQL.
    while ((this.#times[0] ?? Number.POSITIVE_INFINITY) < atMs - this.spanMs) {
      this.#times.shift()
      const point = this.#points.shift()
      if (point) this.#spare.push(point)
    }
  }
}
