import type { OnCallLayer, OnCallSchedule } from '../../../config/alerting/oncall-section.ts'
import { isWithin } from './within-interval.ts'
import { dayNumber, weekdayOf, zonedInstant, zonedTime } from './zoned-time.ts'

/** Somebody takes over somebody else's turn. */
export interface OnCallOverride {
  readonly id: string
  readonly schedule: string
  readonly person: string
  /** Milliseconds since 1970 UTC; `untilMs` excluded. */
  readonly fromMs: number
  readonly untilMs: number
  readonly author: string
}

/** Who is on call, and why. */
export interface OnCallAnswer {
  /** Null when nobody is. */
  readonly person: string | null
  readonly reason: string
}

/** Who is on call at an instant: an override, the later made one first, else the last layer that counts. Pure. */
export function whoIsOnCall(
  schedule: OnCallSchedule,
  overrides: readonly OnCallOverride[],
  atMs: number,
): OnCallAnswer {
  const override = overrides.findLast(({ schedule: name, fromMs, untilMs }) => {
    return name === schedule.name && atMs >= fromMs && atMs < untilMs
  })
  if (override) return { person: override.person, reason: `override by ${override.author}` }
  for (const [index, layer] of [...schedule.layers.entries()].toReversed()) {
    const person = turnOf(layer, schedule.zone, atMs)
    if (person !== null) return { person, reason: `${layer.rotation} rotation, layer ${index + 1}` }
  }
  return { person: null, reason: 'no layer counts now' }
}

/** Whose turn a layer has; null when it does not count. */
function turnOf(layer: OnCallLayer, zone: string, atMs: number): string | null {
  if (layer.active && !isWithin(layer.active, atMs)) return null
  const today = zonedTime(atMs, zone)
  // By the instant of the hand-off, not by what the clock shows: in autumn it shows an hour twice.
  const handedOff = atMs >= zonedInstant(today, layer.handOffMinutes, zone)
  const day = dayNumber(today) - (handedOff ? 0 : 1)
  const start = dayNumber(layer.start)
  if (day < start) return null
  const turn = layer.rotation === 'daily' ? day - start : weeksSince(layer, day)
  return layer.people[turn % layer.people.length] ?? null
}

/** Weekly hand-offs between the start and a day. */
function weeksSince({ start, handOffWeekday }: OnCallLayer, day: number): number {
  const firstHandOff = dayNumber(start) - ((weekdayOf(start) - handOffWeekday + 7) % 7)
  return Math.floor((day - firstHandOff) / 7)
}

const STEP_MS = 15 * 60_000
const FURTHEST_MS = 15 * 86_400_000

/** The next instant, to a quarter of an hour, at which somebody else is on call; null when that is more than two weeks away. Pure. */
export function nextHandOff(
  schedule: OnCallSchedule,
  overrides: readonly OnCallOverride[],
  atMs: number,
): number | null {
  const { person } = whoIsOnCall(schedule, overrides, atMs)
  const first = Math.floor(atMs / STEP_MS) * STEP_MS + STEP_MS
  for (let next = first; next < atMs + FURTHEST_MS; next += STEP_MS) {
    if (whoIsOnCall(schedule, overrides, next).person !== person) return next
  }
  return null
}
