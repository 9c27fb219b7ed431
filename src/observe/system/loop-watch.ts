import type { Clock } from '../../core/clock.ts'

/** The watch looks this often. */
const LOOK_EVERY_MS = 100
/** A look that comes later than this was kept from looking itself: what passed then says nothing about the watched loop. */
const LONGEST_STEP_MS = 500

/** Says for how long another thread's event loop has not turned, by a counter in shared memory. */
export class LoopWatch {
  readonly #cells: Int32Array
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #seen = 0
  #lookedAtMs: number
  #silentMs = 0

  /** @param beat four bytes that the watched loop counts up */
  constructor(beat: SharedArrayBuffer, clock: Pick<Clock, 'monotonicMs'>) {
    this.#cells = new Int32Array(beat)
    this.#clock = clock
    this.#lookedAtMs = clock.monotonicMs()
  }

  /** For how long the loop has been silent, milliseconds. */
  silentMs(): number {
    this.look()
    return this.#silentMs
  }

  /** Looks once. A process that was stopped as a whole does not count as a loop that hangs. */
  look(): void {
    const nowMs = this.#clock.monotonicMs()
    const beat = Atomics.load(this.#cells, 0)
    this.#silentMs = beat === this.#seen ? this.#silentMs + Math.min(nowMs - this.#lookedAtMs, LONGEST_STEP_MS) : 0
    this.#seen = beat
    this.#lookedAtMs = nowMs
  }

  /** Looks until aborted. */
  async run(clock: Clock, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.look()
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
    }
  }
}
