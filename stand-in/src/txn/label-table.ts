import type { Transaction } from './transaction.ts'

/** How long finished labels are remembered (reference/starrocks.md 1.4). */
export interface LabelKeeping {
  /** `label_keep_max_num`: finished transactions per database; the count rule ignores age. */
  readonly maxCount: number
  /** `label_keep_max_second`. */
  readonly maxSeconds: number
}

/**
 * The labels: per database for single-table transactions, for the whole cluster for multi-table ones (2.1). A label is
 * held by the newest transaction that took it.
 *
 * StarRocks cleans every 30 s; here the count rule strikes at once, the harsher reading.
 */
export class LabelTable {
  readonly #byDatabase = new Map<string, Map<string, Transaction>>()
  readonly #multi = new Map<string, Transaction>()
  readonly #finished = new Map<string, Transaction[]>()
  readonly #running = new Set<Transaction>()
  readonly #keeping: LabelKeeping
  readonly #onForget: (forgotten: readonly Transaction[]) => void

  constructor(keeping: LabelKeeping, onForget: (forgotten: readonly Transaction[]) => void) {
    this.#keeping = keeping
    this.#onForget = onForget
  }

  find(database: string, label: string): Transaction | undefined {
    return this.#byDatabase.get(database)?.get(label)
  }

  findMulti(label: string): Transaction | undefined {
    return this.#multi.get(label)
  }

  /** All that is neither VISIBLE nor ABORTED. */
  get open(): Iterable<Transaction> {
    return this.#running
  }

  /** All finished transactions that are still remembered, oldest first. */
  finished(database: string): readonly Transaction[] {
    return this.#finished.get(database) ?? []
  }

  runningIn(database: string): number {
    let count = 0
    for (const txn of this.#running) if (txn.database === database && txn.isRunning) count++
    return count
  }

  add(txn: Transaction): void {
    let labels = this.#byDatabase.get(txn.database)
    if (labels === undefined) this.#byDatabase.set(txn.database, (labels = new Map()))
    labels.set(txn.label, txn)
    if (txn.kind === 'multi') this.#multi.set(txn.label, txn)
    if (!txn.isFinal) this.#running.add(txn)
    else this.#remember(txn)
  }

  /** Must be called when a transaction has become VISIBLE or ABORTED. */
  finish(txn: Transaction): void {
    if (this.#running.delete(txn)) this.#remember(txn)
  }

  #remember(txn: Transaction): void {
    let finished = this.#finished.get(txn.database)
    if (finished === undefined) this.#finished.set(txn.database, (finished = []))
    finished.push(txn)
    if (finished.length > this.#keeping.maxCount) {
      this.#forget(finished.splice(0, finished.length - this.#keeping.maxCount))
    }
  }

  /** Forgets what is older than the age limit. */
  forgetOld(nowMs: number): void {
    const limit = nowMs - this.#keeping.maxSeconds * 1000
    for (const finished of this.#finished.values()) {
      const keep = finished.findIndex((txn) => (txn.finishMs ?? nowMs) >= limit)
      this.#forget(finished.splice(0, keep < 0 ? finished.length : keep))
    }
  }

  /** Forgets every finished label, as 1000 later ones would. */
  forgetAll(): number {
    let count = 0
    for (const finished of this.#finished.values()) {
      count += finished.length
      this.#forget(finished.splice(0))
    }
    return count
  }

  #forget(forgotten: readonly Transaction[]): void {
    for (const txn of forgotten) {
      const labels = this.#byDatabase.get(txn.database)
      if (labels?.get(txn.label) === txn) labels.delete(txn.label)
      if (this.#multi.get(txn.label) === txn) this.#multi.delete(txn.label)
    }
    if (forgotten.length > 0) this.#onForget(forgotten)
  }
}
