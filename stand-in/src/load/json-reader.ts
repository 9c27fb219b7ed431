import { isUtf8 } from 'node:buffer'
import { FieldRow, LoadFailure, type RowReader, type RowSink } from './field-row.ts'
import { UnfinishedBytes } from './unfinished-bytes.ts'
import { hasEscape, incomplete, malformed, scanString, scanValue, skipSpace } from './json-scan.ts'

/** How a JSON value becomes a field: as its text, as its JSON (for JSON and nested columns), or as a native float. */
export type JsonWish = 'text' | 'json' | 'float'

/** What a JSON body is read for: the wanted keys, exact and case-sensitive (reference/starrocks.md 1.6). */
export interface JsonShape {
  readonly keys: readonly string[]
  readonly wishes: readonly JsonWish[]
  readonly stripOuterArray: boolean
}

const empty = Buffer.alloc(0)

/** Objects one after another, or the objects of an array. Unknown keys are dropped, missing ones are NULL. */
export class JsonReader implements RowReader {
  readonly #shape: JsonShape
  readonly #indexes: Map<string, number>
  readonly #keyBytes: readonly Buffer[]
  readonly #fields = new FieldRow()
  readonly #rest = new UnfinishedBytes()
  /** With `strip_outer_array`: before, inside or after the array. */
  #place: 'before' | 'inside' | 'after' = 'before'
  #lastKey = -1
  #anything = false
  /** The object that is with the sink, for its text. */
  #bytes: Buffer = empty
  #rowStart = 0
  #rowEnd = 0
  readonly #line = (): string =>
    this.#bytes.toString('utf8', this.#rowStart, Math.min(this.#rowEnd, this.#rowStart + 4000))

  constructor(shape: JsonShape) {
    this.#shape = shape
    this.#keyBytes = shape.keys.map((key) => Buffer.from(key))
    this.#indexes = new Map(shape.keys.map((key, index) => [key, index]))
    if (!shape.stripOuterArray) this.#place = 'inside'
  }

  write(piece: Buffer, sink: RowSink): void {
    const bytes = this.#rest.add(piece)
    if (bytes !== undefined) this.#rest.keep(bytes.subarray(this.#values(bytes, sink)))
  }

  end(sink: RowSink): void {
    const bytes = Buffer.concat([this.#rest.take(), Buffer.from('\n')])
    const unfinished = this.#values(bytes, sink) < bytes.length
    const unclosed = this.#shape.stripOuterArray && this.#anything && this.#place === 'inside'
    this.#place = this.#shape.stripOuterArray ? 'before' : 'inside'
    if (unfinished || unclosed) throw parseFailure('the body ends inside a value')
  }

  /** Reads all whole values; answers how many bytes are done with. */
  #values(bytes: Buffer, sink: RowSink): number {
    const allValid = isUtf8(bytes.subarray(0, bytes.lastIndexOf(0x7d) + 1))
    this.#bytes = bytes
    let at = skipSpace(bytes, 0)
    while (at < bytes.length) {
      const byte = bytes[at]
      if (this.#shape.stripOuterArray && this.#arrayMark(byte)) {
        at = skipSpace(bytes, at + 1)
        continue
      }
      if (byte !== 0x7b) throw this.#notAnObject(byte)
      const end = this.#object(bytes, at)
      if (end === incomplete) return at
      if (end === malformed) throw parseFailure(bytes.toString('utf8', at, Math.min(at + 200, bytes.length)))
      if (!allValid) this.#checkUtf8(bytes.subarray(at, end))
      this.#rowStart = at
      this.#rowEnd = end
      this.#fields.bytes = end - at
      sink.row(this.#fields, this.#line)
      at = skipSpace(bytes, end)
    }
    return at
  }

  /** `[`, `,` and `]` of the outer array. */
  #arrayMark(byte: number | undefined): boolean {
    this.#anything = true
    if (this.#place === 'before' && byte === 0x5b) this.#place = 'inside'
    else if (this.#place === 'inside' && byte === 0x5d) this.#place = 'after'
    else if (this.#place === 'after' && byte === 0x5b) this.#place = 'inside'
    else return this.#place === 'inside' && byte === 0x2c
    return true
  }

  #notAnObject(byte: number | undefined): LoadFailure {
    if (byte === 0x5b) {
      return new LoadFailure(
        'The value is array type in json document stream, you can set strip_outer_array=true to parse each element of the array as individual rows',
      )
    }
    return parseFailure('the value should be an object')
  }

  #checkUtf8(value: Buffer): void {
    if (!isUtf8(value)) throw parseFailure('UTF8_ERROR: The input is not valid UTF-8')
  }

  #object(bytes: Buffer, start: number): number {
    const fields = this.#fields
    fields.count = this.#shape.keys.length
    fields.nulls.fill(1, 0, fields.count)
    this.#lastKey = -1
    let at = skipSpace(bytes, start + 1)
    if (bytes[at] === 0x7d) return at + 1
    for (;;) {
      if (at >= bytes.length) return incomplete
      if (bytes[at] !== 0x22) return malformed
      const keyEnd = scanString(bytes, at)
      if (keyEnd < 0) return keyEnd
      const colon = skipSpace(bytes, keyEnd)
      if (colon >= bytes.length) return incomplete
      if (bytes[colon] !== 0x3a) return malformed
      const valueAt = skipSpace(bytes, colon + 1)
      const valueEnd = scanValue(bytes, valueAt)
      if (valueEnd < 0) return valueEnd
      this.#member(bytes, at, keyEnd, valueAt, valueEnd)
      at = skipSpace(bytes, valueEnd)
      if (at >= bytes.length) return incomplete
      if (bytes[at] === 0x7d) return at + 1
      if (bytes[at] !== 0x2c) return malformed
      at = skipSpace(bytes, at + 1)
    }
  }

  // oxlint-disable-next-line max-params -- four positions and the bytes they point into: an object for each member would double the cost
  #member(bytes: Buffer, keyAt: number, keyEnd: number, valueAt: number, valueEnd: number): void {
    const index = this.#keyIndex(bytes, keyAt, keyEnd)
    if (index === undefined) return
    this.#lastKey = index
    const fields = this.#fields
    const first = bytes[valueAt]
    if (first === 0x6e) {
      fields.nulls[index] = 1
      return
    }
    fields.nulls[index] = 0
    const wish = this.#shape.wishes[index] ?? 'text'
    if (wish !== 'json' && first === 0x22) this.#string(index, bytes, valueAt, valueEnd)
    else if (wish === 'text' && (first === 0x2d || (first !== undefined && first >= 0x30 && first <= 0x39))) {
      this.#number(index, bytes, valueAt, valueEnd)
    } else this.#span(index, bytes, valueAt, valueEnd)
  }

