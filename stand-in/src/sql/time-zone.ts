import { utcMs } from '../clock.ts'
import { StandInError } from '../stand-in-error.ts'

/** Names that StarRocks knows besides those of the IANA database. */
const aliases: Readonly<Record<string, string>> = { SYSTEM: 'Etc/UTC', CST: 'Asia/Shanghai' }

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: aliases[zone.toUpperCase()] ?? zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    })
    formats.set(zone, format)
  }
  return format
}

/** @throws {StandInError} 1298 for a zone that nobody knows. */
export function checkTimeZone(zone: string): void {
  try {
    formatOf(zone)
  } catch {
    throw new StandInError(`Unknown or incorrect time zone: '${zone}'`, 1298)
  }
}

/** A moment on the clocks of a zone: `2024-01-02 03:04:05`. */
export const localTime = (zone: string, ms: number): string => formatOf(zone).format(ms)

/** How far a zone is ahead of UTC at a moment, in seconds. */
export function offsetSeconds(zone: string, ms: number): number {
  const wholeMs = Math.floor(ms / 1000) * 1000
  return (utcMs(localTime(zone, wholeMs)) - wholeMs) / 1000
}
