import { isUtf8 } from 'node:buffer'
import { FieldRow, type RowReader, type RowSink } from './field-row.ts'
import { UnfinishedBytes } from './unfinished-bytes.ts'

/** How a CSV body is written where the plain reader does not do. */
export interface CsvShape {
  readonly separator: Buffer
  readonly delimiter: Buffer
  readonly enclose?: number | undefined
  readonly escape?: number | undefined
  readonly trimSpace: boolean
  readonly skipHeader: number
  readonly unterminatedIsRefused: boolean
  readonly maxLineBytes: number
}

/** CSV with separators of several bytes, enclosing, escaping, trimming or header lines (reference/starrocks.md 1.2, 1.5). */
export class QuotedCsvReader implements RowReader {
  readonly #shape: CsvShape
  readonly #fields = new FieldRow()
  readonly #rest: UnfinishedBytes
  #skip: number

  constructor(shape: CsvShape) {
    this.#shape = shape
    this.#skip = shape.skipHeader
    this.#rest = new UnfinishedBytes(shape.maxLineBytes)
  }

  write(piece: Buffer, sink: RowSink): void {
    const bytes = this.#rest.add(piece)
    if (bytes !== undefined) this.#rest.keep(this.#lines(bytes, sink))
  }

  /** Reads all whole lines; answers what is left. */
  #lines(bytes: Buffer, sink: RowSink): Buffer {
    let rest = bytes
    for (;;) {
      const next = this.#line(rest, sink)
      if (next < 0) return rest
      rest = rest.subarray(next)
    }
  }

  end(sink: RowSink): void {
    const rest = this.#lines(this.#rest.take(), sink)
    if (rest.length === 0) return
    if (this.#shape.unterminatedIsRefused) {
      sink.unreadable('The last row has no row delimiter', () => rest.toString('utf8', 0, 4000))
    } else if (this.#line(Buffer.concat([rest, this.#shape.delimiter]), sink) < 0) {
      sink.unreadable('The last row has an unfinished enclosed field', () => rest.toString('utf8', 0, 4000))
    }
  }

  /** Reads one line; answers where the next begins, or -1 when the line is not finished. */
  #line(bytes: Buffer, sink: RowSink): number {
    const fields = this.#fields
    fields.count = 0
    let at = 0
    for (;;) {
      const end = this.#field(bytes, at)
      if (end < 0) return -1
      const delimited = startsWith(bytes, end, this.#shape.delimiter)
      at = end + (delimited ? this.#shape.delimiter : this.#shape.separator).length
      if (!delimited) continue
      this.#emit(bytes.subarray(0, end), sink)
      return at
    }
  }

  #emit(line: Buffer, sink: RowSink): void {
    if (line.length === 0) return
    if (this.#skip > 0) {
      this.#skip--
      return
    }
    this.#fields.bytes = line.length
    if (isUtf8(line)) sink.row(this.#fields, () => line.toString('utf8', 0, 4000))
    else sink.unreadable('Invalid UTF-8 row', () => line.toString('utf8', 0, 4000))
  }

  /** Reads one field from `start`; answers where its separator or delimiter stands, or -1. */
  #field(bytes: Buffer, start: number): number {
    const { enclose } = this.#shape
    if (enclose !== undefined && bytes[start] === enclose) return this.#enclosed(bytes, start + 1, enclose)
    const content: number[] = []
    let escaped = false
    for (let at = start; at < bytes.length; at++) {
      if (bytes[at] === this.#shape.escape) {
        escaped = true
        content.push(bytes[++at] ?? 0)
      } else if (startsWith(bytes, at, this.#shape.separator) || startsWith(bytes, at, this.#shape.delimiter)) {
        this.#push(Buffer.from(content), !escaped)
        return at
      } else {
        content.push(bytes[at] ?? 0)
      }
    }
    return -1
  }

  #enclosed(bytes: Buffer, start: number, enclose: number): number {
    const content: number[] = []
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      if (byte === this.#shape.escape && at + 1 < bytes.length) {
        content.push(bytes[++at] ?? 0)
      } else if (byte !== enclose) {
        content.push(byte)
      } else if (bytes[at + 1] === enclose) {
        content.push(byte)
        at++
      } else if (at + 1 < bytes.length) {
        this.#push(Buffer.from(content), false)
        return at + 1
      }
    }
    return -1
  }

  #push(value: Buffer, canBeNull: boolean): void {
    const fields = this.#fields
    const content = this.#shape.trimSpace ? Buffer.from(value.toString('utf8').trim()) : value
    const index = fields.count++
    fields.sources[index] = content
    fields.starts[index] = 0
    fields.ends[index] = content.length
    fields.nulls[index] = canBeNull && content.length === 2 && content[0] === 0x5c && content[1] === 0x4e ? 1 : 0
  }
}

function startsWith(bytes: Buffer, at: number, wanted: Buffer): boolean {
  for (let index = 0; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return false
  return true
}
