import { Values, type Column } from './column.ts'
import { extrapolatedIncrease } from './extrapolated-increase.ts'
import { HistoryRing } from './history-ring.ts'
import type { Universe } from './universe.ts'

/** Counters of many slots over a window: how much each grew. Resets to a smaller value count as a new beginning. */
export class CounterWindow {
  readonly #ring: HistoryRing
  readonly #raw: number[] = []
  readonly #lost: number[] = []

  constructor(windowMs: number) {
    this.#ring = new HistoryRing(windowMs)
  }

  /** Takes the present values. */
  add(atMs: number, size: number, valueAt: (slot: number) => number): void {
    for (let slot = 0; slot < size; slot += 1) {
      const value = valueAt(slot)
      if (Number.isNaN(value)) continue
      const before = this.#raw[slot]
      if (before !== undefined && value < before) this.#lost[slot] = (this.#lost[slot] ?? 0) + before
      this.#raw[slot] = value
    }
    this.#ring.add(atMs, size, (slot) => (Number.isNaN(valueAt(slot)) ? Number.NaN : this.#corrected(slot)))
  }

  /** How much a slot's counter grew in the window that ends at `atMs`; NaN when there are not two values in it. */
  increase(slot: number, atMs: number): number {
    const firstIndex = this.#ring.firstOf(slot)
    if (firstIndex < 0) return Number.NaN
    const newest = this.#ring.length - 1
    const count = newest - firstIndex + (this.#ring.timeOf(newest) < atMs ? 2 : 1)
    return extrapolatedIncrease(
      {
        firstMs: this.#ring.timeOf(firstIndex),
        first: this.#ring.valueOf(firstIndex, slot),
        lastMs: atMs,
        last: this.#corrected(slot),
        count,
      },
      this.#ring.spanMs,
    )
  }

  #corrected(slot: number): number {
    return (this.#raw[slot] ?? Number.NaN) + (this.#lost[slot] ?? 0)
  }
}

/** How much a counter grew in a window, or how much per second. */
export class GrowthColumn implements Column {
  readonly universe: Universe
  readonly #counter: Column
  readonly #window: CounterWindow
  readonly #divisor: number
  readonly #values = new Values()

  constructor(counter: Column, windowMs: number, kind: 'rate' | 'increase') {
    this.universe = counter.universe
    this.#counter = counter
    this.#window = new CounterWindow(windowMs)
    this.#divisor = kind === 'rate' ? windowMs / 1000 : 1
  }

  at(slot: number): number {
    return this.#values.at(slot)
  }

  update(atMs: number): void {
    const { size } = this.universe
    this.#window.add(atMs, size, (slot) => this.#counter.at(slot))
    const values = this.#values.cleared(size)
    for (let slot = 0; slot < size; slot += 1) values[slot] = this.#window.increase(slot, atMs) / this.#divisor
  }
}
