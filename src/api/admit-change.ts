import type { ServerResponse } from 'node:http'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import { type Refusal, refusalOf } from './authorize-change.ts'
import type { ApiRequest } from './resource.ts'
import { sendError } from './send-json.ts'

interface Exchange {
  readonly request: ApiRequest
  readonly response: ServerResponse
}

const REFUSALS: Readonly<Record<Refusal, readonly [status: number, message: string]>> = {
  'no-token': [401, 'This changes something: send the token of http.auth.token as Authorization: Bearer.'],
  'wrong-token': [403, 'The token is not the one of http.auth.token.'],
  'not-loopback': [403, 'Without http.auth.token changes are allowed from this machine only.'],
  'foreign-page': [403, 'Without http.auth.token pages of other sites may change nothing.'],
}

/** Answers a request that may not change anything. Whether it did. */
export function refuseChange({ setup }: MonitorCore, { request, response }: Exchange): boolean {
  const { headers, socket } = request.raw
  const { authorization, origin, host } = headers
  const refusal = refusalOf({ remoteAddress: socket.remoteAddress, authorization, origin, host }, setup.http.token)
  if (refusal !== null) refuse(response, refusal)
  return refusal !== null
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  const [status, message] = REFUSALS[refusal]
  if (status === 401) response.setHeader('www-authenticate', 'Bearer')
  sendError(response, status, { code: 'FORBIDDEN', message })
}
