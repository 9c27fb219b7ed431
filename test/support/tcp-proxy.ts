import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** `pass`: hands everything on. `cut`: ends every connection at once. `silent`: takes connections and answers nothing, as a lost network does. */
export type ProxyMode = 'pass' | 'cut' | 'silent'

/** A way to a server that a test can break and mend. */
export class TcpProxy implements AsyncDisposable {
  readonly port: number
  readonly #server
  readonly #target: number
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #mode: ProxyMode = 'pass'

  private constructor(server: ReturnType<typeof createServer>, target: number) {
    const address = server.address()
    this.port = typeof address === 'object' && address !== null ? address.port : 0
    this.#server = server
    this.#target = target
    server.on('connection', (client) => this.#take(client))
  }

  static async start(target: number): Promise<TcpProxy> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new TcpProxy(server, target)
  }

  /** Also for connections that are open. */
  set(mode: ProxyMode): void {
    this.#mode = mode
    for (const pair of this.#pairs) {
      for (const socket of pair) {
        if (mode === 'cut') socket.destroy()
        else if (mode === 'silent') socket.pause()
        else socket.resume()
      }
    }
  }

  #take(client: Socket): void {
    if (this.#mode === 'cut') {
      client.destroy()
      return
    }
    const upstream = connect(this.#target, '127.0.0.1')
    const pair = [client, upstream] as const
    this.#pairs.add(pair)
    const end = (): void => {
      for (const socket of pair) socket.destroy()
      this.#pairs.delete(pair)
    }
    for (const [from, to] of [pair, [upstream, client]] as const) {
      from.on('error', end)
      from.on('close', end)
      from.on('data', (bytes) => to.write(bytes))
      if (this.#mode === 'silent') from.pause()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.set('cut')
    this.#server.close()
    await once(this.#server, 'close')
  }
}
