import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FaultSubject, Fault } from '../fault.ts'
import type { HttpContext } from './context.ts'
import { sendJson } from './reply.ts'

/** One request on its way: `expectsContinue` says that the client waits before it sends its body. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly expectsContinue: boolean
}

/** Answers a request; must not throw. */
export type Handler = (exchange: Exchange) => Promise<void>

/** Opens a listener that leaves `Expect: 100-continue` to its handler. */
export async function listen(port: number, host: string, handler: Handler): Promise<Server> {
  const serve = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://stand-in')
    response.on('error', () => undefined)
    request.on('error', () => undefined)
    void handler({ request, response, url, expectsContinue })
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
 * Runs a request's work under the faults that are set, logs it and sends its reply. `cut-after` does the work and closes
 * the connection without a word.
 */
export async function execute(
  context: HttpContext,
  exchange: Exchange,
  subject: FaultSubject,
  work: (fault: Fault | undefined) => Promise<object>,
): Promise<void> {
  const fault = context.faults.strike(subject)
  const entry = {
    listener: exchange.request.socket.localPort,
    method: exchange.request.method,
    url: exchange.request.url,
  }
  if (fault?.action === 'delay') {
    await new Promise<void>((resolve) => void context.clock.after(fault.ms, resolve))
  }
  if (fault?.action === 'cut-before') {
    context.log.write({ ...entry, ...subject, fault: fault.action })
    exchange.request.socket.destroy()
    return
  }
  const beganMs = context.clock.nowMs()
  const reply = await work(fault)
  context.log.write({ ...entry, ...subject, fault: fault?.action, tookMs: context.clock.nowMs() - beganMs, reply })
  if (fault?.action === 'cut-after') exchange.request.socket.destroy()
  else sendJson(exchange.response, reply)
}
