/** Why no message of the stream may be delivered. */
export const HOLD = {
  /** The stream has not been handed to its owner yet. */
  starting: 1,
  /** The handler asked for a pause. */
  paused: 2,
  /** A streamed transaction is being replayed. */
  replaying: 4,
  /** The spool's disk does not keep up. */
  congested: 8,
  /** The stream is being closed. */
  closed: 16,
} as const

/** One of {@link HOLD}. */
export type Hold = (typeof HOLD)[keyof typeof HOLD]

/** Holds the stream back as long as there is a reason to. */
export class Gate {
  readonly #onOpen: () => void
  #reasons = 0
  #closedBy: Error | null = null
  #waiting: (() => void)[] = []

  /** @param onOpen called when the last reason went. */
  constructor(onOpen: () => void) {
    this.#onOpen = onOpen
  }

  /** Whether there is any reason. */
  get held(): boolean {
    return this.#reasons !== 0
  }

  has(reason: Hold): boolean {
    return (this.#reasons & reason) !== 0
  }

  hold(reason: Hold): void {
    this.#reasons |= reason
  }

  release(reason: Hold): void {
    if (!this.has(reason)) return
    this.#reasons &= ~reason
    if (reason === HOLD.paused) this.#wake()
    if (!this.held) this.#onOpen()
  }

  /** Resolves when the handler does not ask for a pause. @throws what the gate was closed with, once it is */
  async unpaused(): Promise<void> {
    while (this.has(HOLD.paused) && !this.has(HOLD.closed)) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
    if (this.#closedBy !== null) throw this.#closedBy
  }

  /** Holds for ever. */
  close(error: Error): void {
    if (this.has(HOLD.closed)) return
    this.hold(HOLD.closed)
    this.#closedBy = error
    this.#wake()
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
