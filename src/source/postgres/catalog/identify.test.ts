import { expect, test } from 'vitest'
import { parseLsn } from '../../../core/lsn.ts'
import { parseTimelineHistory } from './identify.ts'

test('reads where earlier timelines were left', () => {
  const text = '1\t0/3000148\tno recovery target specified\n\n2\t16/B374D848\tbefore 2026-01-01 00:00:00+00\n'
  expect(parseTimelineHistory(text)).toEqual(
    new Map([
      [1, parseLsn('0/3000148')],
      [2, parseLsn('16/B374D848')],
    ]),
  )
})

test('reads nothing from an empty history', () => {
  expect(parseTimelineHistory('').size).toBe(0)
})
