import type { Clock } from '../core/clock.ts'
import { asSyncError } from '../core/sync-error.ts'
import type { Signals } from '../core/signals.ts'
import type { Source } from '../core/source.ts'
import type { Batch } from './batch.ts'
import { requestPrefix } from './request.ts'

/** What the heartbeat works with. */
export interface HeartbeatDeps {
  readonly source: Source
  readonly signals: Signals
  readonly clock: Clock
  readonly pipeline: string
  /** Of this process: what a predecessor has sent is not ours. */
  readonly writerId: string
  readonly everyMs: number
  /** Batches that hold something that is not in the target yet: the one on its way, and the one that fills, in this order. */
  readonly pending: () => readonly Batch[]
}

/**
 * Sends markers through the pipeline: into the source's WAL, back through the stream, behind everything that was committed before. So an
 * idle source is told from one that is stalled, and the lag is measured from end to end. Costs no transaction at the target.
 */
export class Heartbeat {
  readonly #deps: HeartbeatDeps
  /** Number -> wall clock at which it was sent, in order; those that have not come back. */
  readonly #outstanding = new Map<number, number>()
  #number = 0

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps
  }

  /** When the oldest marker that has not come back was sent, by the wall clock; null when there is none. */
  get waitingSinceMs(): number | null {
    const [oldest] = this.#outstanding.values()
    return oldest ?? null
  }

  /** Sends until aborted. A marker that cannot be sent is told of; the session's own work finds out what is wrong. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, everyMs, signals } = this.#deps
    while (!signal.aborted) {
      try {
        await this.#send()
      } catch (error) {
        if (signal.aborted) return
        signals.emit({ tag: 'attempt-failed', what: 'heartbeat', error: asSyncError(error), retryInMs: everyMs })
      }
      await clock.sleep(everyMs, signal).catch(() => undefined)
    }
  }

  /** A logical message of the stream. Called in the read loop: cheap. */
  onMessage(prefix: string, content: Buffer): void {
    const { pipeline, writerId, pending } = this.#deps
    if (prefix !== requestPrefix(pipeline)) return
    const [word, writer, text] = content.toString('utf8').split(' ')
    const number = Number(text)
    if (word !== 'heartbeat' || writer !== writerId || !this.#outstanding.has(number)) return
    const last = pending().at(-1)
    if (last === undefined) this.#arrived(number)
    // A batch that fails ends the session, and with it this heartbeat.
    else last.committed.promise.then(() => this.#arrived(number)).catch(() => undefined)
  }

  async #send(): Promise<void> {
    const { source, clock, writerId } = this.#deps
    const number = ++this.#number
    this.#outstanding.set(number, clock.now())
    try {
      await source.emitMarker(`heartbeat ${writerId} ${number}`)
    } catch (error) {
      this.#outstanding.delete(number)
      throw error
    }
  }

  #arrived(number: number): void {
    const sentAtMs = this.#outstanding.get(number)
    if (sentAtMs === undefined) return
    // Those before it have come back as well, if they were sent at all.
    for (const earlier of this.#outstanding.keys()) if (earlier <= number) this.#outstanding.delete(earlier)
    const { signals, clock } = this.#deps
    signals.emit({ tag: 'heartbeat', sentAtMs, delayMs: Math.max(0, clock.now() - sentAtMs) })
  }
}
