import type { WrittenColumn } from './load-plan.ts'
import { batchRows, type ColumnWriter } from './values/column-writer.ts'
import { writerForType } from './values/writer-for-type.ts'

/** Rows of a megabyte must not gather in memory by the thousand. */
const maxBatchBytes = 4 * 1024 * 1024

/** Up to 2048 rows of a load, column by column, before they reach DuckDB. */
export class RowBatch {
  readonly writers: readonly ColumnWriter[]
  /** 1 = delete. */
  readonly deletes = new Uint8Array(batchRows)
  rows = 0
  /** Bytes of the source rows, which the batch keeps alive until it is stored. */
  bytes = 0
  /** Position of the first row in the whole load: of two rows of one key the later one wins. */
  firstRow: number

  constructor(columns: readonly WrittenColumn[], firstRow: number) {
    this.writers = columns.map(({ column }) => writerForType(column.type))
    this.firstRow = firstRow
  }

  get isFull(): boolean {
    return this.rows >= batchRows || this.bytes >= maxBatchBytes
  }

  /** Keeps only the rows of `kept` (ascending). */
  compact(kept: readonly number[]): void {
    for (const [to, from] of kept.entries()) {
      if (to === from) continue
      for (const writer of this.writers) writer.move(from, to)
      this.deletes[to] = this.deletes[from] ?? 0
    }
    this.rows = kept.length
  }
}
