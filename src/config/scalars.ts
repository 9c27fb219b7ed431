import { parseDuration } from './duration.ts'
import { scalar, type Kind } from './declaration.ts'
import { nearestName } from './nearest-name.ts'
import { secret, type Secret } from './secret.ts'
import { parseSize } from './size.ts'

/** Bounds of a number, inclusive, as the file would write them. */
export interface Bounds {
  readonly from: string
  readonly to: string
}

function bounded(parse: (text: string) => number, bounds: Bounds): (text: string) => number {
  const least = parse(bounds.from)
  const most = parse(bounds.to)
  return (text) => {
    const value = parse(text)
    if (value < least || value > most) throw new RangeError(`is outside ${bounds.from} to ${bounds.to}`)
    return value
  }
}

function parseInteger(text: string): number {
  const digits = text.replaceAll('_', '')
  if (!/^-?\d{1,15}$/.test(digits)) throw new RangeError('is not a whole number')
  return Number(digits)
}

/** Any text; never empty. */
export const text: Kind<string> = scalar('text', (value) => {
  if (value.trim() === '') throw new RangeError('is empty')
  return value
})

/** A text that is never shown. */
export const secretText: Kind<Secret> = scalar(
  'text, secret',
  (value) => {
    if (value === '') throw new RangeError('is empty')
    return secret(value)
  },
  'whole',
)

/** A certificate, or several, as PEM text. */
export const pemText: Kind<string> = scalar('PEM text', (value) => {
  if (value.includes('-----BEGIN ')) return value
  throw new RangeError('is not a certificate: write ${file:/path/to/it.pem} to read it from a file')
})

/** `true` or `false`. */
export const yesOrNo: Kind<boolean> = scalar('true | false', (value) => {
  if (/^(true|yes|on)$/i.test(value)) return true
  if (/^(false|no|off)$/i.test(value)) return false
  throw new RangeError('is neither true nor false')
})

/** A whole number. */
export function integer(bounds: Bounds): Kind<number> {
  return scalar(`number ${bounds.from} to ${bounds.to}`, bounded(parseInteger, bounds))
}

/** Bytes: `64MB`, `1GiB`. */
export function size(bounds: Bounds): Kind<number> {
  return scalar(`size ${bounds.from} to ${bounds.to}`, bounded(parseSize, bounds))
}

/** Milliseconds: `500ms`, `30s`. */
export function duration(bounds: Bounds): Kind<number> {
  return scalar(`duration ${bounds.from} to ${bounds.to}`, bounded(parseDuration, bounds))
}

/** One of a few words. `refused` are words that the design has but this version cannot do yet, with the reason. */
export function choice<const T extends string>(
  words: readonly T[],
  refused: Readonly<Record<string, string>> = {},
): Kind<T> {
  return scalar(words.join(' | '), (value) => {
    const found = words.find((word) => word.toLowerCase() === value.toLowerCase())
    if (found !== undefined) return found
    if (Object.hasOwn(refused, value)) throw new RangeError(`is not available in this version: ${refused[value]}`)
    const near = nearestName(value, words)
    const hint = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`
    throw new RangeError(`is not one of ${words.join(', ')}${hint}`)
  })
}

/** An http(s) address without a path, such as `http://fe:8030`. Credentials in it are refused. */
export const httpOrigin: Kind<string> = scalar(
  'http(s)://host:port',
  (value) => {
    const url = URL.canParse(value) ? new URL(value) : null
    if (!url || !/^https?:$/.test(url.protocol)) throw new RangeError('is not an address such as http://fe:8030')
    if (url.username !== '' || url.password !== '') {
      throw new RangeError('must not contain a user or password: they belong into target.fe_mysql')
    }
    if (url.pathname !== '/' || url.search !== '') throw new RangeError('must end after the port')
    return url.origin
  },
  'password',
)
