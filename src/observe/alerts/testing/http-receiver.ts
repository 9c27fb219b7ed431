import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'

/** A request as it came in. */
export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** An answer. */
export interface ReceiverAnswer {
  readonly status: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Closes the connection instead. */
  readonly cut?: boolean
}

/** An HTTP server on a free port of this machine that keeps what it gets. */
export class HttpReceiver implements AsyncDisposable {
  readonly requests: ReceivedRequest[] = []
  /** The next answers; afterwards 200 and `ok`. */
  readonly answers: ReceiverAnswer[] = []
  readonly #server: Server
  readonly #arrivals: (() => void)[] = []

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request
        this.requests.push({ method, path, headers, body: Buffer.concat(chunks).toString() })
        const answer = this.answers.shift() ?? { status: 200, body: 'ok' }
        if (answer.cut === true) request.socket.destroy()
        else response.writeHead(answer.status, answer.headers).end(answer.body ?? '')
        for (const arrived of this.#arrivals.splice(0)) arrived()
      })
    })
  }

  /** Starts one. */
  static async start(): Promise<HttpReceiver> {
    const receiver = new HttpReceiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  /** Its address, without a path. */
  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('not listening')
    return `http://127.0.0.1:${address.port}`
  }

  /** Resolves when it has had so many requests. */
  async received(count: number): Promise<void> {
    while (this.requests.length < count) await new Promise<void>((resolve) => this.#arrivals.push(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
