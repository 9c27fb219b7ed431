import type { ServerResponse } from 'node:http'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import { admissionOf, type Refusal } from './authorize-change.ts'
import type { ApiRequest } from './resource.ts'
import { sendError } from './send-json.ts'

interface Exchange {
  readonly request: ApiRequest
  readonly response: ServerResponse
}

const REFUSALS: Readonly<Record<Refusal, readonly [status: number, message: string]>> = {
  'no-token': [401, 'This changes something: send a token of http.auth as Authorization: Bearer.'],
  'wrong-token': [403, 'The token is none of http.auth.'],
  'not-loopback': [403, 'Without http.auth.token changes are allowed from this machine only.'],
  'foreign-page': [403, 'Without http.auth.token pages of other sites may change nothing.'],
}

/** Who asks for a change that is allowed; null when it is not: then it has been answered. */
export function admitChange({ setup }: MonitorCore, { request, response }: Exchange): string | null {
  const { headers, socket } = request.raw
  const { authorization, origin, host } = headers
  const claim = headers['x-sync-actor']
  const asker = { remoteAddress: socket.remoteAddress, authorization, origin, host }
  const admission = admissionOf({ ...asker, claim: typeof claim === 'string' ? claim : undefined }, setup.http.tokens)
  if (admission.tag === 'allowed') return admission.actor
  const [status, message] = REFUSALS[admission.refusal]
  if (status === 401) response.setHeader('www-authenticate', 'Bearer')
  sendError(response, status, { code: 'FORBIDDEN', message })
  return null
}
