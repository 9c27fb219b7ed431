const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** Where the JSON string that begins at `start` (its quote) ends, quote included. */
function stringEnd(body: Buffer, start: number): number {
  let i = start + 1
  while (i < body.length && body[i] !== QUOTE) i += body[i] === BACKSLASH ? 2 : 1
  return i + 1
}

/** Where the object or array that begins at `start` ends, its bracket included. */
function nestedEnd(body: Buffer, start: number): number {
  let depth = 0
  let i = start
  while (i < body.length) {
    const byte = body[i]
    if (byte === QUOTE) {
      i = stringEnd(body, i)
      continue
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--
    i++
    if (depth === 0) break
  }
  return i
}

/** Where the JSON value that begins at `start` ends: at the comma or bracket behind it. */
export function jsonValueEnd(body: Buffer, start: number): number {
  const first = body[start]
  if (first === QUOTE) return stringEnd(body, start)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return nestedEnd(body, start)
  let i = start
  while (i < body.length && body[i] !== COMMA && body[i] !== CLOSE_BRACE) i++
  return i
}