  /** Most bodies name the keys in one order: the key after the last one is tried first. */
  #keyIndex(bytes: Buffer, keyAt: number, keyEnd: number): number | undefined {
    const guess = this.#keyBytes[this.#lastKey + 1]
    if (guess?.length === keyEnd - keyAt - 2 && startsWith(bytes, keyAt + 1, guess)) return this.#lastKey + 1
    const text = bytes.toString('utf8', keyAt + 1, keyEnd - 1)
    return this.#indexes.get(text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text)
  }

  #span(index: number, bytes: Buffer, start: number, end: number): void {
    this.#fields.sources[index] = bytes
    this.#fields.starts[index] = start
    this.#fields.ends[index] = end
  }

  #string(index: number, bytes: Buffer, start: number, end: number): void {
    if (!hasEscape(bytes, start, end)) {
      this.#span(index, bytes, start + 1, end - 1)
      return
    }
    const parsed: unknown = JSON.parse(bytes.toString('utf8', start, end))
    const value = Buffer.from(String(parsed))
    this.#span(index, value, 0, value.length)
  }

  /** Numbers that are no 64-bit integers pass through a double, as simdjson reads them (1.6: quote them). */
  #number(index: number, bytes: Buffer, start: number, end: number): void {
    if (end - start <= 18 && isInteger(bytes, start, end)) {
      this.#span(index, bytes, start, end)
      return
    }
    const text = bytes.toString('latin1', start, end)
    const exact = /^-?\d+$/.test(text) && BigInt(text) < 2n ** 64n && BigInt(text) >= -(2n ** 63n)
    const value = Buffer.from(exact ? text : String(Number(text)), 'latin1')
    this.#span(index, value, 0, value.length)
  }
}

/** A loop: a native comparison costs more than it saves on names. */
function startsWith(bytes: Buffer, at: number, wanted: Buffer): boolean {
  for (let index = 0; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return false
  return true
}

function isInteger(bytes: Buffer, start: number, end: number): boolean {
  for (let at = bytes[start] === 0x2d ? start + 1 : start; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte < 0x30 || byte > 0x39) return false
  }
  return true
}

const parseFailure = (detail: string): LoadFailure =>
  new LoadFailure(`Failed to parse string to json. error: ${detail}`)
