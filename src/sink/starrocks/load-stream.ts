import type { Exchange, HttpReply } from './http/exchange.ts'
import { ExchangeError } from './http/exchange-error.ts'
import type { Outcome } from './outcome.ts'

/** One load whose body is sent piece by piece. */
export class LoadStream {
  readonly #exchange: Exchange
  readonly #judge: (reply: () => Promise<HttpReply>) => Promise<Outcome>
  /** Bytes given to the connection. */
  sentBytes = 0

  constructor(exchange: Exchange, judge: (reply: () => Promise<HttpReply>) => Promise<Outcome>) {
    this.#exchange = exchange
    this.#judge = judge
  }

  /** Sends complete rows; resolves when `bytes` may be used again. False when the load has failed: {@link finish} says why. */
  async write(bytes: Buffer): Promise<boolean> {
    try {
      await this.#exchange.write(bytes)
      this.sentBytes += bytes.length
      return !this.#exchange.answered
    } catch (error) {
      if (error instanceof ExchangeError) return false
      throw error
    }
  }

  /** Ends the body and reads the answer. */
  async finish(): Promise<Outcome> {
    return await this.#judge(async () => await this.#exchange.finish())
  }

  /** Gives the load up; the transaction is to be rolled back. */
  abandon(): void {
    this.#exchange.abandon()
  }
}
