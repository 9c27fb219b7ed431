import { FilterError } from './filter-error.ts'

const MOMENT =
  /^(?<date>\d{4,6}-\d{2}-\d{2})(?:[ T](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s?(?<zone>Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/iu
const TIME = /^\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?$/u
const EXPECTED = "write it as '2024-02-29 12:34:56.789'"

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

function isDate(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const days = month === 2 && isLeap(year) ? 29 : (DAYS[month - 1] ?? 0)
  return year >= 1 && day >= 1 && day <= days
}

/** `12:30` as PostgreSQL prints it: `12:30:00`, without zeros at the end of the fraction. */
function fullTime(time: string, position: number): string {
  const full = time.length === 5 ? `${time}:00` : time
  const [hours = 0, minutes = 0, seconds = 0] = full.split(':').map(Number)
  if (hours > 23 || minutes > 59 || seconds >= 60) {
    throw new FilterError(`there is no time ${JSON.stringify(time)}`, position, EXPECTED)
  }
  return full.includes('.') ? full.replace(/\.?0+$/u, '') : full
}

/** Minutes that a zone is before UTC. */
function offsetMinutes(zone: string): number {
  if (/^[a-z]/iu.test(zone)) return 0
  const digits = zone.replaceAll(/\D/gu, '').padEnd(4, '0')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return zone.startsWith('-') ? -minutes : minutes
}

/** A local date and time of another zone in UTC. Years 1 to 9999. */
function inUtc(date: string, time: string, zone: string, position: number): string {
  const minutes = offsetMinutes(zone)
  if (minutes === 0) return `${date} ${time}`
  if (date.length > 10) throw new FilterError('years after 9999 take no zone but UTC here', position, EXPECTED)
  const [clock = '', fraction] = time.split('.')
  // Temporal is not in Node 24; milliseconds since 1970 are exact to the second for these years.
  const milliseconds = globalThis.Date.parse(`${date}T${clock}Z`) - minutes * 60_000
  const shifted = new globalThis.Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')
  return fraction === undefined ? shifted : `${shifted}.${fraction}`
}

/**
 * A date or timestamp literal as PostgreSQL would print it under TimeZone=UTC. `type` is what it is read as: a date drops
 * its time of day, a timestamp its zone.
 */
export function momentLiteral(text: string, type: string, position: number): string {
  const word = text.trim().toLowerCase()
  if (word === 'infinity' || word === '-infinity') return word
  const parts = MOMENT.exec(text.trim())?.groups
  const date = parts?.['date']
  if (date === undefined || !isDate(date)) {
    throw new FilterError(`${JSON.stringify(text)} is not understood as a ${type}`, position, EXPECTED)
  }
  const { time: clock = '00:00:00', zone = 'Z' } = parts ?? {}
  const time = fullTime(clock, position)
  return type === 'date' ? date : inUtc(date, time, type === 'timestamptz' ? zone : 'Z', position)
}

/** A time of day as PostgreSQL would print it. */
export function timeLiteral(text: string, position: number): string {
  if (text.trim() === '24:00:00' || text.trim() === '24:00') return '24:00:00'
  if (!TIME.test(text.trim())) {
    throw new FilterError(`${JSON.stringify(text)} is not understood as a time`, position, "write it as '12:34:56.789'")
  }
  return fullTime(text.trim(), position)
}
