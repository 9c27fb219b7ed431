import { expect, test } from 'vitest'
import { parseTestSeries, parseTestValues, splitTestSeries } from './test-series.ts'

test.each([
  ['1 2 -3.5', [1, 2, -3.5]],
  ['0+10x3', [0, 10, 20, 30]],
  ['5-2x2 1', [5, 3, 1, 1]],
  ['5x2 _ _x2', [5, 5, 5, null, null, null]],
  ['1e3+1e2x1', [1000, 1100]],
  ['NaN', [Number.NaN]],
])('%s', (text, values) => expect(parseTestValues(text)).toEqual(values))

test.each(['', '1,2', '1x', 'x3', '1+2', '1x99999999'])('%j is refused', (text) => {
  expect(() => parseTestValues(text)).toThrow(RangeError)
})

test('a series is split into its name and labels', () => {
  const series = parseTestSeries('sync_x{table="a.b",le="+Inf"}')
  expect(splitTestSeries(series)).toEqual({ family: 'sync_x', labels: { table: 'a.b', le: '+Inf' } })
  expect(splitTestSeries('sync_x')).toEqual({ family: 'sync_x', labels: {} })
  expect(() => parseTestSeries('sync x{')).toThrow(RangeError)
})
