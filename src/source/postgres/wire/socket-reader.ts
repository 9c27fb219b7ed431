import type { Duplex } from 'node:stream'
import type { Clock, Timer } from '../../../core/clock.ts'

/** Takes bytes; returns the offset up to which it took them, less than `end` when it is held. */
export interface ByteSink {
  readonly held: boolean
  feed(bytes: Buffer, start: number, end: number): number
}

/** Over TCP the server makes a send per row. A read smaller than this means that we are faster than it ... */
const SMALL_READ_BYTES = 64 * 1024

/** ... and then a moment of patience makes one large read of many small ones, which is cheaper for both sides. */
const PATIENCE_MS = 1

const NOTHING = Buffer.alloc(0)

/** Passes what a socket receives to a sink, and stops reading while the sink is held. */
export class SocketReader {
  readonly #stream: Duplex
  readonly #sink: ByteSink
  readonly #clock: Clock
  readonly #coalesce: boolean
  readonly #onError: (error: unknown) => void
  /** Received and not yet taken. The receive buffer is not written over as long as the socket is paused. */
  #rest: { bytes: Buffer; at: number; end: number }[] = []
  #patience: Timer | null = null
  #wake: NodeJS.Immediate | null = null

  constructor(
    stream: Duplex,
    sink: ByteSink,
    options: { readonly clock: Clock; readonly coalesce: boolean; readonly onError: (error: unknown) => void },
  ) {
    this.#stream = stream
    this.#sink = sink
    this.#clock = options.clock
    this.#coalesce = options.coalesce
    this.#onError = options.onError
  }

  /** Whether the socket is read, apart from moments of patience. */
  get reading(): boolean {
    return this.#rest.length === 0 && !this.#sink.held
  }

  /** Takes received bytes. */
  receive(bytes: Buffer, start: number, end: number): void {
    if (this.#rest.length > 0) {
      this.#rest.push({ bytes, at: start, end })
      return
    }
    const at = this.#feed(bytes, start, end)
    if (this.#sink.held) {
      this.#rest.push({ bytes, at, end })
      this.#stream.pause()
    } else if (this.#coalesce && end - start < SMALL_READ_BYTES) {
      this.#stream.pause()
      this.#patience = this.#clock.setTimer(PATIENCE_MS, () => this.#endPatience())
    }
  }

  /** The sink is not held any more: goes on soon, not within this call. */
  release(): void {
    this.#wake ??= setImmediate(() => {
      this.#wake = null
      this.#goOn()
    })
  }

  /** Never calls the sink again. */
  stop(): void {
    this.#patience?.cancel()
    if (this.#wake !== null) clearImmediate(this.#wake)
  }

  #goOn(): void {
    while (!this.#sink.held) {
      // A message can be complete and undelivered although no byte is left.
      const rest = this.#rest[0] ?? { bytes: NOTHING, at: 0, end: 0 }
      rest.at = this.#feed(rest.bytes, rest.at, rest.end)
      if (this.#sink.held) return
      this.#rest.shift()
      if (this.#rest.length === 0) {
        this.#stream.resume()
        return
      }
    }
  }

  #feed(bytes: Buffer, start: number, end: number): number {
    try {
      return this.#sink.feed(bytes, start, end)
    } catch (error) {
      this.#onError(error)
      return end
    }
  }

  #endPatience(): void {
    this.#patience = null
    if (this.reading) this.#stream.resume()
  }
}
