import type { Clock, Timer } from '../../../core/clock.ts'
import type { Ownership } from '../../../core/ownership.ts'
import { SyncError } from '../../../core/sync-error.ts'

/** What ownership is judged by. */
export interface SlotOwnershipOptions {
  readonly slot: string
  /** How long an answer holds, counted from when the question was sent. */
  readonly windowMs: number
  /** How long an answer is waited for. */
  readonly answerTimeoutMs: number
  /** The walsender of our running stream; null while none runs. */
  readonly ourPid: () => number | null
  /** Asks the server for the slot's `active_pid`, on a connection that has nothing else to do. Null: nobody reads from it. */
  readonly askActivePid: (signal: AbortSignal) => Promise<number | null>
  readonly clock: Clock
}

/** What an answer says. `unknown`: our stream is not what it was, or there was no answer. */
type Verdict = { readonly tag: 'owned' | 'unknown' } | { readonly tag: 'replaced'; readonly pid: number }

/**
 * Decides whether the slot is ours. Pure.
 *
 * Only while our own stream counts as running does another process's walsender in the slot prove that we were replaced:
 * during our own reconnecting the unknown one may be ours.
 */
export function judgeOwnership(activePid: number | null, pidBefore: number | null, pidAfter: number | null): Verdict {
  if (pidBefore === null || pidBefore !== pidAfter || activePid === null) return { tag: 'unknown' }
  return activePid === pidBefore ? { tag: 'owned' } : { tag: 'replaced', pid: activePid }
}

/**
 * Proof of ownership of the slot, by asking the server who reads from it; asked anew in the background while a stream runs,
 * so that a confirmation rarely waits. A process that was stopped for longer than the window has no valid answer left.
 */
export class SlotOwnership implements Ownership, Disposable {
  readonly #options: SlotOwnershipOptions
  readonly #closed = new AbortController()
  /** When the question was sent whose answer said that the slot is ours, and whose answer that was. */
  #proof: { readonly sentAtMs: number; readonly pid: number } | null = null
  #asking: Promise<Verdict> | null = null
  #timer: Timer | null = null

  constructor(options: SlotOwnershipOptions) {
    this.#options = options
  }

  async confirm(): Promise<void> {
    if (this.#isProved()) return
    const verdict = await (this.#asking ??= this.#ask())
    if (verdict.tag === 'replaced') {
      const message = `slot ${this.#options.slot} is read by another process (walsender ${verdict.pid})`
      throw new SyncError('SINK_REPLACED', message)
    }
    // An answer that took longer than it holds proves nothing any more.
    if (!this.#isProved()) {
      throw new SyncError('OWNERSHIP_UNKNOWN', `nobody could say in time who reads from slot ${this.#options.slot}`)
    }
  }

  /** Begins to ask in the background; a stream begins to run. */
  start(): void {
    this.#proof = null
    this.#refreshAfter(0)
  }

  [Symbol.dispose](): void {
    this.#closed.abort(new Error('the source was closed'))
    this.#timer?.cancel()
    this.#proof = null
  }

  #isProved(): boolean {
    const { clock, ourPid, windowMs } = this.#options
    const proof = this.#proof
    return proof !== null && proof.pid === ourPid() && clock.monotonicMs() - proof.sentAtMs < windowMs
  }

  /** Asks once; whoever wants to know meanwhile shares the answer. Never rejects. */
  async #ask(): Promise<Verdict> {
    const { clock, ourPid } = this.#options
    const sentAtMs = clock.monotonicMs()
    const pid = ourPid()
    try {
      const verdict = judgeOwnership(await this.#answer(), pid, ourPid())
      this.#proof = verdict.tag === 'owned' && pid !== null ? { sentAtMs, pid } : null
      return verdict
    } catch {
      return { tag: 'unknown' }
    } finally {
      this.#asking = null
    }
  }

  async #answer(): Promise<number | null> {
    const { clock, askActivePid, answerTimeoutMs } = this.#options
    const late = new AbortController()
    const timer = clock.setTimer(answerTimeoutMs, () => late.abort(new Error('no answer in time')))
    try {
      return await askActivePid(AbortSignal.any([late.signal, this.#closed.signal]))
    } finally {
      timer.cancel()
    }
  }

  /** Asks every third of the window, as long as a stream runs. */
  #refreshAfter(delayMs: number): void {
    this.#timer?.cancel()
    if (this.#closed.signal.aborted) return
    this.#timer = this.#options.clock.setTimer(delayMs, () => void this.#refresh())
  }

  async #refresh(): Promise<void> {
    if (this.#options.ourPid() === null) return
    await (this.#asking ??= this.#ask())
    this.#refreshAfter(this.#options.windowMs / 3)
  }
}
