import type { ByteBuffer } from '../../../core/byte-buffer.ts'

/** Answer of {@link copyUntil}: no byte stopped it. */
export const COPIED_ALL = -1

const viewOf = (buffer: Buffer): DataView => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)

// The views of the buffers used last: they change once per received block, not once per row.
let source: Buffer = Buffer.alloc(0)
let sourceWords = viewOf(source)
let target: Buffer = source
let targetWords = sourceWords

/** Copies `from[start, end)` to the end of `out`, four bytes a step. `out` has the room. */
export function copyWords(from: Buffer, start: number, end: number, out: ByteBuffer): void {
  const to = out.bytes
  if (from !== source) sourceWords = viewOf((source = from))
  if (to !== target) targetWords = viewOf((target = to))
  let at = out.length
  let i = start
  for (const lastWord = end - 3; i < lastWord; i += 4, at += 4) {
    targetWords.setInt32(at, sourceWords.getInt32(i, true), true)
  }
  for (; i < end; i++) to[at++] = from[i] ?? 0
  out.length = at
}

/**
 * Copies `from[start, end)` up to the first byte below 0x04, four bytes a step; true when there was none.
 *
 * The test of a word finds a byte below 4 anywhere in it (borrow into the high bit, and the high bit was not set).
 * @see Bit Twiddling Hacks, "Determine if a word has a byte less than n"
 */
export function copyCsvText(from: Buffer, start: number, end: number, out: ByteBuffer): boolean {
  const to = out.bytes
  if (from !== source) sourceWords = viewOf((source = from))
  if (to !== target) targetWords = viewOf((target = to))
  let at = out.length
  let i = start
  for (const lastWord = end - 3; i < lastWord; i += 4, at += 4) {
    const word = sourceWords.getInt32(i, true)
    if (((word - 0x04040404) & ~word & 0x80808080) !== 0) return false
    targetWords.setInt32(at, word, true)
  }
  for (; i < end; i++) {
    const byte = from[i] ?? 0
    if (byte < 4) return false
    to[at++] = byte
  }
  out.length = at
  return true
}

/**
 * Copies `from[start, end)` up to the first byte that a JSON string must escape. Answers where that byte is, or
 * {@link COPIED_ALL}.
 */
export function copyUntil(from: Buffer, start: number, end: number, out: ByteBuffer): number {
  const to = out.bytes
  if (from !== source) sourceWords = viewOf((source = from))
  if (to !== target) targetWords = viewOf((target = to))
  let at = out.length
  let i = start
  for (const lastWord = end - 3; i < lastWord; i += 4, at += 4) {
    const word = sourceWords.getInt32(i, true)
    const quote = word ^ 0x22222222
    const backslash = word ^ 0x5c5c5c5c
    const control = (word - 0x20202020) & ~word
    const special = control | ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash)
    if ((special & 0x80808080) !== 0) break
    targetWords.setInt32(at, word, true)
  }
  for (; i < end; i++) {
    const byte = from[i] ?? 0
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c) {
      out.length = at
      return i
    }
    to[at++] = byte
  }
  out.length = at
  return COPIED_ALL
}
