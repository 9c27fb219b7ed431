import * as z from 'zod'
import type { Config } from '../config/config.ts'
import { ERROR_CATALOGUE, type ErrorCode } from '../core/error-codes.ts'
import { SyncError } from '../core/sync-error.ts'
import { serviceAddress } from './service-client.ts'

/** What is asked of the running service. */
export interface ServiceCall {
  readonly method: 'GET' | 'POST'
  /** Beginning with `/api/`. */
  readonly path: string
  readonly body?: unknown
  /** Its address; absent: as the configuration has it. */
  readonly url?: string | undefined
  readonly abort: AbortSignal
}

const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), remedy: z.string().optional() }),
})

/** Asks the running service over HTTP, with the token of the configuration. Resolves to its JSON. @throws {SyncError} SERVICE_UNREACHABLE, SERVICE_REFUSED, or what the service says. */
export async function callService({ http }: Pick<Config, 'http'>, call: ServiceCall): Promise<unknown> {
  const origin = call.url?.replace(/\/+$/, '') ?? serviceAddress(http.host, http.port)
  const token = http.token?.reveal()
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const body = call.body === undefined ? null : JSON.stringify(call.body)
  let response: Response
  try {
    response = await fetch(`${origin}${call.path}`, { method: call.method, headers, body, signal: call.abort })
  } catch (cause) {
    call.abort.throwIfAborted()
    throw new SyncError('SERVICE_UNREACHABLE', `${origin} does not answer`, { cause })
  }
  const text = await response.text()
  if (response.ok) return jsonOf(text)
  throw refusal(response.status, text)
}

function refusal(status: number, text: string): SyncError {
  const parsed = errorBody.safeParse(jsonOf(text))
  if (!parsed.success) return new SyncError('SERVICE_REFUSED', `the service answered ${status}`)
  const { code, message, remedy } = parsed.data.error
  return new SyncError(isErrorCode(code) ? code : 'SERVICE_REFUSED', message, { remedy })
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
