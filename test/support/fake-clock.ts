import { setImmediate as turn } from 'node:timers/promises'
import type { Clock, Timer } from '../../src/core/clock.ts'

interface ManualTimer {
  readonly dueMs: number
  readonly run: () => void
}

/** How many turns of the event loop a timer's consequences get before the clock goes on. */
const TURNS_AFTER_A_TIMER = 4

/** A clock that stands still until a test moves it. Starts at 2026-01-01 00:00 UTC; monotonic time starts at 0. */
export class FakeClock implements Clock {
  #elapsedMs = 0
  #epochMs = Date.UTC(2026, 0, 1)
  readonly #timers = new Set<ManualTimer>()

  now(): number {
    return this.#epochMs + this.#elapsedMs
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  setTimer(delayMs: number, run: () => void): Timer {
    const timer = { dueMs: this.#elapsedMs + Math.max(delayMs, 0), run }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (signal?.aborted) {
      reject(signal.reason)
      return promise
    }
    const abort = () => {
      timer.cancel()
      reject(signal?.reason)
    }
    const timer = this.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    signal?.addEventListener('abort', abort, { once: true })
    return promise
  }

  /** Timers set and neither run nor called off: 0 when what was tested has cleaned up. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  /**
   * Moves time forward and runs the timers that fall due, in their order, each at its own instant, together with what
   * they set off: promises settle, and timers set meanwhile run too if they fall due.
   */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#elapsedMs + byMs
    await settle()
    for (let timer = this.#nextDue(untilMs); timer !== undefined; timer = this.#nextDue(untilMs)) {
      this.#timers.delete(timer)
      this.#elapsedMs = timer.dueMs
      timer.run()
      await settle()
    }
    this.#elapsedMs = untilMs
  }

  /** Sets the wall clock forward (or back, when negative) as an administrator would; timers and monotonic time stay. */
  jumpWallClock(byMs: number): void {
    this.#epochMs += byMs
  }

  #nextDue(untilMs: number): ManualTimer | undefined {
    // A stable sort: timers due at one instant run in the order in which they were set.
    const [next] = [...this.#timers].toSorted((a, b) => a.dueMs - b.dueMs)
    return next !== undefined && next.dueMs <= untilMs ? next : undefined
  }
}

async function settle(): Promise<void> {
  for (let count = 0; count < TURNS_AFTER_A_TIMER; count += 1) await turn()
}
