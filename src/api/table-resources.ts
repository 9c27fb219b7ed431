import type { ServerResponse } from 'node:http'
import type { ChangeRequest } from '../app/monitor/monitor-messages.ts'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import type { StatusViews } from '../app/monitor/status-views.ts'
import { type Refusal, refusalOf } from './authorize-change.ts'
import type { ApiRequest, Resource } from './resource.ts'
import { sendError, sendJson } from './send-json.ts'

const CHANGES = ['pause', 'resume', 'resync'] as const

/** `/api/v1/tables`, `/api/v1/tables/NAME`, and by POST `/api/v1/tables/NAME/pause`, `resume` and `resync`. */
export function tableResources(core: MonitorCore, views: StatusViews): readonly Resource[] {
  return [
    {
      name: '/api/v1/tables',
      path: '/api/v1/tables',
      get: (_, response) => sendJson(response, 200, views.tables()),
    },
    {
      name: '/api/v1/tables/:table',
      path: '/api/v1/tables/:table',
      get: ({ parameters }, response) => {
        const found = views.table(parameters['table'] ?? '')
        if (found) sendJson(response, 200, found.body)
        else notFound(response)
      },
    },
    ...CHANGES.map((change): Resource => ({
      name: `/api/v1/tables/:table/${change}`,
      path: `/api/v1/tables/:table/${change}`,
      post: (request, response) => changeTable(core, views, { request, response, change }),
    })),
  ]
}

async function changeTable(
  core: MonitorCore,
  views: StatusViews,
  asked: { readonly request: ApiRequest; readonly response: ServerResponse; readonly change: ChangeRequest['do'] },
): Promise<void> {
  const { request, response, change } = asked
  const { headers, socket } = request.raw
  const { authorization, origin, host } = headers
  const refusal = refusalOf({ remoteAddress: socket.remoteAddress, authorization, origin, host }, core.setup.http.token)
  if (refusal !== null) {
    refuse(response, refusal)
    return
  }
  const found = views.table(request.parameters['table'] ?? '')
  if (!found) {
    notFound(response)
    return
  }
  const answer = await core.change({ do: change, table: found.id })
  if (answer.tag === 'done') sendJson(response, 202, { requested: change, table: found.id, position: answer.position })
  else sendError(response, answer.code === 'TIMEOUT' ? 504 : 502, answer)
}

function notFound(response: ServerResponse): void {
  const remedy = 'GET /api/v1/tables lists them.'
  sendError(response, 404, { code: 'NOT_FOUND', message: 'The pipeline has no such table.', remedy })
}

const REFUSALS: Readonly<Record<Refusal, readonly [status: number, message: string]>> = {
  'no-token': [401, 'This changes something: send the token of http.auth.token as Authorization: Bearer.'],
  'wrong-token': [403, 'The token is not the one of http.auth.token.'],
  'not-loopback': [403, 'Without http.auth.token changes are allowed from this machine only.'],
  'foreign-page': [403, 'Without http.auth.token pages of other sites may change nothing.'],
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  const [status, message] = REFUSALS[refusal]
  if (status === 401) response.setHeader('www-authenticate', 'Bearer')
  sendError(response, status, { code: 'FORBIDDEN', message })
}
