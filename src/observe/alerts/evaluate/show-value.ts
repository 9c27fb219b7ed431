import type { NumberTerm } from '../../../config/alerting/condition.ts'
import type { SignalUnit } from '../../../config/alerting/series-expression.ts'
import { signalNamed } from '../../../config/alerting/signal-catalogue.ts'

const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 86_400

/** A span of time in the two largest units that it has: `3 h 10 min`. */
export function showSeconds(seconds: number): string {
  const size = Math.abs(seconds)
  const sign = seconds < 0 ? '-' : ''
  if (size < 10) return `${sign}${Number(size.toPrecision(2))} s`
  const whole = Math.round(size)
  if (whole < 2 * MINUTE_S) return `${sign}${whole} s`
  const [large, largeName, small, smallName] =
    whole < HOUR_S
      ? ([MINUTE_S, 'min', 1, 's'] as const)
      : whole < DAY_S
        ? ([HOUR_S, 'h', MINUTE_S, 'min'] as const)
        : ([DAY_S, 'd', HOUR_S, 'h'] as const)
  const rest = Math.floor((whole % large) / small)
  return `${sign}${Math.floor(whole / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`
}

function showBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3)))
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power] ?? ''}`
}

/** A value of a signal for people. */
export function showValue(value: number, unit: SignalUnit): string {
  if (Number.isNaN(value)) return 'unknown'
  switch (unit) {
    case 'ratio':
      return `${Number((value * 100).toPrecision(3))} %`
    case 'seconds':
      return showSeconds(value)
    case 'bytes':
      return showBytes(value)
    case 'records/s':
      return `${Number(value.toPrecision(3))} records/s`
    case 'records':
    case 'count':
      return String(Number(value.toPrecision(value >= 1000 ? 4 : 3)))
    case 'yes/no':
      return value === 1 ? 'yes' : 'no'
  }
}

/** The unit of a number in a condition; a quotient of two equal units is a ratio. */
export function unitOf(term: NumberTerm): SignalUnit {
  switch (term.tag) {
    case 'number':
      return 'count'
    case 'reading':
      return signalNamed(term.reading.signal).unit
    case 'arithmetic': {
      const left = unitOf(term.left)
      const right = unitOf(term.right)
      if (term.op === '/') return left === right ? 'ratio' : 'count'
      return left === 'count' ? right : left
    }
  }
}
