import { FilterError } from './filter-error.ts'
import type { Span } from './span.ts'

const PERCENT = 0x25
const UNDERSCORE = 0x5f
const BACKSLASH = 0x5c
const CONTINUATION = 0x80

/** A pattern's parts: one byte to be met, any character, any text. */
const ANY_CHARACTER = -1
const ANY_TEXT = -2

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)

function parts(pattern: string, ignoreCase: boolean, position: number): Int16Array {
  const bytes = Buffer.from(pattern)
  const out: number[] = []
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    if (byte === PERCENT) out.push(ANY_TEXT)
    else if (byte === UNDERSCORE) out.push(ANY_CHARACTER)
    else if (byte === BACKSLASH) {
      i++
      if (i === bytes.length) throw new FilterError('the pattern ends with its escape character', position)
      out.push(ignoreCase ? lower(bytes[i] ?? 0) : (bytes[i] ?? 0))
    } else out.push(ignoreCase ? lower(byte) : byte)
  }
  return Int16Array.from(out)
}

/** Where the character that begins at `at` ends. */
function characterEnd(span: Span, at: number): number {
  let end = at + 1
  while (end < span.end && ((span.buffer[end] ?? 0) & 0xc0) === CONTINUATION) end++
  return end
}

/**
 * A LIKE pattern over UTF-8 text, with backslash as its escape. ILIKE folds the letters of ASCII only: beyond them
 * PostgreSQL's folding depends on the database's locale.
 */
export function likePattern(pattern: string, ignoreCase: boolean, position: number): (span: Span) => boolean {
  // oxlint-disable-next-line no-control-regex -- ASCII is meant.
  if (ignoreCase && /[^\u0000-\u007f]/u.test(pattern)) {
    throw new FilterError('ILIKE with letters beyond ASCII depends on the locale', position, 'use LIKE')
  }
  const wanted = parts(pattern, ignoreCase, position)
  return (span) => matches(wanted, ignoreCase, span)
}

/** Where the byte or character that meets `part` at `at` ends; -1 when it does not meet it. */
function meets(part: number | undefined, ignoreCase: boolean, span: Span, at: number): number {
  if (part === undefined || at >= span.end) return -1
  if (part === ANY_CHARACTER) return characterEnd(span, at)
  const byte = span.buffer[at] ?? 0
  return part === (ignoreCase ? lower(byte) : byte) ? at + 1 : -1
}

function matches(wanted: Int16Array, ignoreCase: boolean, span: Span): boolean {
  let at = span.start
  let i = 0
  let retryPart = -1
  let retryAt = 0
  for (;;) {
    const part = wanted[i]
    if (part === ANY_TEXT) {
      i++
      retryPart = i
      retryAt = at
      continue
    }
    if (at >= span.end && part === undefined) return true
    const end = meets(part, ignoreCase, span, at)
    if (end !== -1) {
      at = end
      i++
      continue
    }
    // Back to the last %, which takes one character more.
    if (retryPart === -1 || retryAt >= span.end) return false
    retryAt = characterEnd(span, retryAt)
    at = retryAt
    i = retryPart
  }
}
