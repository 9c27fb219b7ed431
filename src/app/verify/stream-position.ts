import type { Clock } from '../../core/clock.ts'
import { formatLsn, type Lsn, ZERO_LSN } from '../../core/lsn.ts'

const POLL_MS = 50
const ASK_SLOT_EVERY_MS = 1_000
/** A service that is started anew has the slot again within this time. */
const GIVE_UP_AFTER_MS = 15_000

/** What following the stream needs. */
export interface StreamPositionDeps {
  /** Writes a position into the source's WAL that the service then moves the checkpoint past. */
  readonly emitMarker: () => Promise<Lsn>
  /** Up to where the target holds the source; null before the first checkpoint. */
  readonly readCheckpoint: () => Promise<Lsn | null>
  /** Whether a service reads from the slot now. */
  readonly isServiceConnected: () => Promise<boolean>
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Follows how far the target holds the source. */
export class StreamPosition {
  readonly #deps: StreamPositionDeps

  constructor(deps: StreamPositionDeps) {
    this.#deps = deps
  }

  /**
   * Marks the source's present position and waits until the target holds everything up to it. Returns the position, or null when
   * no service is there to move the target.
   */
  async catchUp(): Promise<Lsn | null> {
    if (!(await this.#deps.isServiceConnected())) return null
    const marker = await this.#deps.emitMarker()
    return (await this.#waitFor(marker)) ? marker : null
  }

  /** Position that the target holds the source up to. */
  async present(): Promise<Lsn> {
    return (await this.#deps.readCheckpoint()) ?? ZERO_LSN
  }

  async #waitFor(marker: Lsn): Promise<boolean> {
    const { clock, signal, isServiceConnected } = this.#deps
    let [connectedAtMs, askedAtMs] = [clock.monotonicMs(), clock.monotonicMs()]
    while ((await this.present()) < marker) {
      await clock.sleep(POLL_MS, signal)
      const nowMs = clock.monotonicMs()
      if (nowMs - askedAtMs < ASK_SLOT_EVERY_MS) continue
      askedAtMs = nowMs
      if (await isServiceConnected()) connectedAtMs = nowMs
      else if (nowMs - connectedAtMs > GIVE_UP_AFTER_MS) return false
    }
    return true
  }
}

/** Where the target is when no service moves it, in words. */
export function describeStoppedAt(position: Lsn, hasPending: boolean): string {
  const waiting = hasPending ? '; the source has changes after it, so rows that differ may only be late' : ''
  return `no service is connected: the target stands at ${formatLsn(position)}${waiting}`
}
