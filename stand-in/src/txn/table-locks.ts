/**
 * One writer at a time for each table: commits, statements and schema changes of one table follow one another, those of
 * different tables overlap. DuckDB would refuse overlapping writers of one table.
 */
export class TableLocks {
  readonly #tails = new Map<number, Promise<void>>()

  /** Runs `work` holding all the tables. Safe against deadlock: all of them are queued for in one step. */
  async holding<T>(tableIds: Iterable<number>, work: () => Promise<T>): Promise<T> {
    const { promise: done, resolve: release } = Promise.withResolvers<void>()
    const before: Promise<void>[] = []
    const ids = [...new Set(tableIds)]
    for (const id of ids) {
      before.push(this.#tails.get(id) ?? Promise.resolve())
      this.#tails.set(id, done)
    }
    await Promise.all(before)
    try {
      return await work()
    } finally {
      release()
      for (const id of ids) if (this.#tails.get(id) === done) this.#tails.delete(id)
    }
  }
}
