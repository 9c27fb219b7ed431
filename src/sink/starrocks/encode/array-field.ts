import type { ByteBuffer } from '../../../core/byte-buffer.ts'
import { MALFORMED, TOO_LONG, WRITTEN, type FieldWriter } from './field-writer.ts'
import { appendJsonString } from './json-string.ts'
import { appendJsonByte } from './word-copy.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const EQUALS = 0x3d
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const LOWER_T = 0x74
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const NULL_WORD = 0x6e756c6c
const TRUE = Buffer.from('true', 'latin1')
const FALSE = Buffer.from('false', 'latin1')
const NULL = Buffer.from('null', 'latin1')

/** How an element that is not NULL stands in the JSON array: everything but numbers and booleans is a string. */
export type ElementForm = 'number' | 'boolean' | 'string'

const isNull = (from: Buffer, start: number, end: number): boolean =>
  end - start === 4 && (from.readUInt32BE(start) | 0x20202020) === NULL_WORD

// Finite numbers of PostgreSQL are JSON numbers; `NaN` and `Infinity` end in a letter.
const isNumber = (from: Buffer, end: number): boolean => (from[end - 1] ?? 0) <= 0x39

const appendWord = (word: Buffer, out: ByteBuffer): void => {
  out.append(word, 0, word.length)
}

function appendBare(from: Buffer, start: number, end: number, out: ByteBuffer): void {
  out.append(from, start, end)
}

/** One array literal being read. Kept per column and used again for each row, so that no row makes an object. */
class ArrayReader {
  readonly #delimiter: number
  readonly #form: ElementForm
  #at = 0
  #end = 0

  constructor(form: ElementForm, delimiter: number) {
    this.#form = form
    this.#delimiter = delimiter
  }

  /** Appends `from[start, end)` as JSON; false when it is not an array literal. */
  read(from: Buffer, start: number, end: number, out: ByteBuffer): boolean {
    this.#at = start
    this.#end = end
    const bounded = from[start] === OPEN_BRACKET
    if (bounded && !this.#bounds(from, out)) return false
    const read = this.#elements(from, out)
    if (bounded) this.#byte(CLOSE_BRACE, out)
    return read
  }

  // `[0:1]={...}`: bounds that do not start at 1 are kept as the name of the one member of an object.
  #bounds(from: Buffer, out: ByteBuffer): boolean {
    let i = this.#at
    while (i < this.#end && from[i] !== EQUALS) i++
    if (i === this.#end) return false
    this.#byte(OPEN_BRACE, out)
    appendJsonString(from, this.#at, i, out)
    this.#byte(COLON, out)
    this.#at = i + 1
    return true
  }

  #elements(from: Buffer, out: ByteBuffer): boolean {
    let depth = 0
    while (this.#at < this.#end) {
      const byte = from[this.#at] ?? 0
      if (byte === OPEN_BRACE) depth++
      else if (byte === CLOSE_BRACE) depth--
      if (byte === QUOTE) this.#quoted(from, out)
      else if (byte === OPEN_BRACE || byte === CLOSE_BRACE || byte === this.#delimiter) this.#punctuation(byte, out)
      else this.#bare(from, out)
    }
    return depth === 0
  }

  #punctuation(byte: number, out: ByteBuffer): void {
    this.#at++
    this.#byte(byte === OPEN_BRACE ? OPEN_BRACKET : byte === CLOSE_BRACE ? CLOSE_BRACKET : COMMA, out)
  }

  #quoted(from: Buffer, out: ByteBuffer): void {
    this.#byte(QUOTE, out)
    let i = this.#at + 1
    for (; i < this.#end && from[i] !== QUOTE; i++) {
      if (from[i] === BACKSLASH) i++
      appendJsonByte(from[i] ?? 0, out)
    }
    this.#byte(QUOTE, out)
    this.#at = i + 1
  }

  #bare(from: Buffer, out: ByteBuffer): void {
    const start = this.#at
    let end = start
    while (end < this.#end && from[end] !== this.#delimiter && from[end] !== CLOSE_BRACE) end++
    this.#at = end
    if (isNull(from, start, end)) appendWord(NULL, out)
    else if (this.#form === 'boolean') appendWord(from[start] === LOWER_T ? TRUE : FALSE, out)
    else if (this.#form === 'number' && isNumber(from, end)) appendBare(from, start, end, out)
    else appendJsonString(from, start, end, out)
  }

  #byte(byte: number, out: ByteBuffer): void {
    out.reserve(1)
    out.bytes[out.length++] = byte
  }
}

/**
 * A PostgreSQL array literal as JSON text: `{1,NULL,"a b"}` becomes `[1,null,"a b"]`, nested for more dimensions, and
 * `[0:1]={7,8}` becomes `{"[0:1]":[7,8]}`. No two arrays of one type give the same text.
 *
 * `delimiter` is the element type's (`;` for box, `,` for all other types of PostgreSQL).
 * @see PostgreSQL manual, 8.15.6 Array Input and Output Syntax
 */
export function arrayField(form: ElementForm, delimiter: ',' | ';', limitBytes: number): FieldWriter {
  const reader = new ArrayReader(form, delimiter.charCodeAt(0))
  return (row, column, out) => {
    const start = row.starts[column] ?? 0
    const length = row.lengths[column] ?? 0
    // The JSON text is never shorter than the literal.
    if (length > limitBytes) return TOO_LONG
    const first = out.length
    if (!reader.read(row.buffer, start, start + length, out)) return MALFORMED
    return out.length - first > limitBytes ? TOO_LONG : WRITTEN
  }
}
