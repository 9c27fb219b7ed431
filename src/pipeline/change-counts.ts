import type { TableLoad } from './table-load.ts'

/** How many changes of each kind came to a table, and what became of them. */
export interface ChangeCounts {
  readonly inserts: number
  readonly updates: number
  readonly deletes: number
  /** Left out by the row filter. */
  readonly filtered: number
  /** Rows in the load, after only the last state of each key was kept. */
  readonly loadedRows: number
  readonly loadedBytes: number
}

/** Nothing was counted. */
export const NO_COUNTS: ChangeCounts = {
  inserts: 0,
  updates: 0,
  deletes: 0,
  filtered: 0,
  loadedRows: 0,
  loadedBytes: 0,
}

/** What a load has counted, with the parts of it that were sent. Leaves it as it is: it may not be complete yet. */
export function countsOf(load: TableLoad): ChangeCounts {
  return {
    inserts: load.inserts,
    updates: load.updates,
    deletes: load.deletes,
    filtered: load.filtered,
    loadedRows: load.sentRows + load.body.rows,
    loadedBytes: load.sentBytes + load.body.loadBytes,
  }
}

/** Both together. */
export function addCounts(a: ChangeCounts, b: ChangeCounts): ChangeCounts {
  return {
    inserts: a.inserts + b.inserts,
    updates: a.updates + b.updates,
    deletes: a.deletes + b.deletes,
    filtered: a.filtered + b.filtered,
    loadedRows: a.loadedRows + b.loadedRows,
    loadedBytes: a.loadedBytes + b.loadedBytes,
  }
}
