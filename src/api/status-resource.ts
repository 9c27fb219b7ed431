import type { StatusViews } from '../app/monitor/status-views.ts'
import type { Resource } from './resource.ts'
import { sendJson } from './send-json.ts'

/** `/api/v1/status`: the pipeline and all its jobs, with their numbers. */
export function statusResource(views: StatusViews): Resource {
  return {
    name: '/api/v1/status',
    path: '/api/v1/status',
    get: (_, response) => sendJson(response, 200, views.status()),
  }
}
