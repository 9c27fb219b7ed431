import type { Clock } from '../clock.ts'
import { StandInError } from '../stand-in-error.ts'

/** Ends a query that takes too long or is killed. */
export class QueryGuard {
  readonly #clock: Clock
  readonly #interrupt: () => void
  readonly #stopTimer: () => void
  #reason: StandInError | undefined
  #wake: () => void = () => undefined

  /** `interrupt` makes the work fail; what it fails with is replaced by the guard's reason. */
  constructor(clock: Clock, timeoutMs: number, interrupt: () => void) {
    this.#clock = clock
    this.#interrupt = interrupt
    this.#stopTimer = clock.after(timeoutMs, () => {
      this.#end(new StandInError('Query timeout. Increase the query_timeout session variable and retry', 5024))
    })
  }

  /** KILL QUERY. */
  cancel(): void {
    this.#end(new StandInError('Query was cancelled by KILL', 1317, '70100'))
  }

  #end(reason: StandInError): void {
    this.#reason ??= reason
    this.#interrupt()
    this.#wake()
  }

  /** Runs the work after `sleep(n)` of the query. @throws {StandInError} the reason of an end, or what the work throws. */
  async run(sleepMs: number, work: () => Promise<void>): Promise<void> {
    try {
      if (sleepMs > 0) await this.#sleep(sleepMs)
      if (this.#reason === undefined) await work()
    } catch (error) {
      throw this.#reason ?? error
    } finally {
      this.#stopTimer()
    }
    if (this.#reason !== undefined) throw this.#reason
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = this.#clock.after(ms, resolve)
      this.#wake = () => {
        stop()
        resolve()
      }
    })
  }
}
