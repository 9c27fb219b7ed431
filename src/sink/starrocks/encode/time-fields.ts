import { NOT_UTC, OUT_OF_CALENDAR, WRITTEN, type FieldWriter } from './field-writer.ts'
import { copyWords } from './word-copy.ts'

const SPACE = 0x20
const PLUS = 0x2b
const DASH = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const LETTER_C = 0x43
const DATE_BYTES = 10
const SECONDS_BYTES = 19
const MICROSECONDS_BYTES = 26

const isTimestamp = (from: Buffer, start: number, end: number): boolean => {
  const length = end - start
  return (
    length >= SECONDS_BYTES &&
    length <= MICROSECONDS_BYTES &&
    from[start + 4] === DASH &&
    from[start + DATE_BYTES] === SPACE &&
    (from[end - 1] ?? 0) <= NINE
  )
}

/** A date of the years 1 to 9999; others are longer (`12345-01-01`, `0044-03-15 BC`) or words (`infinity`). */
export const dateField: FieldWriter = (row, column, out) => {
  const start = row.starts[column] ?? 0
  if (row.lengths[column] !== DATE_BYTES || row.buffer[start + 4] !== DASH) return OUT_OF_CALENDAR
  copyWords(row.buffer, start, start + DATE_BYTES, out)
  return WRITTEN
}

/** A timestamp of the years 1 to 9999, with up to six digits of the second, as DateStyle ISO prints it. */
export const timestampField: FieldWriter = (row, column, out) => {
  const start = row.starts[column] ?? 0
  const end = start + (row.lengths[column] ?? 0)
  if (!isTimestamp(row.buffer, start, end)) return OUT_OF_CALENDAR
  copyWords(row.buffer, start, end, out)
  return WRITTEN
}

/** A timestamptz that was printed under TimeZone=UTC: its suffix `+00`, which the target would not read, is left out. */
export const timestamptzField: FieldWriter = (row, column, out) => {
  const from = row.buffer
  const start = row.starts[column] ?? 0
  const zone = start + (row.lengths[column] ?? 0) - 3
  if (from[start + 4] !== DASH || from[zone + 2] === LETTER_C) return OUT_OF_CALENDAR
  if (from[zone] !== PLUS || from[zone + 1] !== ZERO || from[zone + 2] !== ZERO) return NOT_UTC
  if (!isTimestamp(from, start, zone)) return OUT_OF_CALENDAR
  copyWords(from, start, zone, out)
  return WRITTEN
}

/** A DATETIME as the target prints it, without the zeros at the end of the second's fraction: as the source prints it. */
export const datetimeReadBack: FieldWriter = (row, column, out) => {
  const from = row.buffer
  const start = row.starts[column] ?? 0
  let end = start + (row.lengths[column] ?? 0)
  if (end - start > SECONDS_BYTES) {
    while (from[end - 1] === ZERO) end--
    if (from[end - 1] === DOT) end--
  }
  copyWords(from, start, end, out)
  return WRITTEN
}
