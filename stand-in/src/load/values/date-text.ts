/** The parts of a date and time, as `readDateTime` leaves them; one instance is used again and again. */
export interface DateParts {
  /** Days since 1970-01-01. */
  days: number
  /** Seconds of the day. */
  seconds: number
  micros: number
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const digitAt = (bytes: Buffer, at: number): number => (bytes[at] ?? 0) - 0x30
const isDigit = (value: number): boolean => value >= 0 && value <= 9

/** Reads `bytes[at, at+count)` as digits; -1 when one is none. */
function fixed(bytes: Buffer, at: number, end: number, count: number): number {
  if (at + count > end) return -1
  let value = 0
  for (let index = at; index < at + count; index++) {
    const digit = digitAt(bytes, index)
    if (!isDigit(digit)) return -1
    value = value * 10 + digit
  }
  return value
}

function digitRun(bytes: Buffer, at: number, end: number): number {
  let run = 0
  while (at + run < end && isDigit(digitAt(bytes, at + run))) run++
  return run
}

const fullYear = (year: number, digits: number): number => (digits > 2 ? year : year < 70 ? 2000 + year : 1900 + year)

/**
 * Reads a date with or without a time (reference/starrocks.md 1.7): `YYYY-MM-DD[ hh:mm:ss[.ffffff]]` with any
 * punctuation or `T`, `YYYYMMDD[hhmmss]`, two-digit years. More than six fraction digits are cut; **whatever follows,
 * such as `Z` or `+02`, is ignored**. False for anything else, for BC, infinity and years above 9999.
 */
export function readDateTime(bytes: Buffer, start: number, end: number, into: DateParts): boolean {
  while (start < end && bytes[start] === 0x20) start++
  into.seconds = 0
  into.micros = 0
  if (readUsual(bytes, start, end, into)) return true
  const run = digitRun(bytes, start, end)
  switch (run) {
    case 8:
    case 14:
    case 6:
    case 12:
      return readPacked(bytes.subarray(start, end), run === 8 || run === 14 ? 4 : 2, into)
    case 4:
    case 2:
      return readDelimited(bytes, start, end, into)
    default:
      return false
  }
}

/**
 * `YYYY-MM-DD hh:mm:ss` with up to six digits of fraction and nothing else: what nearly all values are. False says only
 * that it is something else.
 */
function readUsual(bytes: Buffer, start: number, end: number, into: DateParts): boolean {
  if (end - start < 19 || !isUsual(bytes, start)) return false
  const micros = end - start === 19 ? 0 : usualMicros(bytes, start + 19, end)
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2)
  const [hour, minute] = [twoDigits(bytes, start + 11), twoDigits(bytes, start + 14)]
  if (micros < 0 || !setTime(hour, minute, twoDigits(bytes, start + 17), into)) return false
  if (!setDate(year, twoDigits(bytes, start + 5), twoDigits(bytes, start + 8), into)) return false
  into.micros = micros
  return true
}

/** Whether the separators stand where they usually do. */
function isUsual(bytes: Buffer, start: number): boolean {
  const isDate = bytes[start + 4] === 0x2d && bytes[start + 7] === 0x2d && bytes[start + 10] === 0x20
  return isDate && bytes[start + 13] === 0x3a && bytes[start + 16] === 0x3a
}

/** A point and up to six digits; -1 for anything else. */
function usualMicros(bytes: Buffer, at: number, end: number): number {
  if (bytes[at] !== 0x2e || end - at > 7) return -1
  let micros = 0
  for (let index = at + 1; index < at + 7; index++) {
    const digit = index < end ? digitAt(bytes, index) : 0
    if (!isDigit(digit)) return -1
    micros = micros * 10 + digit
  }
  return micros
}

/** Far below zero when one of them is no digit. */
function twoDigits(bytes: Buffer, at: number): number {
  const [tens, ones] = [digitAt(bytes, at), digitAt(bytes, at + 1)]
  return isDigit(tens) && isDigit(ones) ? tens * 10 + ones : -100_000
}

/** Month or day: one or two digits after a separator; answers how many, 0 when there is none. */
function partRun(bytes: Buffer, at: number, end: number): number {
  return isSeparator(bytes[at - 1]) ? Math.min(digitRun(bytes, at, end), 2) : 0
}

