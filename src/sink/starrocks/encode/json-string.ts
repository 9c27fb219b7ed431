import type { ByteBuffer } from '../../../core/byte-buffer.ts'
import { appendJsonContent } from './word-copy.ts'

const QUOTE = 0x22

/** Appends `from[start, end)` as a JSON string, quotes included. Reserves what it needs. */
export function appendJsonString(from: Buffer, start: number, end: number, out: ByteBuffer): void {
  out.reserve(1)
  out.bytes[out.length++] = QUOTE
  appendJsonContent(from, start, end, out)
  out.reserve(1)
  out.bytes[out.length++] = QUOTE
}
