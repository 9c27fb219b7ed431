/** The longest test: a year of 15-minute steps. */
const MOST_VALUES = 40_000

const SERIES = /^[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{(?:[a-zA-Z_][a-zA-Z0-9_]*="[^"\\]*",?)*\})?$/

const NUMBER = '[-+]?(?:\\d+(?:\\.\\d+)?(?:[eE][-+]?\\d+)?|NaN|Inf)'
const REPEATED = new RegExp(`^(${NUMBER}|_)(?:x(\\d+))?$`)
const STEPPED = new RegExp(`^(${NUMBER})([-+]\\d+(?:\\.\\d+)?(?:[eE][-+]?\\d+)?)x(\\d+)$`)

/** Checks the name and labels of a series of a test. @throws {RangeError} */
export function parseTestSeries(text: string): string {
  if (SERIES.test(text)) return text
  throw new RangeError('is not a series such as sync_lag_seconds{table="users"}')
}

/** The labels of a series, and its name. */
export function splitTestSeries(series: string): {
  readonly family: string
  readonly labels: Readonly<Record<string, string>>
} {
  const [, family = series, inside = ''] = /^([^{]*)(?:\{(.*)\})?$/.exec(series) ?? []
  const pairs = [...inside.matchAll(/([a-zA-Z_]\w*)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value])
  return { family, labels: Object.fromEntries(pairs) }
}

function part(text: string): readonly (number | null)[] {
  const stepped = STEPPED.exec(text)
  if (stepped) {
    const [, first = '', step = '', count = ''] = stepped
    return Array.from({ length: bounded(count) + 1 }, (_, index) => toNumber(first) + index * Number(step))
  }
  const [, value, count] = REPEATED.exec(text) ?? []
  if (value === undefined) {
    throw new RangeError(`has ${JSON.stringify(text)}, which is neither a number nor as in 0+10x30 or _x5`)
  }
  const times = value === '_' ? bounded(count ?? '1') : bounded(count ?? '0') + 1
  return Array.from({ length: times }, () => (value === '_' ? null : toNumber(value)))
}

function toNumber(text: string): number {
  return Number(text.replace('Inf', 'Infinity'))
}

function bounded(count: string): number {
  const times = Number(count)
  if (times > MOST_VALUES) throw new RangeError(`repeats a value ${count} times; at most ${MOST_VALUES}`)
  return times
}

/**
 * Reads values in the notation of promtool: `1 2`, `0+10x3` for 0 10 20 30, `5x2` for 5 5 5, `_` for a missing value and
 * `_x5` for five of them. @throws {RangeError} @see Prometheus manual, unit testing for rules
 */
export function parseTestValues(text: string): readonly (number | null)[] {
  return text.trim().split(/\s+/).flatMap(part)
}
