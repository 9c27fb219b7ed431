/** A series that only grows. */
export class Counter {
  readonly #cells: Float64Array
  readonly #at: number

  constructor(cells: Float64Array, at: number) {
    this.#cells = cells
    this.#at = at
  }

  /** Adds; never negative. */
  add(amount = 1): void {
    this.#cells[this.#at] = (this.#cells[this.#at] ?? 0) + amount
  }

  /** Takes over a count that somebody else keeps, such as the kernel. */
  follow(total: number): void {
    this.#cells[this.#at] = total
  }

  /** The present value. */
  get value(): number {
    return this.#cells[this.#at] ?? 0
  }
}

/** A series that goes up and down. Not shown while it is NaN, which it is at first. */
export class Gauge {
  readonly #cells: Float64Array
  readonly #at: number

  constructor(cells: Float64Array, at: number) {
    this.#cells = cells
    this.#at = at
  }

  set(value: number): void {
    this.#cells[this.#at] = value
  }

  /** The value that was set. */
  get value(): number {
    return this.#cells[this.#at] ?? Number.NaN
  }
}

/** A series that shows the time since a moment. Not shown before a moment is set. */
export class Moment {
  readonly #cells: Float64Array
  readonly #at: number

  constructor(cells: Float64Array, at: number) {
    this.#cells = cells
    this.#at = at
  }

  /** @param graceSeconds while no longer than this has passed since the moment, 0 is shown */
  set(epochMs: number, graceSeconds = 0): void {
    this.#cells[this.#at] = epochMs / 1000
    this.#cells[this.#at + 1] = graceSeconds
  }
}

/** A series of counts per bucket, and a sum. Cells: one count per bucket, +Inf last, then the sum. */
export class Histogram {
  readonly #cells: Float64Array
  readonly #at: number
  readonly #bounds: readonly number[]

  constructor(cells: Float64Array, at: number, bounds: readonly number[]) {
    this.#cells = cells
    this.#at = at
    this.#bounds = bounds
  }

  /** Counts `times` observations of the same value. */
  observe(value: number, times = 1): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++
    const cells = this.#cells
    const at = this.#at + bucket
    cells[at] = (cells[at] ?? 0) + times
    const sum = this.#at + bounds.length + 1
    cells[sum] = (cells[sum] ?? 0) + value * times
  }
}
