import { describe, expect, test } from 'vitest'
import { ConditionError } from './condition-error.ts'
import { readingsOf, type ConditionTerm, type NumberTerm } from './condition.ts'
import { parseCondition } from './parse-condition.ts'

/** A number as one writes it in a test. */
function showNumber(term: NumberTerm): string {
  if (term.tag === 'number') return String(term.value)
  if (term.tag === 'arithmetic') return `(${showNumber(term.left)} ${term.op} ${showNumber(term.right)})`
  const { signal, how, spanMs } = term.reading
  return how === 'now' ? signal : `${how}(${signal}, ${spanMs})`
}

function show(term: ConditionTerm): string {
  if (term.tag === 'compare') return `${showNumber(term.left)} ${term.op} ${showNumber(term.right)}`
  if ('left' in term) return `(${show(term.left)} ${term.tag} ${show(term.right)})`
  return `${term.holds ? '' : 'not '}${term.tag}(${term.signal})`
}

describe('a condition is read', () => {
  test.each([
    ['error_rate > 0.05', 'error_rate > 0.05'],
    ['error_rate > 1', 'error_rate > 1'],
    ['0.05 < error_rate', 'error_rate > 0.05'],
    ['error_rate * 100 >= 5', '(error_rate * 100) >= 5'],
    ['lag_seconds - -1 == 2 * 3', '(lag_seconds - -1) == 6'],
    ['throughput < 100 && pending_seconds > 30.0', '(throughput < 100 and pending_seconds > 30)'],
    [
      'throughput < 100 and not (uptime < 60 or absent(uptime))',
      '(throughput < 100 and (uptime >= 60 and not absent(uptime)))',
    ],
    ['!(error_rate > 0.1 && !anomaly(lag_seconds))', '(error_rate <= 0.1 or anomaly(lag_seconds))'],
    ['forecast(disk_usage, 4h) > 1', 'forecast(disk_usage, 14400000) > 1'],
    ['over(error_rate, 1h30m) > avg(lag_seconds, 2d)', 'over(error_rate, 5400000) > avg(lag_seconds, 172800000)'],
    ['lag_seconds > 2 * baseline(lag_seconds)', 'lag_seconds > (2 * baseline(lag_seconds, 0))'],
    [
      'slot_safe_wal_bytes / (slot_safe_wal_bytes + slot_retained_bytes) < 0.2',
      '(slot_safe_wal_bytes / (slot_safe_wal_bytes + slot_retained_bytes)) < 0.2',
    ],
  ])('%s', (text, shown) => {
    expect(show(parseCondition(text).term)).toBe(shown)
  })

  test('and tells what it reads, but not what it only asks to be there', () => {
    const { term } = parseCondition('absent(uptime) || max(lag_seconds, 1m) > 2 * error_rate && anomaly(throughput)')
    expect(readingsOf(term).map(({ signal }) => signal)).toEqual(['lag_seconds', 'error_rate', 'throughput'])
  })
})

/** What is said of a wrong condition, and the part of it that is pointed at. */
function refusal(text: string): readonly [string, string] {
  try {
    parseCondition(text)
  } catch (error) {
    if (error instanceof ConditionError) return [error.message, text.slice(error.start, error.end)]
    throw error
  }
  return ['', '']
}

describe('a wrong condition is refused, and the part that is to blame is pointed at', () => {
  test.each([
    ['eror_rate > 0.05', 'names "eror_rate", which is no signal; did you mean "error_rate"?', 'eror_rate'],
    [
      'lag_seconds > 1 and eror_rate > 0.05',
      'names "eror_rate", which is no signal; did you mean "error_rate"?',
      'eror_rate',
    ],
    ['forecast(disk_usage, 4h) > 1 and lag > 1', 'names "lag", which is no signal', 'lag'],
    [
      'forcast(disk_usage, 4h) > 1',
      'calls "forcast", which is no function; did you mean "forecast"?',
      'forcast(disk_usage, 4h)',
    ],
    ['forecast(disk_usage) > 1', 'calls forecast wrongly: write forecast(lag_seconds, 1h)', 'forecast(disk_usage)'],
    ['forecast(disk_usage, "soon") > 1', 'has a duration that is not a duration', '"soon"'],
    ['forecast(disk_usage, 30d) > 1', 'has a duration outside 10s to 7d', '30d'],
    ['forecast(disk_usage + 1, 4h) > 1', 'must give forecast the name of a signal', 'disk_usage + 1'],
    ['over(lag_seconds, 1h) > 1', 'asks for a window of lag_seconds, which is a present value', 'lag_seconds'],
    ['error_rate', 'is a number, not a condition', 'error_rate'],
    ['error_rate > ', 'ends too early', ' '],
    ['1 > 2', 'compares two constants', '1 > 2'],
    ['error_rate > 0.1 ? true : false', 'uses "?:"', 'error_rate > 0.1 ? true : false'],
    ['error_rate > "much"', 'cannot be read: no such overload', 'error_rate > "much"'],
    ['error_rate > 0.1; drop', 'cannot be read', ';'],
    ['(error_rate > 0.1) == (lag_seconds > 1)', 'uses ">"', 'error_rate > 0.1'],
    ['error_rate.constructor > 1', 'cannot be read', 'constructor'],
    [`${'('.repeat(40)}error_rate${')'.repeat(40)} > 1`, 'cannot be read', ''],
  ])('%s', (text, message, part) => {
    const [said, at] = refusal(text)
    expect(said).toContain(message)
    expect(at).toContain(part)
  })
})
