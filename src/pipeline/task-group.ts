/** Tasks that live and end together: the first failure aborts the others, and nothing is left running. */
export class TaskGroup {
  readonly #controller = new AbortController()
  readonly #tasks = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | null = null

  /** @param outer aborts the group too */
  constructor(outer: AbortSignal) {
    if (outer.aborted) this.#controller.abort(outer.reason)
    else outer.addEventListener('abort', () => this.#controller.abort(outer.reason), { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Starts a task. Its failure becomes the group's, unless the group is ending anyway. */
  run(task: (signal: AbortSignal) => Promise<void>): void {
    const running = this.#watch(task)
    this.#tasks.add(running)
    void running.finally(() => this.#tasks.delete(running))
  }

  /** Asks all tasks to end. */
  end(): void {
    this.#controller.abort(new Error('the group ends'))
  }

  /** Resolves when every task is over, tasks started meanwhile included. @throws the first failure. */
  async settled(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks)
    if (this.#failure) throw this.#failure.error
  }

  async #watch(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await task(this.signal)
    } catch (error) {
      if (this.signal.aborted) return
      this.#failure = { error }
      this.end()
    }
  }
}
