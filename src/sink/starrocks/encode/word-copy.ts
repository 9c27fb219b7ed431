import type { ByteBuffer } from '../../../core/byte-buffer.ts'

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

// Per byte: 0 for one that a JSON string takes as it is, else what follows the backslash (`u`: four hex digits more).
const UNICODE_ESCAPE = 0x75
const ESCAPES = new Uint8Array(256).fill(UNICODE_ESCAPE, 0, 0x20)
for (const [byte, letter] of [
  [0x08, 0x62],
  [0x09, 0x74],
  [0x0a, 0x6e],
  [0x0c, 0x66],
  [0x0d, 0x72],
  [0x22, 0x22],
  [0x5c, 0x5c],
] as const) {
  ESCAPES[byte] = letter
}
const BACKSLASH = 0x5c
const ZERO = 0x30
const HEX = Buffer.from('0123456789abcdef', 'latin1')
const LONGEST_ESCAPE_BYTES = 6

/** Writes one byte of a JSON string's content at `at`, escaped where JSON asks for it; answers where the next one goes. */
function putJsonByte(to: Buffer, at: number, byte: number): number {
  const escape = ESCAPES[byte] ?? 0
  if (escape === 0) {
    to[at] = byte
    return at + 1
  }
  to[at] = BACKSLASH
  to[at + 1] = escape
  if (escape !== UNICODE_ESCAPE) return at + 2
  to[at + 2] = ZERO
  to[at + 3] = ZERO
  to[at + 4] = HEX[byte >> 4] ?? 0
  to[at + 5] = HEX[byte & 15] ?? 0
  return at + LONGEST_ESCAPE_BYTES
}

/** Appends one byte of a JSON string's content. Reserves what it needs. */
export function appendJsonByte(byte: number, out: ByteBuffer): void {
  out.reserve(LONGEST_ESCAPE_BYTES)
  out.length = putJsonByte(out.bytes, out.length, byte)
}

/** Appends `from[start, end)` as the content of a JSON string, four bytes a step. Reserves what it needs. */
export function appendJsonContent(from: Buffer, start: number, end: number, out: ByteBuffer): void {
  out.reserve(end - start + 8 * LONGEST_ESCAPE_BYTES)
  if (from !== source) sourceWords = viewOf((source = from))
  if (out.bytes !== target) targetWords = viewOf((target = out.bytes))
  let to = out.bytes
  let at = out.length
  let i = start
  for (const lastWord = end - 3; i < lastWord; i += 4) {
    const word = sourceWords.getInt32(i, true)
    const quote = word ^ 0x22222222
    const backslash = word ^ 0x5c5c5c5c
    const control = (word - 0x20202020) & ~word
    const special = control | ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash)
    if ((special & 0x80808080) === 0) {
      targetWords.setInt32(at, word, true)
      at += 4
      continue
    }
    if (to.length - at < end - i + 8 * LONGEST_ESCAPE_BYTES) {
      out.length = at
      to = grown(end - i + 8 * LONGEST_ESCAPE_BYTES, out)
    }
    at = putJsonByte(to, at, word & 0xff)
    at = putJsonByte(to, at, (word >> 8) & 0xff)
    at = putJsonByte(to, at, (word >> 16) & 0xff)
    at = putJsonByte(to, at, word >>> 24)
  }
  for (; i < end; i++) at = putJsonByte(to, at, from[i] ?? 0)
  out.length = at
}

function grown(bytes: number, out: ByteBuffer): Buffer {
  out.reserve(bytes)
  if (out.bytes !== target) targetWords = viewOf((target = out.bytes))
  return out.bytes
}

/** A text that is written again and again, as words: the last one is filled up with zeros. */
export interface ConstantText {
  readonly words: Int32Array
  readonly length: number
}

/** Prepares a text for {@link appendConstant}. */
export function constantText(text: string): ConstantText {
  const { length } = Buffer.from(text)
  const padded = Buffer.alloc(Math.ceil(length / 4) * 4)
  padded.write(text)
  return { words: Int32Array.from({ length: padded.length / 4 }, (_, i) => padded.readInt32LE(i * 4)), length }
}

/** Appends a prepared text. Reserves what it needs; writes zeros up to the next word, which what follows overwrites. */
export function appendConstant({ words, length }: ConstantText, out: ByteBuffer): void {
  out.reserve(words.length * 4)
  if (out.bytes !== target) targetWords = viewOf((target = out.bytes))
  let at = out.length
  for (let i = 0; i < words.length; i++, at += 4) targetWords.setInt32(at, words[i] ?? 0, true)
  out.length += length
}
