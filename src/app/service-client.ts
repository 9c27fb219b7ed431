import * as z from 'zod'
import type { Config } from '../config/config.ts'
import { ERROR_CATALOGUE, type ErrorCode } from '../core/error-codes.ts'
import { foreignInstant } from '../core/instant.ts'
import { jsonOrNull } from '../core/json-or-null.ts'
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

/** What is asked of the API. */
export interface ServiceCall {
  readonly method: 'GET' | 'PUT' | 'POST'
  /** Beginning with `/api/`. */
  readonly path: string
  readonly body?: unknown
  /** Who asks, for the log of the service. */
  readonly actor?: string | undefined
  /** Ends the wait; absent: five seconds do. */
  readonly abort?: AbortSignal | undefined
}

/** The running service over HTTP, as commands on the same or another machine see it. */
export interface ServiceClient {
  /** `http://127.0.0.1:8080`. */
  readonly address: string
  /** Whatever the status. @throws {SyncError} SERVICE_UNREACHABLE */
  get(path: string): Promise<ServiceAnswer>
  /** Asks the API, with the configured token. Resolves to its JSON. @throws {SyncError} SERVICE_UNREACHABLE, SERVICE_REFUSED, or what the service says. */
  ask(call: ServiceCall): Promise<unknown>
  /** Events of a stream until it ends or `abort`. @throws {SyncError} SERVICE_UNREACHABLE, SERVICE_REFUSED */
  events(path: string, abort: AbortSignal): AsyncIterable<ServerSentEvent>
}

/** Where a service that listens on `host` is reached from the same machine. */
export function serviceAddress(host: string, port: number): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}

/** The service that runs this configuration; `url`: where it is reached, when that is somewhere else than on this machine. */
export function serviceClient({ http }: Pick<Config, 'http'>, url?: string): ServiceClient {
  return httpClient(url?.replace(/\/+$/, '') ?? serviceAddress(http.host, http.port), tokenOf(http))
}

function tokenOf({ token, tokens }: Config['http']): string | undefined {
  const [first] = Object.values(tokens)
  return (token ?? first)?.reveal()
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
    ask: async ({ method, path, body, actor, abort = within() }) => {
      const named: Record<string, string> = actor === undefined ? {} : { 'x-sync-actor': actor }
      const json = { ...named, 'content-type': 'application/json' }
      const init = body === undefined ? { headers: named } : { body: JSON.stringify(body), headers: json }
      const answer = await answerOf(await ask(path, { method, signal: abort, ...init }), address)
      if (answer.status >= 300) throw refused(path, answer)
      return jsonOrNull(answer.text)
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
  return foreignInstant(response.headers.get('date') ?? '')
}

const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), remedy: z.string().optional() }),
})

function refused(path: string, { status, text }: ServiceAnswer): SyncError {
  const parsed = errorBody.safeParse(jsonOrNull(text))
  if (!parsed.success) return new SyncError('SERVICE_REFUSED', `${path} was answered with status ${status}`)
  const { code, message, remedy } = parsed.data.error
  return new SyncError(isErrorCode(code) ? code : 'SERVICE_REFUSED', message, { remedy })
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code)
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
