import { list, oneOrMore, optional, scalar, section, type Kind } from '../declaration.ts'
import { parseTimeOfDay } from './time-of-day.ts'
import { zoneName } from './time-zone.ts'

/** Numbers from `first` to `last`, both included. Days of a month count from its end when negative: -1 is the last. */
export interface NumberRange {
  readonly first: number
  readonly last: number
}

/**
 * A recurring stretch of time: an instant lies in it when it fits every field that is given.
 * @see Alertmanager, configuration, time_interval
 */
export interface TimeInterval {
  /** Minutes since midnight, `last` excluded. */
  readonly times?: readonly NumberRange[] | undefined
  /** 0 is Sunday. */
  readonly weekdays?: readonly NumberRange[] | undefined
  readonly daysOfMonth?: readonly NumberRange[] | undefined
  /** 1 to 12. */
  readonly months?: readonly NumberRange[] | undefined
  readonly years?: readonly NumberRange[] | undefined
  /** IANA name of the zone in which all of it is read. */
  readonly zone: string
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

/** A day of the week, 0 is Sunday. @throws {RangeError} */
export function parseWeekday(text: string): number {
  const day = WEEKDAYS.findIndex((name) => name === text.trim().toLowerCase())
  if (day < 0) throw new RangeError(`is not a day of the week such as ${WEEKDAYS[1]}`)
  return day
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]

function parseMonth(text: string): number {
  const named = MONTHS.indexOf(text.trim().toLowerCase()) + 1
  return named > 0 ? named : wholeNumber(text, 1, 12)
}

function wholeNumber(text: string, least: number, most: number): number {
  const value = /^-?\d{1,4}$/.test(text.trim()) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw new RangeError(`is not a number of ${least} to ${most}`)
  return value
}

function dayOfMonth(text: string): number {
  const day = wholeNumber(text, -31, 31)
  if (day === 0) throw new RangeError('is no day of a month: 1 is the first, -1 the last')
  return day
}

/** `monday:friday`, or one value alone. */
function range(parse: (text: string) => number, wrapsAround = false): (text: string) => NumberRange {
  return (text) => {
    const [from = '', to = from, ...more] = text.split(':')
    if (more.length > 0) throw new RangeError('is not a range such as monday:friday')
    const first = parse(from)
    const last = parse(to)
    const comparable = first > 0 === last > 0
    if (!wrapsAround && comparable && last < first) throw new RangeError('ends before it begins')
    return { first, last }
  }
}

/** `09:00-17:30`; `22:00-06:00` goes on past midnight. */
function timeRange(text: string): NumberRange {
  const [from, to, ...more] = text.split('-')
  if (from === undefined || to === undefined || more.length > 0)
    throw new RangeError('is not a range such as 09:00-17:30')
  const first = parseTimeOfDay(from)
  const last = parseTimeOfDay(to)
  if (first === last) throw new RangeError('begins when it ends')
  return { first, last }
}

/** One interval: every field that is given must fit. */
const timeInterval: Kind<TimeInterval> = section(
  {
    times: optional(oneOrMore(scalar('HH:MM-HH:MM', timeRange)), { doc: 'Times of day; may go past midnight.' }),
    weekdays: optional(oneOrMore(scalar('weekday or range', range(parseWeekday, true))), { doc: '`monday:friday`.' }),
    days_of_month: optional(oneOrMore(scalar('day or range', range(dayOfMonth))), {
      doc: '`1:7`; negative days count from the end of the month: `-1` is its last day.',
    }),
    months: optional(oneOrMore(scalar('month or range', range(parseMonth))), { doc: '`december`, `6:8`.' }),
    years: optional(
      oneOrMore(
        scalar(
          'year or range',
          range((year) => wholeNumber(year, 1970, 9999)),
        ),
      ),
      {
        doc: '`2026:2028`.',
      },
    ),
    location: optional(zoneName, { doc: 'IANA time zone: `Europe/Vienna`.', defaultText: 'UTC' }),
  },
  (yaml): TimeInterval => ({
    times: yaml.times,
    weekdays: yaml.weekdays,
    daysOfMonth: yaml.days_of_month,
    months: yaml.months,
    years: yaml.years,
    zone: yaml.location ?? 'UTC',
  }),
)

/** The intervals of one name: an instant lies in it when it lies in one of them. */
export const timeIntervals: Kind<readonly TimeInterval[]> = list(timeInterval)
