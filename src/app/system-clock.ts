/* oxlint-disable no-restricted-globals -- the one place where time comes from the system */
import type { Clock, Timer } from '../core/clock.ts'

/** Longer delays overflow the platform's timers and would run at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

function startTimer(delayMs: number, run: () => void, keepsAlive: boolean): Timer {
  let handle: NodeJS.Timeout
  const arm = (leftMs: number): void => {
    const partMs = Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS)
    handle = setTimeout(() => (leftMs > partMs ? arm(leftMs - partMs) : run()), partMs)
    if (!keepsAlive) handle.unref()
  }
  arm(delayMs)
  return { cancel: () => clearTimeout(handle) }
}

function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const onAbort = (): void => {
      timer.cancel()
      reject(signal?.reason)
    }
    // A sleep is awaited: without it the process might end in the middle of a command.
    const timer = startTimer(
      delayMs,
      () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      },
      true,
    )
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** The time of this machine. A sleep keeps the process alive, a timer does not. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    setTimer: (delayMs, run) => startTimer(delayMs, run, false),
    sleep,
  }
}
