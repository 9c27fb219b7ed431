import { createWriteStream, type WriteStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from './clock.ts'

/** An HTTP request, and what its handler found out about it. */
interface LoggedExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly entry: Readonly<Record<string, unknown>>
}

/**
 * One line of JSON for everything that reached the stand-in, in the order in which it was over; nothing without `--log`.
 * `atMs` is when it came, `tookMs` how long it took. Passwords are left out; rows are never written.
 */
export class RequestLog {
  readonly #stream: WriteStream | undefined
  readonly #clock: Clock

  constructor(file: string | undefined, clock: Clock) {
    this.#stream = file === undefined ? undefined : createWriteStream(file, { flags: 'a' })
    this.#clock = clock
  }

  write(entry: Readonly<Record<string, unknown>>): void {
    if (this.#stream === undefined) return
    this.#stream.write(`${JSON.stringify({ atMs: this.#clock.nowMs(), ...entry })}\n`)
  }

  /** Writes the line of an HTTP request once its reply is sent or its connection is gone. */
  exchange(listener: string, { request, response, entry }: LoggedExchange): void {
    if (this.#stream === undefined) return
    const atMs = this.#clock.nowMs()
    const { method, url } = request
    response.once('close', () => {
      this.write({
        atMs,
        tookMs: this.#clock.nowMs() - atMs,
        listener,
        client: `${request.socket.remoteAddress}:${request.socket.remotePort}`,
        method,
        url,
        headers: headersOf(request),
        ...entry,
        status: response.headersSent ? response.statusCode : null,
        answered: response.writableFinished,
      })
    })
  }

  async close(): Promise<void> {
    const stream = this.#stream
    if (stream === undefined) return
    await new Promise<void>((resolve) => stream.end(() => resolve()))
  }
}

/** All headers; of the credentials only the user. */
function headersOf(request: IncomingMessage): Record<string, unknown> {
  const { authorization, ...headers } = request.headers
  if (authorization === undefined) return headers
  const [scheme, encoded] = authorization.split(' ')
  const user = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(':')[0]
  return { ...headers, authorization: `${scheme} ${user}:***` }
}
