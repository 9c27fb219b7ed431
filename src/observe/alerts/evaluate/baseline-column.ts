import { Values, type Column } from './column.ts'
import { isFarOff, SignalBaseline, type Band, type HourSummary } from './signal-baseline.ts'
import type { Universe } from './universe.ts'

/** Of the last looks, so many must be far off: one odd value is no anomaly. */
const LOOKS = 12
const FAR_LOOKS = 8

/** Past hours of the series of a signal, by the label's value. */
export type RememberedHours = (labelValue: string) => readonly HourSummary[]

/** What is normal for each series of a signal, and which of them are far from it. */
export class BaselineColumn implements Column {
  readonly universe: Universe
  readonly #of: Column
  readonly #remembered: RememberedHours
  readonly #baselines: SignalBaseline[] = []
  /** Whether each of the last looks was far off, one bit each. */
  readonly #looks: number[] = []
  readonly #values = new Values()

  constructor(of: Column, remembered: RememberedHours) {
    this.universe = of.universe
    this.#of = of
    this.#remembered = remembered
  }

  /** What is normal for a slot. */
  at(slot: number): number {
    return this.#values.at(slot)
  }

  /** Whether the signal has a value at all: a table may be gone. */
  hasValue(slot: number): boolean {
    return !Number.isNaN(this.#of.at(slot))
  }

  /** 1: it has been far from normal for a while; 0: it is normal; NaN: not known, for it is missing or still being learned. */
  anomalyAt(slot: number): number {
    if (!this.bandOf(slot) || Number.isNaN(this.#of.at(slot))) return Number.NaN
    return countBits(this.#looks[slot] ?? 0) >= FAR_LOOKS ? 1 : 0
  }

  /** What is normal for a slot and where that comes from; null while it is being learned. */
  bandOf(slot: number): Band | null {
    return this.#baselines[slot]?.band ?? null
  }

  update(atMs: number): void {
    const { size } = this.universe
    const values = this.#values.cleared(size)
    for (let slot = 0; slot < size; slot += 1) {
      const baseline = (this.#baselines[slot] ??= new SignalBaseline(this.#remembered(this.#labelValue(slot))))
      const value = this.#of.at(slot)
      baseline.add(atMs, value)
      const { band } = baseline
      if (!band || Number.isNaN(value)) continue
      values[slot] = band.middle
      this.#looks[slot] = (((this.#looks[slot] ?? 0) << 1) | (isFarOff(value, band) ? 1 : 0)) & ((1 << LOOKS) - 1)
    }
  }

  /** Past hours of every series: what a restart needs in order to know as much. */
  hours(): readonly (readonly [labelValue: string, hours: readonly HourSummary[]])[] {
    return this.#baselines.map((baseline, slot) => [this.#labelValue(slot), baseline.hours] as const)
  }

  #labelValue(slot: number): string {
    const { label } = this.universe
    return label === undefined ? '' : (this.universe.labelsOf(slot)[label] ?? '')
  }
}

function countBits(bits: number): number {
  let count = 0
  for (let left = bits; left > 0; left >>= 1) count += left & 1
  return count
}
