import { MALFORMED, NOT_FINITE, TOO_LONG, WRITTEN, type FieldWriter } from './field-writer.ts'
import { copyWords } from './word-copy.ts'

const MINUS = 0x2d
const LETTER_I = 0x49
const LETTER_N = 0x4e
const LOWER_T = 0x74

/** Copies a short value whose text the target takes as it is: digits, mostly. */
export const copyShort: FieldWriter = (row, column, out) => {
  const from = row.buffer
  const to = out.bytes
  let at = out.length
  let i = row.starts[column] ?? 0
  const end = i + (row.lengths[column] ?? 0)
  for (; i < end; i++) to[at++] = from[i] ?? 0
  out.length = at
  return WRITTEN
}

/** `t` and `f`, as PostgreSQL prints booleans, become `1` and `0`. @see reference/starrocks.md 1.5 */
export const booleanField: FieldWriter = (row, column, out) => {
  out.bytes[out.length++] = row.buffer[row.starts[column] ?? 0] === LOWER_T ? 0x31 : 0x30
  return WRITTEN
}

/** Copies a number; answers NOT_FINITE for `NaN`, `Infinity` and `-Infinity`. */
export const finiteNumber: FieldWriter = (row, column, out) => {
  const from = row.buffer
  let i = row.starts[column] ?? 0
  const end = i + (row.lengths[column] ?? 0)
  const first = from[i] ?? 0
  if (first === LETTER_N || first === LETTER_I || (first === MINUS && from[i + 1] === LETTER_I)) return NOT_FINITE
  const to = out.bytes
  let at = out.length
  for (; i < end; i++) to[at++] = from[i] ?? 0
  out.length = at
  return WRITTEN
}

/** Text of a float that is equal exactly when the floats are: `-0` becomes `0`. */
export const floatKeyText: FieldWriter = (row, column, out) => {
  const start = row.starts[column] ?? 0
  if (row.lengths[column] === 2 && row.buffer[start] === MINUS && row.buffer[start + 1] === 0x30) {
    out.bytes[out.length++] = 0x30
    return WRITTEN
  }
  return copyShort(row, column, out)
}

/** bytea's hex digits without the `\x` before them; `limitBytes` bounds the bytes that they stand for. */
export function hexField(limitBytes: number): FieldWriter {
  return (row, column, out) => {
    const from = row.buffer
    const start = row.starts[column] ?? 0
    const length = row.lengths[column] ?? 0
    if (length < 2 || from[start] !== 0x5c || from[start + 1] !== 0x78) return MALFORMED
    if (length - 2 > limitBytes * 2) return TOO_LONG
    copyWords(from, start + 2, start + length, out)
    return WRITTEN
  }
}

/** Hex digits as the target prints them, in lower case as the source does. */
export const lowerCaseHex: FieldWriter = (row, column, out) => {
  let i = row.starts[column] ?? 0
  const end = i + (row.lengths[column] ?? 0)
  for (; i < end; i++) {
    const byte = row.buffer[i] ?? 0
    out.bytes[out.length++] = byte >= 0x41 && byte <= 0x46 ? byte + 0x20 : byte
  }
  return WRITTEN
}
