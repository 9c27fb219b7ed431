import type { RecentLine, RecentLines } from '../../observe/logs/recent-lines.ts'

/** Hands lines of the log to the monitor thread, while somebody there wants them: else a line costs nothing more. */
export class LogFeed {
  readonly #recent: RecentLines
  readonly #send: (lines: readonly RecentLine[], isFirst: boolean) => void
  #following: Disposable | null = null
  #waiting: RecentLine[] = []

  constructor(recent: RecentLines, send: (lines: readonly RecentLine[], isFirst: boolean) => void) {
    this.#recent = recent
    this.#send = send
  }

  /** Whether lines are wanted from now on; at first those at hand are sent. */
  want(isWanted: boolean): void {
    this.#following?.[Symbol.dispose]()
    this.#following = null
    this.#waiting = []
    if (!isWanted) return
    this.#send(this.#recent.last(Number.POSITIVE_INFINITY), true)
    this.#following = this.#recent.follow((line) => this.#take(line))
  }

  /** Lines that are written together go together. */
  #take(line: RecentLine): void {
    this.#waiting.push(line)
    if (this.#waiting.length > 1) return
    queueMicrotask(() => {
      const lines = this.#waiting
      this.#waiting = []
      if (lines.length > 0) this.#send(lines, false)
    })
  }
}
