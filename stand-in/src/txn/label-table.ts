import type { Settings } from '../settings.ts'
import type { Transaction } from './transaction.ts'

/**
 * The labels: per database for single-table transactions, for the whole cluster for multi-table ones
 * (reference/starrocks.md 1.4, 2.1). A label is held by the newest transaction that took it. Finished transactions are
 * forgotten by age and, whatever their age, by count in their database; the tasks of multi-table labels by a count of
 * their own, so that such a label may be taken still when get_load_state has forgotten it.
 *
 * StarRocks cleans every 30 s; here the count rules strike at once, the harsher reading.
 */
export class LabelTable {
  readonly #byDatabase = new Map<string, Map<string, Transaction>>()
  readonly #multi = new Map<string, Transaction>()
  readonly #finished = new Map<string, Transaction[]>()
  readonly #running = new Set<Transaction>()
  readonly #settings: Settings
  readonly #onForget: (forgotten: readonly Transaction[]) => void

  constructor(settings: Settings, onForget: (forgotten: readonly Transaction[]) => void) {
    this.#settings = settings
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

  /** As if it had never been: nothing of an unfinished transaction is in the journal of another leader. */
  drop(txn: Transaction): void {
    this.#running.delete(txn)
    this.#forgetLabel(txn)
  }

  /**
   * The transaction is lost, and the task that the journal has holds the label on (2.1). Transactions that an earlier
   * process has lost come here too.
   */
  loseTask(txn: Transaction): void {
    Object.assign(txn, { status: 'ABORTED', reason: 'cancelled after FE restart', multiState: 'CANCELLED' })
    this.#running.delete(txn)
    this.#forgetLabel(txn)
    this.#multi.set(txn.label, txn)
    this.#trimTasks(this.#settings.number('stream_load_task_keep_max_num'))
  }

  #remember(txn: Transaction): void {
    let finished = this.#finished.get(txn.database)
    if (finished === undefined) this.#finished.set(txn.database, (finished = []))
    finished.push(txn)
    const maxCount = this.#settings.number('label_keep_max_num')
    if (finished.length > maxCount) this.#forget(finished.splice(0, finished.length - maxCount))
    if (txn.kind === 'multi') this.#trimTasks(this.#settings.number('stream_load_task_keep_max_num'))
  }

  /** Forgets what is older than the age limit. */
  forgetOld(nowMs: number): void {
    const limit = nowMs - this.#settings.number('label_keep_max_second') * 1000
    const isOld = (txn: Transaction): boolean => (txn.finishMs ?? nowMs) < limit
    for (const finished of this.#finished.values()) {
      const keep = finished.findIndex((txn) => !isOld(txn))
      this.#forget(finished.splice(0, keep < 0 ? finished.length : keep))
    }
    for (const txn of this.#multi.values()) if (txn.isFinal && isOld(txn)) this.#forgetTask(txn)
  }

  /** Forgets every finished label, as many later ones would. */
  forgetAll(): number {
    let count = 0
    for (const finished of this.#finished.values()) {
      count += finished.length
      this.#forget(finished.splice(0))
    }
    this.#trimTasks(0)
    return count
  }

  /** Forgets the oldest finished tasks above a number. */
  #trimTasks(maxCount: number): void {
    for (const txn of this.#multi.values()) {
      if (this.#multi.size <= maxCount) return
      if (txn.isFinal) this.#forgetTask(txn)
    }
  }

  #forgetTask(txn: Transaction): void {
    this.#multi.delete(txn.label)
    if (txn.isForgotten) this.#onForget([txn])
  }

  #forget(forgotten: readonly Transaction[]): void {
    for (const txn of forgotten) this.#forgetLabel(txn)
    const gone = forgotten.filter((txn) => this.#multi.get(txn.label) !== txn)
    if (gone.length > 0) this.#onForget(gone)
  }

  #forgetLabel(txn: Transaction): void {
    txn.isForgotten = true
    const labels = this.#byDatabase.get(txn.database)
    if (labels?.get(txn.label) === txn) labels.delete(txn.label)
  }
}
