import { FilterError } from './filter-error.ts'

const NUMBER = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,4}))?$/iu
const NOT_FINITE: Readonly<Record<string, string>> = {
  nan: 'NaN',
  infinity: 'Infinity',
  inf: 'Infinity',
  '+infinity': 'Infinity',
  '+inf': 'Infinity',
  '-infinity': '-Infinity',
  '-inf': '-Infinity',
}

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int2: [-(2n ** 15n), 2n ** 15n - 1n],
  int4: [-(2n ** 31n), 2n ** 31n - 1n],
  int8: [-(2n ** 63n), 2n ** 63n - 1n],
  oid: [0n, 2n ** 32n - 1n],
}

/** Digits without an exponent, as numerics are printed. */
function expanded(text: string, position: number): string {
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? []
  if (integer === '' && fraction === '') throw new FilterError(`${JSON.stringify(text)} is no number`, position)
  const point = integer.length + Number(exponent)
  const digits = integer + fraction
  const padded = point < 0 ? '0'.repeat(-point) + digits : digits.padEnd(point, '0')
  const at = Math.max(0, point)
  const whole = padded.slice(0, at).replace(/^0+(?=\d)/u, '')
  const rest = padded.slice(at)
  return `${sign === '-' ? '-' : ''}${whole === '' ? '0' : whole}${rest === '' ? '' : `.${rest}`}`
}

/** A literal as a number without a bound on its digits. */
export function decimalLiteral(text: string, position: number): string {
  const trimmed = text.trim()
  return NOT_FINITE[trimmed.toLowerCase()] ?? expanded(trimmed, position)
}

/** A literal that is read as one of the integer types. */
export function integerLiteral(text: string, type: string, position: number): string {
  const trimmed = text.trim()
  const range = RANGES[type]
  if (!/^[+-]?\d+$/u.test(trimmed) || range === undefined) {
    throw new FilterError(`${JSON.stringify(text)} is no ${type}`, position, 'write a number without quotes')
  }
  const value = BigInt(trimmed.replace(/^\+/u, ''))
  if (value < range[0] || value > range[1]) throw new FilterError(`${trimmed} is out of range for ${type}`, position)
  return String(value)
}

/** A literal that is read as a float. */
export function floatLiteral(text: string, position: number): number {
  const decimal = decimalLiteral(text, position)
  const value = Number(decimal)
  if (!Number.isFinite(value) && /\d/u.test(decimal)) throw new FilterError(`${text} is out of range`, position)
  return value
}
