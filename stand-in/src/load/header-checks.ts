import { checkTimeZone } from '../sql/time-zone.ts'
import { messageOf } from '../stand-in-error.ts'
import { LoadFailure } from './field-row.ts'

/** A header's value by its lower-case name; undefined when absent or empty. */
export type HeaderOf = (name: string) => string | undefined

/**
 * Headers that change nothing in the stand-in but that a BE parses, in its order and with its words (stream_load.cpp,
 * StreamLoadInfo.java; reference/starrocks.md 1.2).
 * @throws {LoadFailure} for a value that StarRocks refuses.
 */
export function checkIdleHeaders(header: HeaderOf): void {
  const zone = header('timezone')
  if (zone !== undefined) checkZone(zone)
  atLeast(header('load_mem_limit'), 0, {
    format: 'Invalid load mem limit format',
    range: 'load_mem_limit must be equal or greater than 0',
  })
  atLeast(header('load_dop'), Number.NEGATIVE_INFINITY, { format: 'Invalid load_dop format', range: '' })
  atLeast(header('exec_mem_limit'), 1, { format: 'stoll', range: 'exec_mem_limit must be greater than 0' })
}

function checkZone(zone: string): void {
  try {
    checkTimeZone(zone)
  } catch (error) {
    throw new LoadFailure(messageOf(error), { cause: error })
  }
}

/**
 * A whole number, of which C++ reads as many digits as there are: `12abc` is 12.
 * @returns undefined when the header is not there.
 * @throws {LoadFailure} `format` without digits, `range` below the minimum.
 */
export function atLeast(
  text: string | undefined,
  minimum: number,
  words: { readonly format: string; readonly range: string },
): number | undefined {
  if (text === undefined) return undefined
  const digits = /^\s*([+-]?\d+)/.exec(text)?.[1]
  if (digits === undefined) throw new LoadFailure(words.format)
  if (Number(digits) < minimum) throw new LoadFailure(words.range)
  return Number(digits)
}

/** @throws {LoadFailure} `words` for anything but true or false, in any case. */
export function trueOrFalse(text: string | undefined, words: string): boolean {
  const lower = text?.toLowerCase() ?? 'false'
  if (lower !== 'true' && lower !== 'false') throw new LoadFailure(words)
  return lower === 'true'
}
