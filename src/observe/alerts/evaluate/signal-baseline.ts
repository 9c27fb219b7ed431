import { median } from './robust-trend.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const HOURS_OF_WEEK = 168

/** Weeks that are remembered. */
const WEEKS = 4

/** What is normal for a signal at one time, and how far from it values usually are. */
export interface Band {
  readonly middle: number
  /** A usual distance from the middle, like a standard deviation. */
  readonly spread: number
  /** What it was learned from. */
  readonly from: 'same hours of earlier weeks' | 'same hours of yesterday' | 'the last hours'
}

/** One past hour of a signal. */
export interface HourSummary {
  /** Hours since 1970 UTC. */
  readonly hour: number
  readonly median: number
  /** Median distance from the median. */
  readonly deviation: number
}

/** Turns the median distance from the median into a standard deviation, for normally spread values. */
const DEVIATION_TO_SPREAD = 1.4826

/**
 * Learns what is normal for one series: by hour of the week once two weeks are known, else as in the same hours of
 * yesterday, else as in the last hours. Takes a value per minute.
 */
export class SignalBaseline {
  #hours: HourSummary[]
  #minuteValues: number[] = []
  #hour = -1
  #lastMinute = -1
  #band: Band | null = null

  constructor(remembered: readonly HourSummary[] = []) {
    this.#hours = [...remembered]
  }

  /** Past hours, oldest first: what a restart needs in order to know as much. */
  get hours(): readonly HourSummary[] {
    return this.#hours
  }

  /** What is normal now; null while it is still being learned. */
  get band(): Band | null {
    return this.#band
  }

  /** Takes the present value. At most one a minute counts. */
  add(atMs: number, value: number): void {
    const minute = Math.floor(atMs / MINUTE_MS)
    const hour = Math.floor(atMs / HOUR_MS)
    if (minute === this.#lastMinute || Number.isNaN(value)) return
    this.#lastMinute = minute
    if (hour !== this.#hour) this.#beginHour(hour)
    this.#minuteValues.push(value)
  }

  #beginHour(hour: number): void {
    // An hour of which only a few minutes were seen says little.
    if (this.#minuteValues.length >= 30) {
      const middle = median(this.#minuteValues)
      const deviation = median(this.#minuteValues.map((value) => Math.abs(value - middle)))
      this.#hours.push({ hour: this.#hour, median: middle, deviation })
      this.#hours = this.#hours.filter((each) => each.hour > hour - HOURS_OF_WEEK * WEEKS - 2)
    }
    this.#minuteValues = []
    this.#hour = hour
    this.#band = bandAt(this.#hours, hour)
  }
}

/** The band for an hour from past ones. Pure. */
export function bandAt(hours: readonly HourSummary[], hour: number): Band | null {
  const near = (past: HourSummary, period: number): boolean => {
    const offset = (((hour - past.hour) % period) + period) % period
    return offset <= 1 || offset === period - 1
  }
  const weekly = hours.filter((past) => hour - past.hour > 24 && near(past, HOURS_OF_WEEK))
  const isTwoWeeks = new Set(weekly.map((past) => Math.round((hour - past.hour) / HOURS_OF_WEEK))).size >= 2
  if (isTwoWeeks) return bandOf(weekly, 'same hours of earlier weeks')
  const yesterday = hours.filter((past) => hour - past.hour > 20 && hour - past.hour < 28 && near(past, 24))
  if (yesterday.length >= 2) return bandOf(yesterday, 'same hours of yesterday')
  const last = hours.filter((past) => hour - past.hour <= 6)
  return last.length >= 2 ? bandOf(last, 'the last hours') : null
}

function bandOf(hours: readonly HourSummary[], from: Band['from']): Band {
  const middle = median(hours.map((hour) => hour.median))
  const between = median(hours.map((hour) => Math.abs(hour.median - middle)))
  const within = median(hours.map((hour) => hour.deviation))
  return { middle, spread: DEVIATION_TO_SPREAD * (between + within), from }
}

/** A value further than so many spreads from the middle is far off. */
const FAR_SPREADS = 4

/** Small changes of a value that hardly moves are no anomaly. */
const LEAST_RELATIVE_CHANGE = 0.3

/** Whether a value is far from what is normal: by many spreads, and by a share of the middle as well. Pure. */
export function isFarOff(value: number, band: Band): boolean {
  const distance = Math.abs(value - band.middle)
  const floor = Math.abs(band.middle) * 0.02
  return distance > FAR_SPREADS * (band.spread + floor) && distance > LEAST_RELATIVE_CHANGE * Math.abs(band.middle)
}
