import type { Clock } from '../../core/clock.ts'
import type { RecentLine } from '../../observe/logs/recent-lines.ts'

/** As many as the sync thread has at hand. */
const MOST_LINES = 1_000
/** Each reader costs a little with each line. */
const MOST_READERS = 32
/** A loop that does not answer for so long is blocked. */
const ANSWER_WITHIN_MS = 5_000

/** Why nobody can be given lines. */
export type NoLines = 'too-many-readers' | 'sync-does-not-answer'

/** The log as the monitor thread sees it while it has readers: the last lines. Each reader has its own place in them, so a slow one costs nothing. */
export class LogTail {
  readonly #want: (isWanted: boolean) => void
  readonly #clock: Pick<Clock, 'setTimer'>
  #lines: RecentLine[] = []
  #readers = 0
  #awaitsFirst = true
  #filled = Promise.withResolvers<void>()
  #next = Promise.withResolvers<void>()

  constructor(want: (isWanted: boolean) => void, clock: Pick<Clock, 'setTimer'>) {
    this.#want = want
    this.#clock = clock
  }

  /** Lines came from the sync thread; the first ones are those that it had at hand. What still comes for readers that have left is passed over. */
  take(lines: readonly RecentLine[], isFirst: boolean): void {
    if (this.#readers === 0 || (this.#awaitsFirst && !isFirst)) return
    if (isFirst) this.#lines = []
    this.#awaitsFirst = false
    this.#lines.push(...lines)
    if (this.#lines.length > MOST_LINES) this.#lines.splice(0, this.#lines.length - MOST_LINES)
    this.#filled.resolve()
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }

  /** Begins to read; whoever does ends it by disposing of it. */
  async open(): Promise<LogReader | NoLines> {
    if (this.#readers >= MOST_READERS) return 'too-many-readers'
    this.#readers += 1
    if (this.#readers === 1) {
      this.#filled = Promise.withResolvers()
      this.#awaitsFirst = true
      this.#want(true)
    }
    const { promise: late, resolve } = Promise.withResolvers<'late'>()
    const timer = this.#clock.setTimer(ANSWER_WITHIN_MS, () => resolve('late'))
    const first = await Promise.race([this.#filled.promise, late])
    timer.cancel()
    if (first !== 'late') return this.#reader()
    this.#close()
    return 'sync-does-not-answer'
  }

  #reader(): LogReader {
    return {
      after: (number) => this.#lines.filter((line) => line.number > number),
      more: () => this.#next.promise,
      [Symbol.dispose]: () => this.#close(),
    }
  }

  #close(): void {
    this.#readers -= 1
    if (this.#readers > 0) return
    this.#want(false)
    this.#lines = []
  }
}

/** A reader of the log. */
export interface LogReader extends Disposable {
  /** Lines at hand whose number is larger, oldest first. Numbers have no gaps but where lines are at hand no more. */
  after(number: number): readonly RecentLine[]
  /** Resolves when there are more lines. */
  more(): Promise<void>
}
