import { KIND_TEXT, KIND_UNCHANGED, type RowView } from '../core/row-view.ts'

/** Whether two views have the same bytes in these columns. */
export function sameColumns(a: RowView, b: RowView, columns: readonly number[]): boolean {
  for (const column of columns) {
    if (a.kinds[column] !== b.kinds[column]) return false
    if (a.kinds[column] !== KIND_TEXT) continue
    const length = a.lengths[column] ?? 0
    if (length !== b.lengths[column]) return false
    const startA = a.starts[column] ?? 0
    const startB = b.starts[column] ?? 0
    if (a.buffer.compare(b.buffer, startB, startB + length, startA, startA + length) !== 0) return false
  }
  return true
}

/** Fills the unchanged columns of `row` from the whole old row of the same message: both lie in one buffer. */
export function takeUnchangedFrom(old: RowView, row: RowView): void {
  for (let column = 0; column < row.columnCount; column++) {
    if (row.kinds[column] !== KIND_UNCHANGED) continue
    row.kinds[column] = old.kinds[column] ?? KIND_UNCHANGED
    row.starts[column] = old.starts[column] ?? 0
    row.lengths[column] = old.lengths[column] ?? 0
    if (row.kinds[column] !== KIND_UNCHANGED) row.unchangedCount--
  }
}

/** Makes every column but the key's unchanged: what a key tuple has there says nothing. */
export function forgetAllBut(key: readonly number[], row: RowView): void {
  row.unchangedCount = 0
  for (let column = 0; column < row.columnCount; column++) {
    if (key.includes(column)) continue
    row.kinds[column] = KIND_UNCHANGED
    row.unchangedCount++
  }
}
