import type { OutgoingHttpHeaders } from 'node:http'
import type { Clock } from '../../../core/clock.ts'
import type { StoredBody } from '../../../core/sink.ts'
import type { SinkTimeouts } from '../target.ts'
import { redirectTarget } from './addresses.ts'
import type { Connections } from './connections.ts'
import { Exchange, type HttpReply } from './exchange.ts'
import { ExchangeError } from './exchange-error.ts'

/** A request of the load interfaces, before it is known which server takes it. */
export interface LoadRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Asking twice does no harm: it is asked again when a kept connection turns out to be closed. */
  readonly repeatable?: boolean | undefined
  /** How long the answer may take, when longer than usual. */
  readonly replyMs?: number | undefined
}

/** What the client is made of. */
export interface LoadHttpClientOptions {
  readonly feHttp: readonly string[]
  readonly authorization: string
  readonly beHostMap: Readonly<Record<string, string>>
  readonly connections: Connections
  readonly clock: Clock
  readonly timeouts: Pick<SinkTimeouts, 'connectMs' | 'replyMs'>
}

/** A server that said the body may come, or an answer without it. */
export type OpenedBody =
  | { readonly tag: 'open'; readonly exchange: Exchange }
  | { readonly tag: 'answered'; readonly reply: HttpReply }

/** Follower to leader, leader to back end, and one to spare. */
const MAX_HOPS = 3

/**
 * Speaks to the front ends and follows their redirects by hand, with credentials: `fetch` would drop them, and cannot
 * send `Expect` (reference/starrocks.md 1.1). A body goes only to a server that said 100 Continue and is not the front
 * end that was asked first. Another front end is asked only when no connection could be made.
 */
export class LoadHttpClient {
  readonly #options: LoadHttpClientOptions
  /** Index of the front end that answered last. */
  #good = 0

  constructor(options: LoadHttpClientOptions) {
    this.#options = options
  }

  /** A call without a body. @throws {ExchangeError} when there was no answer. */
  async call(request: LoadRequest): Promise<HttpReply> {
    return await this.#repeated(request.repeatable === true, async () => {
      let url: URL | null = null
      for (let hop = 0; ; hop += 1) {
        const answered: { reply: HttpReply; url: URL } = await this.#at(url, request.path, async (target) => ({
          reply: await this.#exchange(target, request, {}).finish(),
          url: target,
        }))
        const next = nextHop(answered.reply, answered.url, this.#options.beHostMap)
        if (next === null || hop === MAX_HOPS) return answered.reply
        url = next
      }
    })
  }

  /** A call with a body of known length. @throws {ExchangeError} when there was no answer. */
  async send(request: LoadRequest, body: Buffer): Promise<HttpReply> {
    const opened = await this.open(request, { 'Content-Length': body.length })
    return opened.tag === 'open' ? await opened.exchange.finishWith(body) : opened.reply
  }

  /** The same with a body that is read while it is sent. @throws {ExchangeError} when there was no answer; what reading throws. */
  async sendStored(request: LoadRequest, body: StoredBody): Promise<HttpReply> {
    const opened = await this.open(request, { 'Content-Length': body.length })
    if (opened.tag === 'answered') return opened.reply
    const { exchange } = opened
    try {
      for await (const piece of body.pieces()) {
        await exchange.write(piece)
        if (exchange.answered) break
      }
    } catch (error) {
      exchange.abandon()
      throw error
    }
    return await exchange.finish()
  }

  /**
   * Finds the server that takes the body. The headers say how the body is framed; without `Content-Length` it is chunked.
   * Nothing of the body has been sent when it throws.
   * @throws {ExchangeError} when there was no answer.
   */
  async open(request: LoadRequest, framing: OutgoingHttpHeaders): Promise<OpenedBody> {
    const headers = { ...framing, Expect: '100-continue' }
    return await this.#repeated(true, async () => {
      let url: URL | null = null
      for (let hop = 0; ; hop += 1) {
        const isFrontEnd = url === null
        const at: Head = await this.#at(url, request.path, async (target) => await this.#head(target, request, headers))
        if (at.answer === 'continue') {
          if (!isFrontEnd) return { tag: 'open', exchange: at.exchange }
          at.exchange.abandon()
          throw new ExchangeError(`${at.url.host} asked for the body instead of naming a back end`, 'head', false)
        }
        at.exchange.abandon()
        const next = nextHop(at.answer, at.url, this.#options.beHostMap)
        if (next === null || hop === MAX_HOPS) return { tag: 'answered', reply: at.answer }
        url = next
      }
    })
  }

  /** Reads a page of a back end, such as an error log, through the host map. @throws {ExchangeError} when there was no answer. */
  async page(address: string): Promise<HttpReply | null> {
    const url = redirectTarget(address, new URL('http://localhost'), this.#options.beHostMap)
    if (url === null) return null
    return await this.#exchange(url, { method: 'GET', path: '', headers: {} }, {}).finish()
  }

  async #head(url: URL, request: LoadRequest, headers: OutgoingHttpHeaders): Promise<Head> {
    const exchange = this.#exchange(url, request, headers)
    return { exchange, url, answer: await exchange.head() }
  }

  #exchange(url: URL, request: LoadRequest, headers: OutgoingHttpHeaders): Exchange {
    const { connections, clock, timeouts, authorization } = this.#options
    return new Exchange(connections, clock, {
      url,
      method: request.method,
      headers: { ...request.headers, ...headers, Authorization: authorization },
      connectMs: timeouts.connectMs,
      replyMs: request.replyMs ?? timeouts.replyMs,
    })
  }

  /** Runs against `url`, or, when it is null, against the front ends in turn until one can be connected to. */
  async #at<T>(url: URL | null, path: string, run: (url: URL) => Promise<T>): Promise<T> {
    if (url !== null) return await run(url)
    const { feHttp } = this.#options
    const first = this.#good
    for (let tried = 0; ; tried += 1) {
      // Calls run at once: each goes through the front ends in its own order, and only one that answers is kept in mind.
      const index = (first + tried) % feHttp.length
      const base = feHttp[index]
      if (base === undefined) throw new ExchangeError('no front end is configured', 'connect', false)
      try {
        const result = await run(new URL(path, base))
        this.#good = index
        return result
      } catch (error) {
        if (!(error instanceof ExchangeError) || error.phase !== 'connect' || tried + 1 >= feHttp.length) throw error
      }
    }
  }

  /** Runs again, once, when a kept connection was closed before the server can have got more than a head. */
  async #repeated<T>(repeatable: boolean, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      const stale = error instanceof ExchangeError && error.reusedConnection && error.phase === 'head'
      if (!repeatable || !stale) throw error
      return await run()
    }
  }
}

interface Head {
  readonly exchange: Exchange
  readonly url: URL
  readonly answer: 'continue' | HttpReply
}

function nextHop(reply: HttpReply, from: URL, beHostMap: Readonly<Record<string, string>>): URL | null {
  return reply.status === 307 ? redirectTarget(reply.location, from, beHostMap) : null
}
