import { Values, type Column } from './column.ts'
import { HistoryRing } from './history-ring.ts'
import { robustTrend, type Trend } from './robust-trend.ts'
import type { Universe } from './universe.ts'

/** Of the history, so much must exist before anything is foretold. */
const TRAINED_SHARE = 0.25

/** More points make the slope no better, but cost their square. */
const MOST_POINTS = 40

const HOUR_MS = 3_600_000

/** How far back one looks to foretell what is `aheadMs` ahead: one and a half times as far, at least an hour, at most a week. */
export function forecastHistoryMs(aheadMs: number): number {
  return Math.min(Math.max(aheadMs * 1.5, HOUR_MS), 7 * 24 * HOUR_MS)
}

/** Since when a value must have been there before anything is foretold. */
export function forecastTrainingMs(aheadMs: number): number {
  return forecastHistoryMs(aheadMs) * TRAINED_SHARE
}

/** What a column will be, if it goes on as it went; no value until a quarter of the history is there. */
export class ForecastColumn implements Column {
  readonly universe: Universe
  readonly #of: Column
  readonly #aheadMs: number
  readonly #ring: HistoryRing
  readonly #values = new Values()
  readonly #trends: (Trend | null)[] = []

  constructor(of: Column, aheadMs: number) {
    this.universe = of.universe
    this.#of = of
    this.#aheadMs = aheadMs
    this.#ring = new HistoryRing(forecastHistoryMs(aheadMs))
  }

  at(slot: number): number {
    return this.#values.at(slot)
  }

  update(atMs: number): void {
    const { size } = this.universe
    const isNewPoint = this.#ring.add(atMs, size, (slot) => this.#of.at(slot))
    const values = this.#values.cleared(size)
    for (let slot = 0; slot < size; slot += 1) {
      if (isNewPoint) this.#trends[slot] = this.#trendOf(slot, atMs)
      const trend = this.#trends[slot] ?? null
      if (trend) values[slot] = this.#of.at(slot) + trend.slope * this.#aheadMs
    }
  }

  /** Milliseconds until the value crosses `limit` at the present slope; null when it does not, or nothing is known. */
  timeUntil(slot: number, limit: number): number | null {
    const slope = this.#trends[slot]?.slope ?? 0
    const leftMs = (limit - this.#of.at(slot)) / slope
    return Number.isFinite(leftMs) && leftMs >= 0 ? leftMs : null
  }

  #trendOf(slot: number, atMs: number): Trend | null {
    const first = this.#ring.firstOf(slot)
    if (first < 0 || atMs - this.#ring.timeOf(first) < this.#ring.spanMs * TRAINED_SHARE) return null
    const times: number[] = []
    const values: number[] = []
    const every = Math.max(1, Math.floor((this.#ring.length - first) / MOST_POINTS))
    for (let index = this.#ring.length - 1; index >= first; index -= every) {
      const value = this.#ring.valueOf(index, slot)
      if (Number.isNaN(value)) continue
      times.unshift(this.#ring.timeOf(index))
      values.unshift(value)
    }
    return robustTrend(times, values, atMs)
  }
}
