import { isUtf8 } from 'node:buffer'
import { FieldRow, type RowReader, type RowSink } from './field-row.ts'
import { UnfinishedBytes } from './unfinished-bytes.ts'

const empty = Buffer.alloc(0)

/** How a plain CSV body is written. */
export interface PlainCsvShape {
  readonly separator: number
  readonly delimiter: number
  readonly unterminatedIsRefused: boolean
  readonly maxLineBytes: number
}

/**
 * CSV with one-byte separators and no quoting (reference/starrocks.md 1.5): NULL is exactly `\N`, blank lines are
 * skipped, rows that are no UTF-8 are refused.
 */
export class PlainCsvReader implements RowReader {
  readonly #separator: number
  readonly #delimiter: number
  readonly #unterminatedIsRefused: boolean
  readonly #fields = new FieldRow()
  readonly #rest: UnfinishedBytes
  /** The row that is with the sink, for its text. */
  #bytes: Buffer = empty
  #lineStart = 0
  #lineEnd = 0
  readonly #line = (): string =>
    this.#bytes.toString('utf8', this.#lineStart, Math.min(this.#lineEnd, this.#lineStart + 4000))

  constructor(shape: PlainCsvShape) {
    this.#separator = shape.separator
    this.#delimiter = shape.delimiter
    this.#unterminatedIsRefused = shape.unterminatedIsRefused
    this.#rest = new UnfinishedBytes(shape.maxLineBytes)
  }

  write(piece: Buffer, sink: RowSink): void {
    const bytes = this.#rest.add(piece)
    if (bytes === undefined) return
    const end = bytes.lastIndexOf(this.#delimiter) + 1
    if (end > 0) this.#rows(bytes, end, sink)
    this.#rest.keep(bytes.subarray(end))
  }

  end(sink: RowSink): void {
    const rest = this.#finishRows(sink)
    if (rest.length === 0) return
    if (this.#unterminatedIsRefused) {
      sink.unreadable('The last row has no row delimiter', () => rest.toString('utf8', 0, 4000))
    } else {
      this.#rows(Buffer.concat([rest, Buffer.of(this.#delimiter)]), rest.length + 1, sink)
    }
  }

  /** Rows that were waiting for more bytes; answers what is no whole row. */
  #finishRows(sink: RowSink): Buffer {
    const bytes = this.#rest.take()
    const end = bytes.lastIndexOf(this.#delimiter) + 1
    if (end > 0) this.#rows(bytes, end, sink)
    return bytes.subarray(end)
  }

  #rows(bytes: Buffer, end: number, sink: RowSink): void {
    const allValid = isUtf8(bytes.subarray(0, end))
    const fields = this.#fields
    const { starts, ends, nulls } = fields
    const [separator, delimiter] = [this.#separator, this.#delimiter]
    const highest = Math.max(separator, delimiter)
    fields.sources.fill(bytes)
    this.#bytes = bytes
    let line = 0
    let start = 0
    let count = 0
    for (let at = 0; at < end; at++) {
      const byte = bytes[at] ?? 0
      if (byte > highest || (byte !== separator && byte !== delimiter)) continue
      starts[count] = start
      ends[count] = at
      nulls[count] = at - start === 2 && isNull(bytes, start) ? 1 : 0
      if (count >= fields.sources.length) fields.sources.push(bytes)
      count++
      start = at + 1
      if (byte === separator) continue
      if (at > line) {
        fields.count = count
        this.#lineStart = line
        this.#lineEnd = at
        this.#emit(sink, allValid)
      }
      line = start
      count = 0
    }
  }

  #emit(sink: RowSink, isValid: boolean): void {
    this.#fields.bytes = this.#lineEnd - this.#lineStart
    if (isValid || isUtf8(this.#bytes.subarray(this.#lineStart, this.#lineEnd))) sink.row(this.#fields, this.#line)
    else sink.unreadable('Invalid UTF-8 row', this.#line)
  }
}

/** Whether two bytes are `\N`. */
const isNull = (bytes: Buffer, at: number): boolean => bytes[at] === 0x5c && bytes[at + 1] === 0x4e
