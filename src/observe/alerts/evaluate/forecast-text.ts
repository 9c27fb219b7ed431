import { showSeconds } from './show-value.ts'

/** Within this one says how long it takes, beyond it when it will be. */
const NEAR_MS = 36 * 3_600_000

/** How long something lasts still: ` in 3 h 10 min`, or beyond a day and a half the day (UTC): ` on Friday, 27 November`. */
export function forecastText(leftMs: number, nowMs: number): string {
  if (leftMs < NEAR_MS) return ` in ${showSeconds(leftMs / 1000)}`
  const format = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
  const parts = new Map(format.formatToParts(nowMs + leftMs).map(({ type, value }) => [type, value]))
  return ` on ${parts.get('weekday') ?? ''}, ${parts.get('day') ?? ''} ${parts.get('month') ?? ''}`
}
