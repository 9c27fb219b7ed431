import type { ByteBuffer } from '../../../core/byte-buffer.ts'
import { MALFORMED, TOO_LONG, WRITTEN, type FieldWriter } from './field-writer.ts'
import { appendJsonByte } from './word-copy.ts'

const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const EQUALS = 0x3d
const GREATER = 0x3e
const LETTER_N = 0x4e
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const NULL = Buffer.from('null', 'latin1')

function appendByte(byte: number, out: ByteBuffer): void {
  out.reserve(1)
  out.bytes[out.length++] = byte
}

/** Appends the quoted string that begins at `start`; answers where it ends. */
function appendString(from: Buffer, start: number, end: number, out: ByteBuffer): number {
  appendByte(QUOTE, out)
  let i = start + 1
  for (; i < end && from[i] !== QUOTE; i++) {
    if (from[i] === BACKSLASH) i++
    appendJsonByte(from[i] ?? 0, out)
  }
  appendByte(QUOTE, out)
  return i + 1
}

/** Appends what begins at `start`; answers where it ends, -1 when hstore never prints it. */
function appendToken(from: Buffer, start: number, end: number, out: ByteBuffer): number {
  const byte = from[start] ?? 0
  if (byte === QUOTE) return appendString(from, start, end, out)
  if (byte === SPACE) return start + 1
  if (byte === COMMA) {
    appendByte(COMMA, out)
    return start + 1
  }
  if (byte === EQUALS && from[start + 1] === GREATER) {
    appendByte(COLON, out)
    return start + 2
  }
  if (byte !== LETTER_N) return -1
  out.append(NULL, 0, NULL.length)
  return start + NULL.length
}

/** An hstore as the JSON text of an object with its keys in hstore's own order. @see PostgreSQL manual, F.17 hstore */
export function hstoreField(limitBytes: number): FieldWriter {
  return (row, column, out) => {
    const first = out.length
    let at = row.starts[column] ?? 0
    const end = at + (row.lengths[column] ?? 0)
    appendByte(OPEN_BRACE, out)
    while (at < end && at !== -1) at = appendToken(row.buffer, at, end, out)
    appendByte(CLOSE_BRACE, out)
    if (at === -1) return MALFORMED
    return out.length - first > limitBytes ? TOO_LONG : WRITTEN
  }
}
