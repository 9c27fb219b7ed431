import type { Clock, Timer } from '../../../core/clock.ts'
import type { PoolUse } from '../../../core/pool-use.ts'
import type { CopySession } from './copy-session.ts'

/** A session that was lent. Giving it back a second time does nothing. */
export interface Lease extends AsyncDisposable {
  readonly copy: CopySession
}

/** Idle for so long, a session is closed: it takes a place among the server's connections. */
const IDLE_CLOSE_MS = 30_000

/** Lends snapshot sessions: at most `limit` at a time, made when needed, kept for a while for the next one. */
export class SessionPool implements AsyncDisposable {
  readonly #limit: number
  readonly #open: () => Promise<CopySession>
  readonly #clock: Clock
  readonly #idle: CopySession[] = []
  readonly #waiting: (() => void)[] = []
  #lent = 0
  #waitedMs = 0
  #closed = false
  #idleTimer: Timer | null = null

  constructor(limit: number, open: () => Promise<CopySession>, clock: Clock) {
    this.#limit = limit
    this.#open = open
    this.#clock = clock
  }

  /** How its sessions are used now. */
  use(): Omit<PoolUse, 'name'> {
    const { length: idle } = this.#idle
    return { used: this.#lent, idle, limit: this.#limit, waiting: this.#waiting.length, waitedMs: this.#waitedMs }
  }

  /** Resolves with a session when one is free; waiters are served in turn. @throws what opening throws, or the signal's reason. */
  async lend(signal?: AbortSignal): Promise<Lease> {
    await this.#takePlace(signal)
    try {
      const copy = this.#takeIdle() ?? (await this.#open())
      return { copy, [Symbol.asyncDispose]: this.#giveBackOnce(copy) }
    } catch (error) {
      this.#leavePlace()
      throw error
    }
  }

  /** Closes what is idle; what is lent is closed when it comes back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await this.#closeIdle()
  }

  async #takePlace(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (this.#lent < this.#limit) {
      this.#lent++
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const sinceMs = this.#clock.monotonicMs()
    const abort = (): void => {
      this.#waiting.splice(this.#waiting.indexOf(resolve), 1)
      reject(signal?.reason)
    }
    this.#waiting.push(resolve)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      await promise
    } finally {
      this.#waitedMs += this.#clock.monotonicMs() - sinceMs
      signal?.removeEventListener('abort', abort)
    }
  }

  /** The place goes to whoever waits longest; else it is free. */
  #leavePlace(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#lent--
    else next()
  }

  #takeIdle(): CopySession | undefined {
    for (let copy = this.#idle.pop(); copy !== undefined; copy = this.#idle.pop()) {
      if (copy.session.isUsable) return copy
    }
    return undefined
  }

  #giveBackOnce(copy: CopySession): () => Promise<void> {
    let given = false
    return async () => {
      if (given) return
      given = true
      if (copy.session.isUsable && !this.#closed) {
        this.#idle.push(copy)
        this.#closeIdleLater()
      } else {
        await copy[Symbol.asyncDispose]()
      }
      this.#leavePlace()
    }
  }

  #closeIdleLater(): void {
    this.#idleTimer?.cancel()
    this.#idleTimer = this.#clock.setTimer(IDLE_CLOSE_MS, () => void this.#closeIdle())
  }

  async #closeIdle(): Promise<void> {
    this.#idleTimer?.cancel()
    await Promise.all(this.#idle.splice(0).map((copy) => copy[Symbol.asyncDispose]()))
  }
}
