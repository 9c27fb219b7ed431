import { once } from 'node:events'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it reached a scripted server. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  /** Bytes of a body that arrived. */
  bodyBytes: number
}

/** What a script does with a request. */
export interface ScriptedExchange {
  readonly request: SeenRequest
  /** Says 100 Continue and reads the whole body. */
  readonly takeBody: () => Promise<Buffer>
  /** Stops and goes on reading from the connection. */
  readonly pause: () => void
  readonly resume: () => void
  readonly json: (body: object, status?: number) => void
  readonly redirect: (to: string) => void
  /** Closes the connection without another word. */
  readonly cut: () => void
}

/** A real HTTP server on loopback whose every answer is scripted by a test. */
export class ScriptedServer implements AsyncDisposable {
  readonly requests: SeenRequest[] = []
  /** What is done with the next requests; the last one stays. */
  script: (exchange: ScriptedExchange) => void | Promise<void>
  /** Connections made so far. */
  connections = 0
  readonly #server = http.createServer()

  constructor(script: (exchange: ScriptedExchange) => void | Promise<void>) {
    this.script = script
    const take = (request: http.IncomingMessage, response: http.ServerResponse): void => {
      void this.#run(request, response)
    }
    this.#server.on('connection', () => (this.connections += 1))
    this.#server.on('request', take)
    this.#server.on('checkContinue', take)
  }

  /** Begins to listen on any free port. */
  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  /** `http://127.0.0.1:PORT`. */
  get url(): string {
    const address = this.#server.address()
    return `http://127.0.0.1:${isAddress(address) ? address.port : 0}`
  }

  async #run(message: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = message
    const request: SeenRequest = { method, path: url, headers, bodyBytes: 0 }
    this.requests.push(request)
    const pieces: Buffer[] = []
    message.on('data', (piece: Buffer) => {
      request.bodyBytes += piece.length
      pieces.push(piece)
    })
    message.on('error', () => undefined)
    await this.script({
      request,
      takeBody: async () => {
        if (headers.expect !== undefined) response.writeContinue()
        if (!message.complete) await new Promise((resolve) => message.once('close', resolve).once('end', resolve))
        return Buffer.concat(pieces)
      },
      pause: () => void message.pause(),
      resume: () => void message.resume(),
      json: (body, status = 200) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      },
      redirect: (to) => {
        response.writeHead(307, { location: to, connection: 'close' })
        response.end()
      },
      cut: () => void message.socket.destroy(),
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null
}
