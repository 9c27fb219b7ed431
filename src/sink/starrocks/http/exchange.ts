import type * as http from 'node:http'
import type { Clock, Timer } from '../../../core/clock.ts'
import type { Connections } from './connections.ts'
import { ExchangeError, type ExchangePhase } from './exchange-error.ts'

/** An answer, whole. */
export interface HttpReply {
  readonly status: number
  readonly location?: string | undefined
  readonly body: string
}

/** A larger answer is cut off and counts as none: nothing that StarRocks says in JSON is that long. */
const MAX_REPLY_BYTES = 1024 * 1024

const SLOWEST_BYTES_PER_MS = 512

/** Where and how long. */
export interface ExchangeOptions {
  readonly url: URL
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: http.OutgoingHttpHeaders
  /** For the connection and the first word of the server. */
  readonly connectMs: number
  /** For the whole answer, from the last byte that was sent. */
  readonly replyMs: number
}

/**
 * One request on one connection, step by step: head, the server's word to go on, body, answer.
 *
 * Every step ends: with what it promises, or by throwing {@link ExchangeError} when its time is over.
 */
export class Exchange {
  readonly #request: http.ClientRequest
  readonly #clock: Clock
  readonly #options: ExchangeOptions
  readonly #reply: Promise<HttpReply>
  readonly #mayGoOn: Promise<'continue'>
  #phase: ExchangePhase = 'connect'
  #timer: Timer | null = null
  #timedOut: string | null = null
  #answered = false

  constructor(connections: Connections, clock: Clock, options: ExchangeOptions) {
    this.#clock = clock
    this.#options = options
    const request = connections.request(options.url, options.method, options.headers)
    this.#request = request
    const going = Promise.withResolvers<'continue'>()
    const reply = Promise.withResolvers<HttpReply>()
    const fail = (cause: unknown): void => {
      this.#stopTimer()
      const error = this.#errorOf(cause)
      going.reject(error)
      reply.reject(error)
    }
    request.on('socket', (socket) => {
      if (!socket.connecting) this.#phase = 'head'
      else socket.once('connect', () => (this.#phase = 'head'))
    })
    request.on('continue', () => going.resolve('continue'))
    request.on('error', fail)
    request.on('close', () => fail(new Error('the connection was closed without an answer')))
    request.on('response', (response) => collect(response, reply.resolve, fail))
    this.#mayGoOn = going.promise
    this.#reply = reply.promise.finally(() => {
      this.#answered = true
      this.#stopTimer()
    })
    this.#mayGoOn.catch(() => undefined)
    this.#reply.catch(() => undefined)
    this.#startTimer(options.connectMs, `no connection to ${options.url.host}`)
  }

  /** The server's answer, or the failure, is there already: what is still sent will not be read. */
  get answered(): boolean {
    return this.#answered
  }

  /** Ends the request, after the body's last piece if it has a body, and waits for the answer. */
  async finish(): Promise<HttpReply> {
    if (this.#answered) {
      this.#request.destroy()
      return await this.#reply
    }
    this.#startTimer(this.#options.replyMs, `no answer from ${this.#options.url.host}`)
    this.#request.end()
    return await this.#reply
  }

  /** Sends the head and waits for the word to send the body, or for an answer that makes the body needless. */
  async head(): Promise<'continue' | HttpReply> {
    this.#request.flushHeaders()
    const answer = await Promise.race([this.#mayGoOn, this.#reply])
    this.#stopTimer()
    return answer
  }

  /**
   * Sends a piece of the body; resolves when its bytes are no longer needed.
   * When the server answers before the body's end, the rest is not sent and {@link finish} has that answer.
   */
  async write(bytes: Buffer): Promise<void> {
    this.#phase = 'body'
    this.#startTimer(this.#options.replyMs, `${this.#options.url.host} takes no more bytes`)
    const written = Promise.withResolvers<void>()
    this.#request.write(bytes, (error) => (error ? written.reject(this.#errorOf(error)) : written.resolve()))
    try {
      await Promise.race([written.promise, this.#reply])
    } finally {
      written.promise.catch(() => undefined)
      this.#stopTimer()
    }
  }

  /** Sends the whole body at once and waits for the answer. */
  async finishWith(body: Buffer): Promise<HttpReply> {
    this.#phase = 'body'
    const sendMs = Math.ceil(body.length / SLOWEST_BYTES_PER_MS)
    this.#startTimer(this.#options.replyMs + sendMs, `no answer from ${this.#options.url.host}`)
    this.#request.end(body)
    return await this.#reply
  }

  /** Gives the request up; its connection is closed. */
  abandon(): void {
    this.#stopTimer()
    this.#request.destroy()
  }

  #startTimer(delayMs: number, what: string): void {
    this.#stopTimer()
    this.#timer = this.#clock.setTimer(delayMs, () => {
      this.#timedOut = `${what} within ${delayMs} ms`
      this.#request.destroy(new Error(this.#timedOut))
    })
  }

  #stopTimer(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  #errorOf(cause: unknown): ExchangeError {
    const message = this.#timedOut ?? (cause instanceof Error ? cause.message : String(cause))
    return new ExchangeError(message, this.#phase, this.#request.reusedSocket, cause)
  }
}

function collect(
  response: http.IncomingMessage,
  done: (reply: HttpReply) => void,
  fail: (cause: unknown) => void,
): void {
  const pieces: Buffer[] = []
  let length = 0
  response.on('data', (piece: Buffer) => {
    length += piece.length
    if (length > MAX_REPLY_BYTES) response.destroy(new Error(`an answer of more than ${MAX_REPLY_BYTES} bytes`))
    else pieces.push(piece)
  })
  response.on('error', fail)
  response.on('end', () =>
    done({
      status: response.statusCode ?? 0,
      location: response.headers.location,
      body: Buffer.concat(pieces).toString('utf8'),
    }),
  )
}
