import type { ServerResponse } from 'node:http'
import type { TableChange } from '../app/monitor/monitor-messages.ts'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import type { StatusViews } from '../app/monitor/status-views.ts'
import { admitChange } from './admit-change.ts'
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
  asked: { readonly request: ApiRequest; readonly response: ServerResponse; readonly change: TableChange['do'] },
): Promise<void> {
  const { request, response, change } = asked
  const actor = admitChange(core, { request, response })
  if (actor === null) return
  const found = views.table(request.parameters['table'] ?? '')
  if (!found) {
    notFound(response)
    return
  }
  const answer = await core.ask({ do: change, table: found.id, actor })
  if (answer.tag === 'done') sendJson(response, 202, { requested: change, table: found.id, position: answer.position })
  else if (answer.tag === 'failed') sendError(response, answer.code === 'TIMEOUT' ? 504 : 502, answer)
}

function notFound(response: ServerResponse): void {
  const remedy = 'GET /api/v1/tables lists them.'
  sendError(response, 404, { code: 'NOT_FOUND', message: 'The pipeline has no such table.', remedy })
}
