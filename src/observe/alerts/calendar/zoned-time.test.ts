import { expect, test } from 'vitest'
import { isoInstant } from '../../../core/instant.ts'
import { daysInMonth, zonedInstant, zonedTime } from './zoned-time.ts'

const VIENNA = 'Europe/Vienna'

test.each([
  ['2026-07-01T22:30:00.000Z', VIENNA, { year: 2026, month: 7, day: 2, weekday: 4, minutes: 30 }],
  ['2026-01-01T00:00:00.000Z', 'America/New_York', { year: 2025, month: 12, day: 31, weekday: 3, minutes: 1140 }],
  ['2026-01-01T00:00:59.999Z', 'Asia/Kathmandu', { year: 2026, month: 1, day: 1, weekday: 4, minutes: 345 }],
])('%s in %s', (at, zone, shown) => {
  expect(zonedTime(Date.parse(at), zone)).toEqual(shown)
})

test.each([
  ['an ordinary day', { year: 2026, month: 1, day: 5 }, 9 * 60, '2026-01-05T08:00:00.000Z'],
  ['after the change on the day of the change', { year: 2026, month: 3, day: 29 }, 9 * 60, '2026-03-29T07:00:00.000Z'],
  ['before the change on the day of the change', { year: 2026, month: 3, day: 29 }, 60, '2026-03-29T00:00:00.000Z'],
  ['a time that the clock skips', { year: 2026, month: 3, day: 29 }, 150, '2026-03-29T01:30:00.000Z'],
  ['a time that the clock shows twice: the first', { year: 2026, month: 10, day: 25 }, 150, '2026-10-25T00:30:00.000Z'],
  ['the day before', { year: 2026, month: 3, day: 28 }, 150, '2026-03-28T01:30:00.000Z'],
])('in Vienna, %s', (_what, day, minutes, instant) => {
  expect(isoInstant(zonedInstant(day, minutes, VIENNA))).toBe(instant)
})

test('months have their days', () => {
  const days = [1, 2, 4].map((month) => daysInMonth({ year: 2028, month, day: 1 }))
  expect([...days, daysInMonth({ year: 2026, month: 2, day: 1 })]).toEqual([31, 29, 30, 28])
})
