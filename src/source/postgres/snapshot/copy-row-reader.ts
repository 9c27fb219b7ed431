import { KIND_NULL, KIND_TEXT, RowView } from '../../../core/row-view.ts'
import { SyncError } from '../../../core/sync-error.ts'
import type { CopyReceiver } from './copy-tap.ts'

const TAB = 0x09
const LINE_FEED = 0x0a
const BACKSLASH = 0x5c
const CAPITAL_N = 0x4e

/** Byte after a backslash -> the byte that it stands for; any other one stands for itself. @see PostgreSQL manual, COPY, "Text Format" */
const ESCAPED = new Uint8Array(256).map((_, byte) => byte)
ESCAPED[0x62] = 0x08
ESCAPED[0x66] = 0x0c
ESCAPED[0x6e] = LINE_FEED
ESCAPED[0x72] = 0x0d
ESCAPED[0x74] = TAB
ESCAPED[0x76] = 0x0b

/**
 * Reads the lines of COPY's text format into one reused row view and hands each on: no string and no object per row,
 * backslashes undone in place.
 */
export class CopyRowReader implements CopyReceiver {
  /** Rows handed on so far. */
  rows = 0
  /** Bytes of lines read so far. */
  bytes = 0
  readonly #view = new RowView()
  readonly #columnCount: number
  readonly #onRow: (row: RowView) => void
  readonly #afterData: () => Promise<void> | undefined

  constructor(columnCount: number, onRow: (row: RowView) => void, afterData: () => Promise<void> | undefined) {
    this.#columnCount = columnCount
    this.#onRow = onRow
    this.#afterData = afterData
  }

  afterData(): Promise<void> | undefined {
    return this.#afterData()
  }

  /** The server sends one line per message; several whole lines are understood too, a part of one is not. */
  data(buffer: Buffer, start: number, end: number): void {
    if (buffer[end - 1] !== LINE_FEED) throw new SyncError('STREAM_PROTOCOL', 'COPY sent a part of a row')
    this.bytes += end - start
    let position = start
    while (position < end) {
      position = this.#line(buffer, position)
      this.rows++
      this.#onRow(this.#view)
    }
  }

  /** Fills the view with the line at `start`; returns the position after its line feed. */
  #line(buffer: Buffer, start: number): number {
    const count = this.#columnCount
    const view = this.#view
    view.reset(buffer, count)
    const { kinds, starts, lengths } = view
    let position = start
    for (let column = 0; column < count; column++) {
      const fieldStart = position
      let byte = buffer[position] ?? LINE_FEED
      while (byte > LINE_FEED ? byte !== BACKSLASH : byte < TAB) byte = buffer[++position] ?? LINE_FEED
      kinds[column] = KIND_TEXT
      starts[column] = fieldStart
      lengths[column] = position - fieldStart
      if (byte === BACKSLASH) {
        position = this.#escapedField(buffer, column, position)
        byte = buffer[position] ?? LINE_FEED
      }
      position++
      if ((byte === LINE_FEED) !== (column === count - 1)) {
        throw new SyncError('STREAM_PROTOCOL', `COPY sent a row that has not ${count} columns`)
      }
    }
    return position
  }

  /** Finishes the field that has its first backslash at `position`; returns where its delimiter stands. */
  #escapedField(buffer: Buffer, column: number, position: number): number {
    const { kinds, starts, lengths } = this.#view
    const fieldStart = starts[column] ?? 0
    if (position === fieldStart && isNullMark(buffer, position)) {
      kinds[column] = KIND_NULL
      return position + 2
    }
    let from = position
    let to = position
    let byte = buffer[from] ?? LINE_FEED
    while (byte !== TAB && byte !== LINE_FEED) {
      if (byte === BACKSLASH) byte = ESCAPED[buffer[++from] ?? LINE_FEED] ?? LINE_FEED
      buffer[to++] = byte
      byte = buffer[++from] ?? LINE_FEED
    }
    lengths[column] = to - fieldStart
    return from
  }
}

/** `\N` alone is NULL; the text `\N` itself comes as `\\N`. */
function isNullMark(buffer: Buffer, position: number): boolean {
  if (buffer[position + 1] !== CAPITAL_N) return false
  const next = buffer[position + 2]
  return next === TAB || next === LINE_FEED
}
