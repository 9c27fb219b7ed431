import type { NumberRange, TimeInterval } from '../../../config/alerting/time-interval.ts'
import { daysInMonth, zonedTime } from './zoned-time.ts'

/** Whether an instant lies in one of the intervals. Pure. */
export function isWithin(intervals: readonly TimeInterval[], atMs: number): boolean {
  return intervals.some((interval) => fits(interval, atMs))
}

function fits(interval: TimeInterval, atMs: number): boolean {
  const { times, weekdays, daysOfMonth, months, years, zone } = interval
  const { minutes, weekday, year, month, day } = zonedTime(atMs, zone)
  const length = daysInMonth({ year, month, day })
  return (
    isIn(times, (range) => timeFits(range, minutes)) &&
    isIn(weekdays, (range) => weekdayFits(range, weekday)) &&
    isIn(daysOfMonth, (range) => dayFits(range, day, length)) &&
    isIn(months, ({ first, last }) => month >= first && month <= last) &&
    isIn(years, ({ first, last }) => year >= first && year <= last)
  )
}

function isIn(ranges: readonly NumberRange[] | undefined, test: (range: NumberRange) => boolean): boolean {
  return ranges === undefined || ranges.some(test)
}

function timeFits({ first, last }: NumberRange, minutes: number): boolean {
  return first < last ? minutes >= first && minutes < last : minutes >= first || minutes < last
}

function weekdayFits({ first, last }: NumberRange, weekday: number): boolean {
  return first <= last ? weekday >= first && weekday <= last : weekday >= first || weekday <= last
}

/** `-1` is the last day; a range that begins before the month does, begins with its first day. */
function dayFits({ first, last }: NumberRange, day: number, length: number): boolean {
  const fromStart = (bound: number): number => (bound < 0 ? length + 1 + bound : bound)
  return day >= fromStart(first) && day <= fromStart(last)
}
