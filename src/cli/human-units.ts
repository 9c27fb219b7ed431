const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes for people, three digits: `64 MB`, `1.25 GB`. Decimal units, as in the configuration. */
export function humanBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${threeDigits(value)} ${BYTE_UNITS[unit] ?? ''}`
}

/** Milliseconds for people: `350 ms`, `12.5 s`, `3 min 20 s`, `5 h 2 min`. */
export function humanDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${threeDigits(ms / 1000)} s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** A count with thin groups: `1,234,567`. */
export function humanCount(count: number): string {
  return count.toLocaleString('en-US')
}

function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)))
}
