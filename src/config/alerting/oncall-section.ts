import { defaulted, list, map, oneOrMore, optional, required, scalar, section, type Kind } from '../declaration.ts'
import { choice, text } from '../scalars.ts'
import { notifyTarget, type NotifyTarget } from './notify-target.ts'
import { parseWeekday, timeIntervals, type TimeInterval } from './time-interval.ts'
import { timeOfDay } from './time-of-day.ts'
import { zoneName } from './time-zone.ts'

/** A day of the calendar; months from 1. */
export interface CalendarDay {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** People who take turns. */
export interface OnCallLayer {
  readonly people: readonly string[]
  readonly rotation: 'daily' | 'weekly'
  /** Minutes since midnight, in the schedule's zone. */
  readonly handOffMinutes: number
  /** 0 is Sunday; of weekly rotations. */
  readonly handOffWeekday: number
  /** The day from whose hand-off on the first of `people` is on call. */
  readonly start: CalendarDay
  /** When this layer counts; absent: always. Where it does not, the layer below does. */
  readonly active?: readonly TimeInterval[] | undefined
}

/** Who is on call when: the last layer that counts decides. */
export interface OnCallSchedule {
  readonly name: string
  readonly zone: string
  readonly layers: readonly OnCallLayer[]
}

/** `oncall:`. */
export interface OnCallConfig {
  readonly people: ReadonlyMap<string, readonly NotifyTarget[]>
  readonly schedules: ReadonlyMap<string, OnCallSchedule>
}

/** Nobody is on call. */
export const NO_ONCALL: OnCallConfig = { people: new Map(), schedules: new Map() }

const calendarDay = scalar('YYYY-MM-DD', (value): CalendarDay => {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) ?? []
  const found = { year: Number(year), month: Number(month), day: Number(day) }
  const daysOfMonth = [31, found.year % 4 === 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][found.month - 1] ?? 0
  if (!(found.day >= 1 && found.day <= daysOfMonth)) throw new RangeError('is not a day such as 2026-01-05')
  return found
})

const weekday = scalar('weekday', parseWeekday)

const layer: Kind<OnCallLayer> = section(
  {
    people: required(oneOrMore(text), 'Names of `people`, in turn.'),
    rotation: defaulted(choice(['daily', 'weekly']), 'weekly', { doc: 'How long a turn is.' }),
    hand_off: defaulted(timeOfDay, '09:00', { doc: 'Local time at which turns change.' }),
    hand_off_day: defaulted(weekday, 'monday', { doc: 'Day on which weekly turns change.' }),
    start: required(calendarDay, 'Day from whose hand-off on the first of `people` is on call.'),
    active: optional(timeIntervals, {
      doc: 'When this layer counts; where it does not, the layer below does.',
      defaultText: 'always',
    }),
  },
  (yaml): OnCallLayer => ({
    people: yaml.people,
    rotation: yaml.rotation,
    handOffMinutes: yaml.hand_off,
    handOffWeekday: yaml.hand_off_day,
    start: yaml.start,
    active: yaml.active,
  }),
)

const schedule: Kind<Omit<OnCallSchedule, 'name'>> = section(
  {
    time_zone: optional(zoneName, { doc: 'IANA time zone of hand-offs.', defaultText: 'UTC' }),
    layers: required(list(layer), 'Rotations; the last one that counts decides.'),
  },
  (yaml) => ({ zone: yaml.time_zone ?? 'UTC', layers: yaml.layers }),
)

/** `oncall:`: people, and who of them is on call when. */
export const oncallSection: Kind<OnCallConfig> = section(
  {
    people: required(
      map(oneOrMore(notifyTarget)),
      'How each person is told: `anna: [phone:+431234567, mail:anna@example.com]`.',
    ),
    schedules: optional(map(schedule), { doc: 'Who is on call when; `oncall:NAME` tells whoever is.' }),
  },
  (yaml, refuse): OnCallConfig => {
    const people = new Map(Object.entries(yaml.people))
    const schedules = new Map(Object.entries(yaml.schedules ?? {}).map(([name, each]) => [name, { name, ...each }]))
    for (const [name, targets] of people) {
      const nested = targets.findIndex((target) => target.tag !== 'channel')
      if (nested >= 0) refuse(['people', name, nested], 'a person is told over channels, not over other people')
    }
    for (const [name, { layers }] of schedules) {
      for (const [index, { people: turns }] of layers.entries()) {
        const stranger = turns.findIndex((person) => !people.has(person))
        if (stranger < 0) continue
        const path = ['schedules', name, 'layers', index, 'people']
        refuse(path, `${JSON.stringify(turns[stranger])} is not one of oncall.people`)
      }
    }
    return { people, schedules }
  },
)
