import { utcCalendar, utcInstant } from '../../../core/instant.ts'
import type { CalendarDay } from '../../../config/alerting/oncall-section.ts'

/** What clock and calendar show somewhere; months from 1, weekday 0 is Sunday. */
export interface ZonedTime extends CalendarDay {
  readonly weekday: number
  /** Since midnight as the clock shows it. */
  readonly minutes: number
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format costs a hundred times what using it does. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  formats.set(zone, made)
  return made
}

/** What clock and calendar show in a zone at an instant. */
export function zonedTime(atMs: number, zone: string): ZonedTime {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  const day = { year: part('year'), month: part('month'), day: part('day') }
  return { ...day, weekday: weekdayOf(day), minutes: part('hour') * 60 + part('minute') }
}

/** Days since 1970-01-01 of the calendar, whatever the zone. */
export function dayNumber({ year, month, day }: CalendarDay): number {
  return utcInstant(year, month, day) / DAY_MS
}

/** The day of the week; 0 is Sunday. */
export function weekdayOf({ year, month, day }: CalendarDay): number {
  return utcCalendar(utcInstant(year, month, day)).weekday
}

/** Days of the month in which a day lies. */
export function daysInMonth({ year, month }: CalendarDay): number {
  return utcCalendar(utcInstant(year, month + 1, 0)).day
}

/**
 * The instant at which the clock of a zone shows a time of a day: the first when it shows it twice; when it skips it, the instant at
 * which it would have shown it without the change (what Temporal calls "compatible").
 */
export function zonedInstant({ year, month, day }: CalendarDay, minutes: number, zone: string): number {
  const asUtc = utcInstant(year, month, day, minutes)
  const [before, after] = [offsetMs(asUtc - DAY_MS, zone), offsetMs(asUtc + DAY_MS, zone)]
  const early = asUtc - before
  const late = asUtc - after
  if (before === after) return early
  const fits = [early, late].filter((candidate) => candidate + offsetMs(candidate, zone) === asUtc)
  return fits.length === 0 ? early : Math.min(...fits)
}

/** How far a zone's clock is ahead of UTC, to the minute. */
function offsetMs(atMs: number, zone: string): number {
  const { year, month, day, minutes } = zonedTime(atMs, zone)
  return utcInstant(year, month, day, minutes) - Math.floor(atMs / MINUTE_MS) * MINUTE_MS
}
