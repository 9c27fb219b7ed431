import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../src/core/clock.ts'

/** The system's clock, for tests that talk to real servers. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (delayMs, run) => {
    const timer = setTimeout(run, delayMs).unref()
    return { cancel: () => clearTimeout(timer) }
  },
  sleep: async (delayMs, signal) => {
    try {
      await delay(delayMs, undefined, { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
