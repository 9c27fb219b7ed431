/** A timer that can be called off. Calling off twice, or after it ran, does nothing. */
export interface Timer {
  cancel(): void
}

/** Time as the service sees it. The system's clock is made in `app/`; tests move a clock by hand. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. May jump. */
  now(): number
  /** Milliseconds since some fixed moment, with fractions. Never goes back; counts while the process is stopped. */
  monotonicMs(): number
  /** Runs `run` once, `delayMs` milliseconds from now. Does not keep the process alive by itself. */
  setTimer(delayMs: number, run: () => void): Timer
  /** Resolves after `delayMs` milliseconds. @throws the signal's reason as soon as it is aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

/** A number in [0, 1), evenly spread. */
export type Random = () => number
