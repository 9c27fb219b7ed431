import type { Config } from '../config/config.ts'
import type { ErrorCode } from '../core/error-codes.ts'
import { SyncError } from '../core/sync-error.ts'
import { serverSentEvents, type ServerSentEvent } from './server-sent-events.ts'

const ANSWER_WITHIN_MS = 5_000

/** What the service said. */
export interface ServiceAnswer {
  readonly status: number
  readonly text: string
  /** The server's clock when it answered, milliseconds since 1970-01-01 UTC; null when it does not say. Whole seconds. */
  readonly dateMs: number | null
}

/** The running service over HTTP, as commands on the same or another machine see it. */
export interface ServiceClient {
  /** `http://127.0.0.1:8080`. */
  readonly address: string
  /** Whatever the status. @throws {SyncError} SERVICE_UNREACHABLE */
  get(path: string): Promise<ServiceAnswer>
  /** Changes something, with the configured token. @throws {SyncError} SERVICE_UNREACHABLE, or SERVICE_REFUSED with what the service said. */
  change(method: 'PUT' | 'POST' | 'DELETE', path: string, body?: object): Promise<ServiceAnswer>
  /** Events of a stream until it ends or `abort`. @throws {SyncError} SERVICE_UNREACHABLE, SERVICE_REFUSED */
  events(path: string, abort: AbortSignal): AsyncIterable<ServerSentEvent>
}

/** Where a service that listens on `host` is reached from the same machine. */
export function serviceAddress(host: string, port: number): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}

/** The service that runs this configuration. */
export function serviceClient({ http }: Pick<Config, 'http'>): ServiceClient {
  return httpClient(serviceAddress(http.host, http.port), http.token?.reveal())
}

/** What a request is made of. */
interface Asking {
  readonly method?: string
  readonly signal: AbortSignal
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Whatever speaks HTTP at an address. */
export function httpClient(address: string, token?: string): ServiceClient {
  const own: Readonly<Record<string, string>> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const ask = async (path: string, { headers, ...init }: Asking): Promise<Response> => {
    try {
      return await fetch(`${address}${path}`, { ...init, headers: { ...own, ...headers }, redirect: 'manual' })
    } catch (error) {
      if (init.signal?.aborted === true && init.signal.reason === error && isAskedFor(error)) throw error
      throw new SyncError('SERVICE_UNREACHABLE', `${address} does not answer: ${reasonOf(error)}`, { cause: error })
    }
  }
  const within = (): AbortSignal => AbortSignal.timeout(ANSWER_WITHIN_MS)
  return {
    address,
    get: async (path) => answerOf(await ask(path, { signal: within() }), address),
    change: async (method, path, body) => {
      const json = { 'content-type': 'application/json' }
      const init = body === undefined ? {} : { body: JSON.stringify(body), headers: json }
      const answer = await answerOf(await ask(path, { method, signal: within(), ...init }), address)
      if (answer.status >= 400) throw refused(path, answer)
      return answer
    },
    async *events(path, abort) {
      const response = await ask(path, { signal: abort, headers: { accept: 'text/event-stream' } })
      if (response.status !== 200 || response.body === null) throw refused(path, await answerOf(response, address))
      yield* serverSentEvents(response.body)
    },
  }
}

async function answerOf(response: Response, address: string): Promise<ServiceAnswer> {
  const dateMs = dateOf(response)
  try {
    return { status: response.status, text: await response.text(), dateMs }
  } catch (error) {
    throw new SyncError('SERVICE_UNREACHABLE', `${address} broke off its answer: ${reasonOf(error)}`, { cause: error })
  }
}

function dateOf(response: Response): number | null {
  // oxlint-disable-next-line no-restricted-globals -- reads a given time, asks for none
  const dateMs = Date.parse(response.headers.get('date') ?? '')
  return Number.isNaN(dateMs) ? null : dateMs
}

function refused(path: string, { status, text }: ServiceAnswer): SyncError {
  const code: ErrorCode = 'SERVICE_REFUSED'
  return new SyncError(code, `${path} was answered with status ${status}: ${saidIn(text)}`)
}

/** What an error answer says, when it is one of ours. */
function saidIn(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return text.slice(0, 200)
    for (const name of ['message', 'error', 'detail', 'title']) {
      const said = new Map<string, unknown>(Object.entries(parsed)).get(name)
      if (typeof said === 'string') return said
    }
  } catch {
    // Not JSON: told as it is.
  }
  return text.slice(0, 200)
}

/** The end was asked for by whoever waits, not by a time-out. */
function isAskedFor(error: unknown): boolean {
  return !(error instanceof DOMException && error.name === 'TimeoutError')
}

function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `no answer within ${ANSWER_WITHIN_MS / 1000} s`
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ')
  if (cause instanceof Error) return cause.message
  return error instanceof Error ? error.message : String(error)
}
