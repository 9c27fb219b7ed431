import type { ByteBuffer } from '../../../core/byte-buffer.ts'
import { MALFORMED, NOT_FINITE, TOO_MANY_DIGITS, WRITTEN, type FieldWriter } from './field-writer.ts'
import { copyShort } from './plain-fields.ts'

const COMMA = 0x2c
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const DOLLAR = 0x24

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE

// Where the dot is, or `end`. Not `indexOf`, which would search the rest of the received block.
function dotOf(from: Buffer, start: number, end: number): number {
  let i = start
  while (i < end && from[i] !== DOT) i++
  return i
}

// Where the fraction's last digit that is not zero ends, or the integer when there is none.
function trimmedEnd(from: Buffer, start: number, end: number): number {
  const dot = dotOf(from, start, end)
  if (dot === end) return end
  let last = end
  while (from[last - 1] === ZERO) last--
  return last - 1 === dot ? dot : last
}

const appendBytes = (from: Buffer, start: number, end: number, out: ByteBuffer): void => {
  for (let i = start; i < end; i++) out.bytes[out.length++] = from[i] ?? 0
}

/** Text of a numeric that is equal exactly when the numbers are: no zeros at the end of the fraction. */
export const numericKeyText: FieldWriter = (row, column, out) => {
  const start = row.starts[column] ?? 0
  const end = start + (row.lengths[column] ?? 0)
  if (!isDigit(row.buffer[end - 1] ?? 0)) return copyShort(row, column, out)
  appendBytes(row.buffer, start, trimmedEnd(row.buffer, start, end), out)
  return WRITTEN
}

/** A numeric of any size into DECIMAL(precision, scale): refused when digits would be lost. */
export function decimalField(precision: number, scale: number): FieldWriter {
  return (row, column, out) => {
    const from = row.buffer
    const start = row.starts[column] ?? 0
    const full = start + (row.lengths[column] ?? 0)
    if (!isDigit(from[full - 1] ?? 0)) return NOT_FINITE
    const end = trimmedEnd(from, start, full)
    const first = from[start] === MINUS ? start + 1 : start
    const integerEnd = dotOf(from, first, end)
    const integerDigits = from[first] === ZERO ? 0 : integerEnd - first
    const fractionDigits = Math.max(0, end - integerEnd - 1)
    if (integerDigits > precision - scale || fractionDigits > scale) return TOO_MANY_DIGITS
    appendBytes(from, start, end, out)
    return WRITTEN
  }
}

/** money as lc_monetary=C prints it, `-$1,234.56`, becomes `-1234.56`. */
export const moneyField: FieldWriter = (row, column, out) => {
  const from = row.buffer
  let i = row.starts[column] ?? 0
  const end = i + (row.lengths[column] ?? 0)
  for (; i < end; i++) {
    const byte = from[i] ?? 0
    if (byte === DOLLAR || byte === COMMA) continue
    if (!isDigit(byte) && byte !== DOT && byte !== MINUS) return MALFORMED
    out.bytes[out.length++] = byte
  }
  return WRITTEN
}
