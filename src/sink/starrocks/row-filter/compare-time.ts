import type { Span } from './span.ts'

const SPACE = 0x20
const PLUS = 0x2b
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
const LETTER_C = 0x43
const BC_BYTES = 3
const ZONE_BYTES = 3
const MONTH_AND_DAY_BYTES = 6
const MIDNIGHT = Buffer.from('00:00:00', 'latin1')

/** The parts of one date or timestamp that is being compared; made once for each side. */
class Moment {
  infinity = 0
  year = 0
  span: Span | undefined
  /** Of `-MM-DD`. */
  dayStart = 0
  /** Of `HH:MM:SS.ffffff`; equal to `end` when there is none. */
  timeStart = 0
  end = 0

  read(span: Span): void {
    const { buffer, start } = span
    this.span = span
    this.infinity = 0
    this.end = span.end
    const first = buffer[start] ?? 0
    if (first > NINE || first === MINUS) {
      this.infinity = first === MINUS ? -1 : 1
      return
    }
    const beforeChrist = buffer[span.end - 1] === LETTER_C
    if (beforeChrist) this.end -= BC_BYTES
    this.#readYear(beforeChrist)
    this.timeStart = Math.min(this.end, this.dayStart + MONTH_AND_DAY_BYTES + 1)
    // `+00`: timestamptz is printed in UTC.
    if (buffer[this.end - ZONE_BYTES] === PLUS) this.end -= ZONE_BYTES
  }

  #readYear(beforeChrist: boolean): void {
    const buffer = this.span?.buffer
    let at = this.span?.start ?? 0
    let year = 0
    for (; buffer?.[at] !== MINUS && at < this.end; at++) year = year * 10 + (buffer?.[at] ?? ZERO) - ZERO
    this.year = beforeChrist ? 1 - year : year
    this.dayStart = at
  }
}

const left = new Moment()
const right = new Moment()

function compareDays(): number {
  for (let i = 0; i < MONTH_AND_DAY_BYTES; i++) {
    const order = (left.span?.buffer[left.dayStart + i] ?? 0) - (right.span?.buffer[right.dayStart + i] ?? 0)
    if (order !== 0) return order
  }
  return 0
}

// A date without a time is its midnight; fractions are printed without zeros at their end.
const timeByte = (moment: Moment, i: number): number => {
  if (moment.timeStart >= moment.end) return MIDNIGHT[i] ?? SPACE
  const at = moment.timeStart + i
  return at < moment.end ? (moment.span?.buffer[at] ?? SPACE) : SPACE
}

function compareTimesOfDay(): number {
  const most = Math.max(left.end - left.timeStart, right.end - right.timeStart)
  for (let i = 0; i < most; i++) {
    const order = timeByte(left, i) - timeByte(right, i)
    if (order !== 0) return order
  }
  return 0
}

/** Order of dates and timestamps as PostgreSQL prints them: BC, years of five digits and infinities included. */
export function compareMoments(leftSpan: Span, rightSpan: Span): number {
  left.read(leftSpan)
  right.read(rightSpan)
  if (left.infinity !== 0 || right.infinity !== 0) return left.infinity - right.infinity
  if (left.year !== right.year) return left.year - right.year
  const days = compareDays()
  return days !== 0 ? days : compareTimesOfDay()
}
