const FIRST_MS = 250
const LONGEST_MS = 30_000
/** A thread that ran for so long has not failed for the same reason again. */
const FORGIVEN_AFTER_MS = 60_000

/** How long to wait before the monitor thread is started again: a moment at first, longer while it ends again at once. */
export class RestartPause {
  #lastMs = Number.NEGATIVE_INFINITY
  #pauseMs = FIRST_MS

  /** The pause after an end at `nowMs` of a monotonic clock, milliseconds. */
  next(nowMs: number): number {
    const ranLong = nowMs - this.#lastMs > FORGIVEN_AFTER_MS + this.#pauseMs
    this.#pauseMs = ranLong ? FIRST_MS : Math.min(this.#pauseMs * 2, LONGEST_MS)
    this.#lastMs = nowMs
    return this.#pauseMs
  }
}
