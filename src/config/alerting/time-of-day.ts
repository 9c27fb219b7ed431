import { scalar, type Kind } from '../declaration.ts'

/** Minutes since midnight of `09:30`; `24:00` is the end of the day. @throws {RangeError} */
export function parseTimeOfDay(text: string): number {
  const [, hours, minutes] = /^\s*(\d{1,2}):(\d{2})\s*$/.exec(text) ?? []
  const total = Number(hours) * 60 + Number(minutes)
  if (!(total <= 24 * 60) || Number(minutes) > 59) throw new RangeError('is not a time of day such as 09:30')
  return total
}

/** A time of day. */
export const timeOfDay: Kind<number> = scalar('HH:MM', parseTimeOfDay)
