import type { ByteBuffer } from '../../../core/byte-buffer.ts'
import { COPIED_ALL, copyUntil } from './word-copy.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const HEX = Buffer.from('0123456789abcdef', 'latin1')
const LONGEST_ESCAPE_BYTES = 6

// What follows the backslash, for the control characters that have a short escape.
const SHORT_ESCAPES = new Uint8Array(0x20)
SHORT_ESCAPES[0x08] = 0x62
SHORT_ESCAPES[0x09] = 0x74
SHORT_ESCAPES[0x0a] = 0x6e
SHORT_ESCAPES[0x0c] = 0x66
SHORT_ESCAPES[0x0d] = 0x72

/** Appends one byte of a JSON string's content, escaped where JSON asks for it. Reserves what it needs. */
export function appendJsonByte(byte: number, out: ByteBuffer): void {
  out.reserve(LONGEST_ESCAPE_BYTES)
  const bytes = out.bytes
  if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) {
    bytes[out.length++] = byte
    return
  }
  bytes[out.length++] = BACKSLASH
  if (byte >= 0x20) {
    bytes[out.length++] = byte
    return
  }
  const short = SHORT_ESCAPES[byte] ?? 0
  if (short !== 0) {
    bytes[out.length++] = short
    return
  }
  bytes[out.length++] = 0x75
  bytes[out.length++] = 0x30
  bytes[out.length++] = 0x30
  bytes[out.length++] = HEX[byte >> 4] ?? 0
  bytes[out.length++] = HEX[byte & 15] ?? 0
}

/** Appends `from[start, end)` as a JSON string, quotes included. Reserves what it needs. */
export function appendJsonString(from: Buffer, start: number, end: number, out: ByteBuffer): void {
  out.reserve(end - start + 2)
  out.bytes[out.length++] = QUOTE
  let at = start
  while (at < end) {
    const stop = copyUntil(from, at, end, out)
    if (stop === COPIED_ALL) break
    appendJsonByte(from[stop] ?? 0, out)
    at = stop + 1
    out.reserve(end - at + 1)
  }
  out.bytes[out.length++] = QUOTE
}