function readDelimited(bytes: Buffer, start: number, end: number, into: DateParts): boolean {
  const run = digitRun(bytes, start, end)
  const monthAt = start + run + 1
  const monthRun = partRun(bytes, monthAt, end)
  const dayAt = monthAt + monthRun + 1
  const dayRun = partRun(bytes, dayAt, end)
  if (monthRun === 0 || dayRun === 0) return false
  const year = fullYear(fixed(bytes, start, end, run), run)
  if (!setDate(year, fixed(bytes, monthAt, end, monthRun), fixed(bytes, dayAt, end, dayRun), into)) return false
  return readTime(bytes, dayAt + dayRun, end, into)
}

/** `[YY]YYMMDD[hhmmss[.ffffff]]`. */
function readPacked(text: Buffer, yearDigits: 2 | 4, into: DateParts): boolean {
  const end = text.length
  const year = fullYear(fixed(text, 0, end, yearDigits), yearDigits)
  if (!setDate(year, fixed(text, yearDigits, end, 2), fixed(text, yearDigits + 2, end, 2), into)) return false
  const at = yearDigits + 4
  const hour = fixed(text, at, end, 2)
  if (hour < 0) return readTime(text, at, end, into)
  if (!setTime(hour, fixed(text, at + 2, end, 2), fixed(text, at + 4, end, 2), into)) return false
  readFraction(text, at + 6, end, into)
  return true
}

/** What stands between date and time: white space, punctuation or `T`. -1 when something else does. */
function timeStart(bytes: Buffer, at: number, end: number): number {
  while (at < end && !isDigit(digitAt(bytes, at))) {
    if (bytes[at] !== 0x54 && !isSeparator(bytes[at])) return -1
    at++
  }
  return at
}

function readTime(bytes: Buffer, dateEnd: number, end: number, into: DateParts): boolean {
  let at = timeStart(bytes, dateEnd, end)
  if (at < 0 || at >= end) return at >= 0
  const parts = [0, 0, 0]
  for (let part = 0; part < 3; part++) {
    const run = Math.min(digitRun(bytes, at, end), 2)
    parts[part] = fixed(bytes, at, end, run)
    at += run
    if (part === 2 || bytes[at] === 0x2e || !isSeparator(bytes[at]) || !isDigit(digitAt(bytes, at + 1))) break
    at++
  }
  const [hour = 0, minute = 0, second = 0] = parts
  if (!setTime(hour, minute, second, into)) return false
  readFraction(bytes, at, end, into)
  return true
}

function readFraction(bytes: Buffer, at: number, end: number, into: DateParts): void {
  if (bytes[at] !== 0x2e || at >= end) return
  const run = Math.min(digitRun(bytes, at + 1, end), 6)
  if (run > 0) into.micros = fixed(bytes, at + 1, end, run) * 10 ** (6 - run)
}

function isSeparator(byte: number | undefined): boolean {
  return (
    byte !== undefined &&
    byte >= 0x20 &&
    byte < 0x7f &&
    !isDigit(byte - 0x30) &&
    !((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a)
  )
}

function setTime(hour: number, minute: number, second: number, into: DateParts): boolean {
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false
  into.seconds = hour * 3600 + minute * 60 + second
  return true
}

function setDate(year: number, month: number, day: number, into: DateParts): boolean {
  if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1) return false
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (day > (month === 2 && leap ? 29 : (monthDays[month - 1] ?? 0))) return false
  into.days = daysFromCivil(year, month, day)
  return true
}

/** Days since 1970-01-01 of a date in the proleptic Gregorian calendar. */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

/** `YYYY-MM-DD` of a day since 1970-01-01, years 0 to 9999. */
export function showDays(days: number): string {
  const shifted = days + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value))

/** `YYYY-MM-DD hh:mm:ss`, with six digits of fraction only when they are not zero (4). */
export function showMicros(micros: bigint): string {
  const perDay = 86_400_000_000n
  const days = micros >= 0n ? micros / perDay : -((-micros + perDay - 1n) / perDay)
  const rest = Number(micros - days * perDay)
  const seconds = Math.floor(rest / 1_000_000)
  const fraction = rest - seconds * 1_000_000
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  const tail = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`
  return `${showDays(Number(days))} ${time}${tail}`
}
