/**
 * How far a request got before it failed.
 *
 * - `connect`: no connection was made; the server knows nothing of it.
 * - `head`: the head may have arrived, no byte of the body was sent.
 * - `body`: a part of the body was sent, or all of it, and no answer came.
 */
export type ExchangePhase = 'connect' | 'head' | 'body'

/** A request without an answer. */
export class ExchangeError extends Error {
  readonly phase: ExchangePhase
  /** The connection was kept from an earlier request: the server may have closed it before this one. */
  readonly reusedConnection: boolean

  constructor(message: string, phase: ExchangePhase, reusedConnection: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ExchangeError'
    this.phase = phase
    this.reusedConnection = reusedConnection
  }
}
