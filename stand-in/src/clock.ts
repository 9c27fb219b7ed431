/** The only source of time and timers of the stand-in; tests and commands hand another one in where they need to. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number
  /** Runs `task` once after `delayMs`; the returned function cancels it. The process may end while it waits. */
  after(delayMs: number, task: () => void): () => void
  /** Runs `task` every `periodMs` until the returned function is called. The process may end while it waits. */
  every(periodMs: number, task: () => void): () => void
}

/* oxlint-disable no-restricted-globals -- this file is the one place that may touch the real clock and timers */

/** The machine's own clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
  every(periodMs, task) {
    const timer = setInterval(task, periodMs)
    timer.unref()
    return () => clearInterval(timer)
  },
}

/** `YYYY-MM-DD hh:mm:ss` in UTC, the form in which StarRocks shows times (the stand-in's time zone is UTC). */
export function showTime(epochMs: number | undefined): string | null {
  if (epochMs === undefined) return null
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')
}

/** The moment that `YYYY-MM-DD hh:mm:ss` is in UTC, in milliseconds since the epoch. */
export const utcMs = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`)
