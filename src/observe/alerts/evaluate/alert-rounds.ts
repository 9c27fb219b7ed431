import type { Clock, Timer } from '../../../core/clock.ts'
import type { EvaluationRound } from '../alert-instance.ts'
import type { AlertEvaluator } from './alert-evaluator.ts'

/** A round gives way to others after so long. */
const SLICE_MS = 4

/** What the loop works with. */
export interface AlertRoundsDeps {
  readonly evaluator: AlertEvaluator
  readonly clock: Clock
  readonly everyMs: number
  /** Lets others run: resolves in a later turn of the event loop. */
  readonly turn: () => Promise<void>
  /** Takes each round. What it throws goes to `onFailure`. */
  readonly hand: (round: EvaluationRound) => void | Promise<void>
  readonly onFailure: (error: unknown) => void
}

/** Evaluates all rules again and again, never in one piece longer than a few milliseconds. Ends when it is disposed of. */
export class AlertRounds implements AsyncDisposable {
  readonly #deps: AlertRoundsDeps
  #timer: Timer | null = null
  #running: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(deps: AlertRoundsDeps) {
    this.#deps = deps
    this.#plan(deps.everyMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    await this.#running
  }

  #plan(delayMs: number): void {
    if (this.#isClosed) return
    this.#timer = this.#deps.clock.setTimer(delayMs, () => {
      this.#running = this.#round()
    })
  }

  async #round(): Promise<void> {
    const { clock, everyMs, hand, onFailure } = this.#deps
    const startedAtMs = clock.monotonicMs()
    try {
      const round = await this.#evaluate(clock.now())
      if (round) await hand(round)
    } catch (error) {
      onFailure(error)
    }
    this.#plan(Math.max(0, everyMs - (clock.monotonicMs() - startedAtMs)))
  }

  async #evaluate(atMs: number): Promise<EvaluationRound | null> {
    const { evaluator, clock, turn } = this.#deps
    const steps = evaluator.steps(atMs)
    let sliceBeganMs = clock.monotonicMs()
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value
      if (clock.monotonicMs() - sliceBeganMs < SLICE_MS) continue
      await turn()
      if (this.#isClosed) return null
      sliceBeganMs = clock.monotonicMs()
    }
  }
}
