import * as http from 'node:http'
import * as https from 'node:https'
import type { PoolUse } from '../../../core/pool-use.ts'

/** What connections are made with. */
export interface ConnectionOptions {
  readonly tls?: { readonly ca?: string | undefined; readonly rejectUnauthorized: boolean } | undefined
}

/** An idle connection is closed before the server's own limit makes that a race (StarRocks and proxies: 5 s and more). */
const IDLE_MS = 4_000

/** Keep-alive connections, per host; closed at the end. */
export class Connections implements Disposable {
  readonly #http: http.Agent
  readonly #https: https.Agent

  constructor(options: ConnectionOptions) {
    const keep = { keepAlive: true, noDelay: true, timeout: IDLE_MS, scheduling: 'lifo' } as const
    this.#http = new http.Agent(keep)
    this.#https = new https.Agent({ ...keep, ...options.tls })
  }

  /** Opens a request; its headers are not sent yet. */
  request(url: URL, method: string, headers: http.OutgoingHttpHeaders): http.ClientRequest {
    if (url.protocol === 'https:') return https.request(url, { method, headers, agent: this.#https })
    return http.request(url, { method, headers, agent: this.#http })
  }

  /** How the connections are used now. */
  use(): Omit<PoolUse, 'name'> {
    const agents = [this.#http, this.#https]
    const all = (part: 'sockets' | 'freeSockets' | 'requests'): number =>
      agents.reduce((sum, agent) => sum + Object.values(agent[part]).reduce((n, each) => n + (each?.length ?? 0), 0), 0)
    return { used: all('sockets'), idle: all('freeSockets'), limit: null, waiting: all('requests'), waitedMs: 0 }
  }

  /** Closes every connection, used or not. */
  [Symbol.dispose](): void {
    this.#http.destroy()
    this.#https.destroy()
  }
}
