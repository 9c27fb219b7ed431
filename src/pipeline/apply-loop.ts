import type { ChangeStream } from '../core/change-stream.ts'
import type { Clock, Timer } from '../core/clock.ts'
import { asSyncError, SyncError } from '../core/sync-error.ts'
import type { Signals } from '../core/signals.ts'
import type { Applier } from './applier.ts'
import type { Batch } from './batch.ts'
import type { Batcher } from './batcher.ts'
import { type BatchLimits, cutDecision, type CutDecision } from './cut-rule.ts'

/** While the target stays slower than the source, that is told so often. */
const TELL_PRESSURE_EVERY_MS = 10_000

/** What the loop works with. */
export interface ApplyLoopDeps {
  readonly batcher: Batcher
  readonly applier: Applier
  readonly stream: ChangeStream
  readonly clock: Clock
  readonly signals: Signals
  readonly limits: BatchLimits
  /** How often the checkpoint follows an idle source, at most. */
  readonly checkpointEveryMs: number
  /** A table waits for the stream to pass its last chunk: the checkpoint moves at once. */
  readonly positionWanted: () => boolean
  /** The session ends and another one follows: what that one must know is recorded. Never throws. */
  readonly beforeRestart: () => Promise<void>
  /** Steps of their own between two batches, such as putting a copied table in place. */
  readonly betweenBatches: () => Promise<void>
}

/**
 * The apply loop: looks, decides, acts, and sleeps until something changed.
 *
 * One batch is on its way at a time; the next one fills meanwhile. When that is full too, the stream is paused: the server waits, and
 * positions are still reported to it.
 */
export class ApplyLoop {
  readonly #deps: ApplyLoopDeps
  #busy = false
  #wake: () => void = () => undefined
  #woken = false
  #paused = false
  #lastMoveAtMs: number
  #applying: Batch | null = null
  #pausedMs = 0
  #pausedAtMs = 0
  #lastToldAtMs = Number.NEGATIVE_INFINITY
  /** Of the batch on its way. */
  #inFlightBytes = 0

  constructor(deps: ApplyLoopDeps) {
    this.#deps = deps
    this.#lastMoveAtMs = deps.clock.monotonicMs()
  }

  /** The batch that is on its way to the target. */
  get applying(): Batch | null {
    return this.#applying
  }

  /** Time for which the stream was paused, since the loop was made. */
  get pausedMs(): number {
    return this.#paused ? this.#pausedMs + this.#deps.clock.monotonicMs() - this.#pausedAtMs : this.#pausedMs
  }

  /** Tells the loop to look again. Called in the read loop: cheap. */
  wake(): void {
    if (this.#deps.batcher.current.ended) this.#pause()
    else if (this.#busy && this.#decide() === 'hold') this.#holdBack()
    this.#woken = true
    this.#wake()
  }

  /** Runs until aborted. @throws {SyncError} when the session must end. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => this.wake()
    signal.addEventListener('abort', stop)
    try {
      while (!signal.aborted) await this.#step(signal)
    } catch (error) {
      await this.#deps.applier.close()
      if (asSyncError(error).retry === 'auto') await this.#deps.beforeRestart()
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
    }
    await this.#deps.applier.close()
  }

  async #step(signal: AbortSignal): Promise<void> {
    const { batcher } = this.#deps
    if (batcher.broken !== null) throw new SyncError('TRANSACTION_REPLANNED', batcher.broken)
    const decision = this.#decide()
    if (decision === 'cut') await this.#busyWith(() => this.#apply(signal))
    else if (decision === 'part') await this.#busyWith(() => this.#sendPart())
    else await this.#sleep(signal)
  }

  #decide(): CutDecision {
    const { batcher, clock, limits } = this.#deps
    const { current } = batcher
    const now = clock.monotonicMs()
    const moveDue = this.#isMoveDue(now)
    return cutDecision(
      {
        inTransaction: batcher.inTransaction,
        applierFree: !this.#busy,
        ageMs: current.firstChangeAtMs === null ? 0 : now - current.firstChangeAtMs,
        bytes: current.bytes,
        rows: current.heldRows,
        ended: current.ended,
        urgent: current.records.size > 0 || current.partsSent > 0 || moveDue,
        filled: !current.isEmpty || moveDue,
      },
      limits,
    )
  }

  #isMoveDue(now: number): boolean {
    const { applier, batcher, checkpointEveryMs, positionWanted } = this.#deps
    if (positionWanted()) return true
    return batcher.seenLsn > applier.checkpoint.endLsn && now - this.#lastMoveAtMs >= checkpointEveryMs
  }

  async #busyWith(work: () => Promise<void>): Promise<void> {
    this.#busy = true
    try {
      await work()
    } finally {
      this.#busy = false
    }
  }

  async #apply(signal: AbortSignal): Promise<void> {
    const { batcher, applier, stream, clock, betweenBatches } = this.#deps
    const endLsn = batcher.seenLsn
    const batch = batcher.seal()
    this.#applying = batch
    this.#inFlightBytes = batch.bytes
    this.#resume()
    try {
      await applier.apply(batch, endLsn, signal)
    } catch (error) {
      batch.committed.reject(error)
      throw error
    } finally {
      this.#applying = null
    }
    this.#inFlightBytes = 0
    stream.confirm(applier.checkpoint.endLsn)
    this.#lastMoveAtMs = clock.monotonicMs()
    batch.committed.resolve()
    await betweenBatches()
  }

  async #sendPart(): Promise<void> {
    this.#pause()
    await this.#deps.applier.sendPart(this.#deps.batcher.current)
    this.#resume()
  }

  /** Both batches are full: the source waits for the target. */
  #holdBack(): void {
    if (this.#paused) return
    this.#pause()
    const { batcher, clock, signals, limits } = this.#deps
    const now = clock.monotonicMs()
    if (now - this.#lastToldAtMs < TELL_PRESSURE_EVERY_MS) return
    this.#lastToldAtMs = now
    const heldBytes = batcher.current.bytes + this.#inFlightBytes
    signals.emit({ tag: 'memory-pressure', heldBytes, limitBytes: 2 * limits.maxBatchBytes })
  }

  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#pausedAtMs = this.#deps.clock.monotonicMs()
    this.#deps.stream.pause()
  }

  #resume(): void {
    if (!this.#paused) return
    this.#pausedMs = this.pausedMs
    this.#paused = false
    this.#deps.stream.resume()
  }

  async #sleep(signal: AbortSignal): Promise<void> {
    if (this.#woken || signal.aborted) {
      this.#woken = false
      return
    }
    let timer: Timer | null = null
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = this.#deps.clock.setTimer(this.#nextLookMs(), resolve)
    })
    this.#wake = () => undefined
    this.#woken = false
    const armed: Timer | null = timer
    if (armed !== null) cancel(armed)
  }

  /** Time until something is due without anything new: the batch's age, or the move of the checkpoint. */
  #nextLookMs(): number {
    const { batcher, clock, limits, checkpointEveryMs } = this.#deps
    const now = clock.monotonicMs()
    const { firstChangeAtMs } = batcher.current
    const untilMove = Math.max(1, this.#lastMoveAtMs + checkpointEveryMs - now)
    if (firstChangeAtMs === null) return untilMove
    return Math.min(untilMove, Math.max(1, firstChangeAtMs + limits.flushAfterMs - now))
  }
}

function cancel(timer: Timer): void {
  timer.cancel()
}
