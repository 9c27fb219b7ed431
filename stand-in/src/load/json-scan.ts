/** The bytes end before the value does. */
export const incomplete = -1
/** What stands there is not JSON. */
export const malformed = -2

const quote = 0x22
const backslash = 0x5c

/** The first position at or after `at` that is not white space of JSON. */
export function skipSpace(bytes: Buffer, at: number): number {
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break
    at++
  }
  return at
}

/** Where the string that opens at `at` ends (after its closing quote). */
export function scanString(bytes: Buffer, at: number): number {
  for (let index = at + 1; index < bytes.length; index++) {
    const byte = bytes[index]
    if (byte === quote) return index + 1
    if (byte === backslash) index++
  }
  return incomplete
}

/** Whether there is a backslash in `bytes[start, end)`. */
export function hasEscape(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > 64) return bytes.subarray(start, end).includes(backslash)
  for (let at = start; at < end; at++) if (bytes[at] === backslash) return true
  return false
}

/** Where the value that begins at `at` ends. At the very end of the bytes a number is incomplete. */
export function scanValue(bytes: Buffer, at: number): number {
  const first = bytes[at]
  if (first === undefined) return incomplete
  if (first === quote) return scanString(bytes, at)
  if (first === 0x7b || first === 0x5b) return scanNested(bytes, at)
  let end = at
  while (end < bytes.length && !endsScalar(bytes[end])) end++
  if (end >= bytes.length) return incomplete
  return isPlainInteger(bytes, at, end) || isWord(bytes, at, end) || scalar.test(bytes.toString('latin1', at, end))
    ? end
    : malformed
}

/** The common case without a string: digits, the first of which is no 0, perhaps after a minus. */
function isPlainInteger(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start] === 0x2d ? start + 1 : start
  if (first >= end || (bytes[first] === 0x30 && end - first > 1)) return false
  for (let at = first; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte < 0x30 || byte > 0x39) return false
  }
  return true
}

/** The words of JSON: no two begin with one letter. */
const words: readonly Buffer[] = ['true', 'false', 'null'].map((word) => Buffer.from(word))

function isWord(bytes: Buffer, start: number, end: number): boolean {
  const word = words.find((candidate) => candidate[0] === bytes[start])
  if (word?.length !== end - start) return false
  for (let index = 1; index < word.length; index++) if (bytes[start + index] !== word[index]) return false
  return true
}

const scalar = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/

function endsScalar(byte: number | undefined): boolean {
  return (
    byte === 0x2c || byte === 0x7d || byte === 0x5d || byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
  )
}

function scanNested(bytes: Buffer, at: number): number {
  let depth = 0
  for (let index = at; index < bytes.length; index++) {
    const byte = bytes[index]
    if (byte === quote) {
      const end = scanString(bytes, index)
      if (end < 0) return incomplete
      index = end - 1
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--
      if (depth === 0) return parses(bytes, at, index + 1) ? index + 1 : malformed
    }
  }
  return incomplete
}

function parses(bytes: Buffer, start: number, end: number): boolean {
  try {
    JSON.parse(bytes.toString('utf8', start, end))
    return true
  } catch {
    return false
  }
}
