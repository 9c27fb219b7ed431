// globalThis.Date: only the calendar is asked here, never the time.

/** An instant as `2026-01-31T18:00:00.000Z`. `atMs`: milliseconds since 1970 UTC. */
export function isoInstant(atMs: number): string {
  return new globalThis.Date(atMs).toISOString()
}

/** Milliseconds since 1970 UTC of a day and minutes after its midnight, all in UTC; months from 1. Days may overflow their month. */
export function utcInstant(year: number, month: number, day: number, minutes = 0): number {
  return globalThis.Date.UTC(year, month - 1, day, 0, minutes)
}

/** What a calendar shows at an instant, in UTC; months from 1, weekday 0 is Sunday. */
export function utcCalendar(atMs: number): {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly weekday: number
} {
  const date = new globalThis.Date(atMs)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
  }
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

/**
 * Milliseconds since 1970 UTC of `2026-12-24T18:00:00+01:00`; seconds may be left out, the offset may not: without it the text
 * would mean another instant on another machine.
 * @throws {RangeError} a sentence that goes on after the text.
 */
export function parseInstant(text: string): number {
  const [, day, minutes, seconds = ':00', offset] = INSTANT.exec(text.trim()) ?? []
  const atMs = globalThis.Date.parse(`${day}T${minutes}${seconds}${offset}`)
  if (Number.isNaN(atMs)) throw new RangeError('is not an instant such as 2026-12-24T18:00:00+01:00')
  return atMs
}

/** Milliseconds since 1970 UTC of a date as another program wrote it, such as an HTTP header or a certificate; null when it is none. */
export function foreignInstant(text: string): number | null {
  const atMs = globalThis.Date.parse(text)
  return Number.isNaN(atMs) ? null : atMs
}
