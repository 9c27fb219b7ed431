import { describe, expect, test } from 'vitest'
import type { OnCallLayer, OnCallSchedule } from '../../../config/alerting/oncall-section.ts'
import { nextHandOff, whoIsOnCall, type OnCallOverride } from './on-call.ts'

const weekly: OnCallLayer = {
  people: ['anna', 'bob', 'cleo'],
  rotation: 'weekly',
  handOffMinutes: 9 * 60,
  handOffWeekday: 1,
  start: { year: 2026, month: 1, day: 5 },
}

const schedule = (...layers: readonly OnCallLayer[]): OnCallSchedule => ({
  name: 'main',
  zone: 'Europe/Vienna',
  layers,
})

const who = (each: OnCallSchedule, at: string, overrides: readonly OnCallOverride[] = []) =>
  whoIsOnCall(each, overrides, Date.parse(at)).person

describe('a weekly rotation', () => {
  test.each([
    ['2026-01-05T07:59:00Z', null],
    ['2026-01-05T08:00:00Z', 'anna'],
    ['2026-01-12T07:59:59Z', 'anna'],
    ['2026-01-12T08:00:00Z', 'bob'],
    ['2026-01-26T08:00:00Z', 'anna'],
    ['2026-03-30T06:59:00Z', 'cleo'],
    ['2026-03-30T07:00:00Z', 'anna'],
    ['2026-10-26T07:59:00Z', 'cleo'],
    ['2026-10-26T08:00:00Z', 'anna'],
  ])('at %s: %s', (at, person) => {
    expect(who(schedule(weekly), at)).toBe(person)
  })

  test('that starts in the middle of a week hands off at the next hand-off day', () => {
    const layer = { ...weekly, start: { year: 2026, month: 1, day: 7 } }
    const days = ['2026-01-07T09:00Z', '2026-01-12T07:00Z', '2026-01-12T09:00Z']
    expect(days.map((at) => who(schedule(layer), at))).toEqual(['anna', 'anna', 'bob'])
  })
})

test('a daily hand-off at a time that is shown twice happens once', () => {
  const layer: OnCallLayer = {
    ...weekly,
    rotation: 'daily',
    handOffMinutes: 150,
    start: { year: 2026, month: 10, day: 24 },
  }
  const turns = ['00:29', '00:30', '00:59', '01:00', '01:29', '01:31'].map((time) => {
    return who(schedule(layer), `2026-10-25T${time}:00Z`)
  })
  expect(turns).toEqual(['anna', 'bob', 'bob', 'bob', 'bob', 'bob'])
})

test('a daily hand-off at a time that is skipped happens all the same', () => {
  const layer: OnCallLayer = {
    ...weekly,
    rotation: 'daily',
    handOffMinutes: 150,
    start: { year: 2026, month: 3, day: 28 },
  }
  expect(
    ['2026-03-29T01:29Z', '2026-03-29T01:30Z', '2026-03-30T00:29Z', '2026-03-30T00:30Z'].map((at) =>
      who(schedule(layer), at),
    ),
  ).toEqual(['anna', 'bob', 'bob', 'cleo'])
})

test('an upper layer counts only in its times', () => {
  const weekend: OnCallLayer = {
    ...weekly,
    people: ['zoe'],
    active: [{ weekdays: [{ first: 6, last: 0 }], zone: 'Europe/Vienna' }],
  }
  const days = ['2026-01-09T22:59Z', '2026-01-09T23:00Z', '2026-01-11T22:59Z', '2026-01-11T23:00Z']
  expect(days.map((at) => who(schedule(weekly, weekend), at))).toEqual(['anna', 'zoe', 'zoe', 'anna'])
})

test('an override counts before all layers, the later one first, and only for its schedule', () => {
  const span = { fromMs: Date.parse('2026-01-06T00:00Z'), untilMs: Date.parse('2026-01-07T00:00Z'), author: 'eve' }
  const overrides: readonly OnCallOverride[] = [
    { id: '1', schedule: 'main', person: 'bob', ...span },
    { id: '2', schedule: 'main', person: 'cleo', ...span, untilMs: span.fromMs + 1 },
    { id: '3', schedule: 'other', person: 'zoe', ...span },
  ]
  expect(who(schedule(weekly), '2026-01-06T00:00Z', overrides)).toBe('cleo')
  expect(who(schedule(weekly), '2026-01-06T12:00Z', overrides)).toBe('bob')
  expect(who(schedule(weekly), '2026-01-07T00:00Z', overrides)).toBe('anna')
})

test('the next hand-off is found', () => {
  expect(nextHandOff(schedule(weekly), [], Date.parse('2026-01-06T10:10Z'))).toBe(Date.parse('2026-01-12T08:00Z'))
  expect(nextHandOff(schedule({ ...weekly, people: ['anna'] }), [], Date.parse('2026-01-06T10:10Z'))).toBe(null)
})
