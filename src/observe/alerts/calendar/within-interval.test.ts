import { expect, test } from 'vitest'
import type { TimeInterval } from '../../../config/alerting/time-interval.ts'
import { isWithin } from './within-interval.ts'

const utc = (parts: Partial<TimeInterval>): TimeInterval => ({ zone: 'UTC', ...parts })

test.each<[string, Partial<TimeInterval>, string, boolean]>([
  ['every instant fits no condition', {}, '2026-05-05T05:05Z', true],
  ['the first minute of a time', { times: [{ first: 540, last: 1020 }] }, '2026-05-05T09:00Z', true],
  ['the minute at which a time ends', { times: [{ first: 540, last: 1020 }] }, '2026-05-05T17:00Z', false],
  ['past midnight, before it', { times: [{ first: 1320, last: 360 }] }, '2026-05-05T23:59Z', true],
  ['past midnight, after it', { times: [{ first: 1320, last: 360 }] }, '2026-05-05T05:59Z', true],
  ['past midnight, at noon', { times: [{ first: 1320, last: 360 }] }, '2026-05-05T12:00Z', false],
  ['saturday to monday, on a sunday', { weekdays: [{ first: 6, last: 1 }] }, '2026-05-03T12:00Z', true],
  ['saturday to monday, on a tuesday', { weekdays: [{ first: 6, last: 1 }] }, '2026-05-05T12:00Z', false],
  ['the last day of a long month', { daysOfMonth: [{ first: -1, last: -1 }] }, '2026-05-31T12:00Z', true],
  ['the last day of a leap february', { daysOfMonth: [{ first: -1, last: -1 }] }, '2028-02-29T12:00Z', true],
  ['the day before the last', { daysOfMonth: [{ first: -1, last: -1 }] }, '2026-05-30T12:00Z', false],
  ['from the 15th to the end', { daysOfMonth: [{ first: 15, last: -1 }] }, '2026-04-30T12:00Z', true],
  [
    'one of several days',
    {
      daysOfMonth: [
        { first: 1, last: 1 },
        { first: 5, last: 5 },
      ],
    },
    '2026-05-05T12:00Z',
    true,
  ],
  ['a month', { months: [{ first: 6, last: 8 }] }, '2026-05-05T12:00Z', false],
  ['a year', { years: [{ first: 2026, last: 2027 }] }, '2026-05-05T12:00Z', true],
  [
    'all conditions must fit',
    { years: [{ first: 2026, last: 2026 }], months: [{ first: 6, last: 6 }] },
    '2026-05-05T12:00Z',
    false,
  ],
  ['read in its zone', { zone: 'Asia/Tokyo', times: [{ first: 0, last: 60 }] }, '2026-05-04T15:30Z', true],
])('%s', (_what, interval, at, within) => {
  expect(isWithin([utc(interval)], Date.parse(at))).toBe(within)
})

test('one of several intervals is enough', () => {
  const intervals = [utc({ years: [{ first: 2020, last: 2020 }] }), utc({})]
  expect(isWithin(intervals, 0)).toBe(true)
})
