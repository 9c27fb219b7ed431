import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import type { Resource } from './resource.ts'
import { route } from './route.ts'
import { sendError } from './send-json.ts'

/** Bounds of one client, so that none can hold the thread or its memory. */
const MAX_HEADER_BYTES = 16_384
const PATIENCE: Patience = { headersWithinMs: 5_000, requestWithinMs: 10_000, idleMs: 15_000 }
const MAX_CONNECTIONS = 512

/** An open port. Disposing of it closes it and every connection. */
export interface HttpListener extends AsyncDisposable {
  readonly port: number
}

/** How long a client may take. */
interface Patience {
  readonly headersWithinMs: number
  readonly requestWithinMs: number
  /** Of a connection without a request, and of a reader that takes nothing. */
  readonly idleMs: number
}

/** Where to listen and what to serve. */
export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly resources: readonly Resource[]
  readonly patience?: Patience | undefined
}

/** Opens a port and serves the resources. @throws the system's error when the port cannot be had */
export async function listen(
  options: ListenOptions,
  core: Pick<MonitorCore, 'registry' | 'log'>,
): Promise<HttpListener> {
  const { resources, patience = PATIENCE } = options
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: patience.headersWithinMs,
    requestTimeout: patience.requestWithinMs,
    keepAliveTimeout: patience.idleMs,
    connectionsCheckingInterval: patience.headersWithinMs / 5,
  })
  server.maxConnections = MAX_CONNECTIONS
  server.on('request', (request, response) => {
    // A reader that takes nothing for so long is gone.
    response.setTimeout(patience.idleMs, () => response.destroy())
    void serve(resources, core, { request, response })
  })
  server.on('clientError', refuseClient)
  server.listen(options.port, options.host)
  await once(server, 'listening')
  return { port: portOf(server), [Symbol.asyncDispose]: () => close(server) }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function serve(
  resources: readonly Resource[],
  core: Pick<MonitorCore, 'registry' | 'log'>,
  { request, response }: Exchange,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://localhost')
  const found = url ? route(resources, request.method ?? 'GET', url.pathname) : { tag: 'unknown' as const }
  const name = found.tag === 'unknown' ? 'unknown' : found.resource.name
  response.once('close', () => {
    core.registry.counter('sync_http_requests_total', [name, String(response.statusCode)]).add()
  })
  if (found.tag === 'unknown' || !url) {
    sendError(response, 404, { code: 'NOT_FOUND', message: 'There is nothing at this path.', remedy: KNOWN_PATHS })
    return
  }
  if (found.tag === 'wrong-method') {
    response.setHeader('allow', found.allowed.join(', '))
    const message = `This path takes ${found.allowed.join(', ')} only.`
    sendError(response, 405, { code: 'METHOD_NOT_ALLOWED', message })
    return
  }
  try {
    await found.handler({ url, raw: request, parameters: found.parameters }, response)
  } catch (error) {
    failed(core, name, response, error)
  }
}

const KNOWN_PATHS =
  'See docs/monitoring.md: /health, /health/ready, /health/live, /health/detailed, /metrics, /api/v1/status.'

function failed(core: Pick<MonitorCore, 'log'>, resource: string, response: ServerResponse, error: unknown): void {
  const gone = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
  if (!gone) {
    const fields = { resource, error: error instanceof Error ? error.message : String(error) }
    core.log({ level: 'ERROR', logger: 'sync_app.http', message: 'A request could not be answered', fields })
  }
  if (response.headersSent) response.destroy()
  else sendError(response, 500, { code: 'INTERNAL', message: 'The request could not be answered; the log says why.' })
}

const CLIENT_ERRORS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** What is no request at all. */
function refuseClient(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status = CLIENT_ERRORS[error.code ?? ''] ?? '400 Bad Request'
  const body = `{"error":{"code":"BAD_REQUEST","message":"${status.slice(4)}"}}\n`
  const head = `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close`
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${body}`)
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
