/** What a workload did, as committed. */
export interface ShopCounts {
  readonly transactions: number
  readonly inserts: number
  readonly updates: number
  readonly deletes: number
  /** Updates of a key, among `updates`. */
  readonly keyChanges: number
  /** Updates that left a large value as it was, among `updates`. */
  readonly untouchedLargeValues: number
  readonly rollbacks: number
  readonly savepoints: number
  /** Transactions that PostgreSQL ended for a deadlock. */
  readonly deadlocks: number
  readonly truncates: number
  readonly addedTables: number
  readonly largeTransactions: number
}

/** Counters that go up. */
export type MutableCounts = { -readonly [Name in keyof ShopCounts]: number }

/** Counters at zero. */
export function newCounts(): MutableCounts {
  return {
    transactions: 0,
    inserts: 0,
    updates: 0,
    deletes: 0,
    keyChanges: 0,
    untouchedLargeValues: 0,
    rollbacks: 0,
    savepoints: 0,
    deadlocks: 0,
    truncates: 0,
    addedTables: 0,
    largeTransactions: 0,
  }
}
