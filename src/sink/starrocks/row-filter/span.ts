import { KIND_TEXT, type RowView } from '../../../core/row-view.ts'

/** Bytes of a value: a window of a buffer, moved from row to row. */
export class Span {
  buffer: Buffer
  start = 0
  end: number

  constructor(text = '') {
    this.buffer = Buffer.from(text)
    this.end = this.buffer.length
  }

  /** Moves to a column's text; false when it is NULL. */
  moveTo(row: RowView, column: number): boolean {
    if (row.kinds[column] !== KIND_TEXT) return false
    this.buffer = row.buffer
    this.start = row.starts[column] ?? 0
    this.end = this.start + (row.lengths[column] ?? 0)
    return true
  }

  /** The text, for the few types that are not compared as bytes. */
  toString(): string {
    return this.buffer.toString('utf8', this.start, this.end)
  }
}

/** Order of two values of one type: negative, 0 or positive. */
export type SpanOrder = (left: Span, right: Span) => number

/** Order of bytes, a beginning before what it begins. */
export const compareBytes: SpanOrder = (left, right) =>
  left.buffer.compare(right.buffer, right.start, right.end, left.start, left.end)

const SPACE = 0x20

/** Order of bytes without the blanks at the end, as char(n) compares. */
export const comparePadded: SpanOrder = (left, right) => {
  const leftEnd = left.end
  const rightEnd = right.end
  trimBlanks(left)
  trimBlanks(right)
  const order = compareBytes(left, right)
  left.end = leftEnd
  right.end = rightEnd
  return order
}

/** Leaves out the blanks at the end. */
export function trimBlanks(span: Span): void {
  while (span.end > span.start && span.buffer[span.end - 1] === SPACE) span.end--
}
