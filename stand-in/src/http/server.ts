import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Fault, FaultSubject } from '../fault.ts'
import type { RequestLog } from '../request-log.ts'
import type { HttpContext } from './context.ts'
import { sendJson } from './reply.ts'

/** One request on its way: `expectsContinue` says that the client waits before it sends its body. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly expectsContinue: boolean
  /** What the request log will tell beside the request itself. */
  readonly entry: Record<string, unknown>
}

/** Answers a request; must not throw. */
export type Handler = (exchange: Exchange) => Promise<void>

/** A listener: its name in the log, and what answers there. */
export interface Listener {
  readonly name: string
  readonly handler: Handler
  readonly log: RequestLog
}

/** Opens a listener that leaves `Expect: 100-continue` to its handler. Every request is logged when it is over. */
export async function listen(port: number, host: string, listener: Listener): Promise<Server> {
  const serve = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://stand-in')
    const exchange: Exchange = { request, response, url, expectsContinue, entry: {} }
    response.on('error', () => undefined)
    request.on('error', () => undefined)
    listener.log.exchange(listener.name, exchange)
    void listener.handler(exchange)
  }
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0, maxHeaderSize: 256 * 1024 })
  server.on('request', serve(false))
  server.on('checkContinue', serve(true))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return server
}

/** The port that a listener got. */
export function portOf(server: Server): number {
  const address: string | AddressInfo | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/**
 * Runs a request's work under the faults that are set, and sends its reply. `cut-after` and `half-open-after` do the work
 * and say nothing; after `half-open` the client waits for good, unless it closes the connection itself.
 */
export async function execute(
  context: HttpContext,
  exchange: Exchange,
  subject: FaultSubject,
  work: (fault: Fault | undefined) => Promise<object>,
): Promise<void> {
  const fault = context.faults.strike(subject)
  Object.assign(exchange.entry, subject, { fault: fault?.action })
  if (fault?.action === 'delay') {
    await new Promise<void>((resolve) => void context.clock.after(fault.ms, resolve))
  }
  if (fault?.action === 'cut-before') return void exchange.request.socket.destroy()
  if (fault?.action === 'half-open') return void exchange.request.resume()
  const reply = await work(fault)
  exchange.entry['reply'] = reply
  send(exchange, reply, fault)
}

function send(exchange: Exchange, reply: object, fault: Fault | undefined): void {
  if (fault?.action === 'cut-after') exchange.request.socket.destroy()
  else if (fault?.action === 'wrong-length') sendShort(exchange, reply)
  else if (fault?.action !== 'half-open-after') sendJson(exchange.response, reply)
}

/** Announces one byte more than the reply has, and closes. */
function sendShort({ response, request }: Exchange, reply: object): void {
  const text = JSON.stringify(reply, undefined, 4)
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) + 1 })
  response.write(text, () => request.socket.destroySoon())
}
