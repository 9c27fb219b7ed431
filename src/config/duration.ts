const MILLISECONDS_OF = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

/** Reads a duration such as `500ms`, `30s`, `5m` or `1h30m` into milliseconds. @throws {RangeError} when it is none. */
export function parseDuration(text: string): number {
  const trimmed = text.trim()
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(trimmed)) {
    if (/^\d+$/.test(trimmed)) throw new RangeError(`has no unit: write ${trimmed}ms or ${trimmed}s`)
    throw new RangeError('is not a duration: write a number and ms, s, m, h or d, such as 500ms')
  }
  let totalMs = 0
  for (const part of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    totalMs += Number(part[1]) * (MILLISECONDS_OF.get(part[2] ?? '') ?? 0)
  }
  return Math.round(totalMs)
}
