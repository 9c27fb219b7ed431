import type { StatusViews } from '../app/monitor/status-views.ts'
import type { Resource } from './resource.ts'
import { sendJson } from './send-json.ts'

/** `/api/v1/metrics`: every metric of the catalogue, how to read it, and how many series it has now. */
export function metricListResource(views: StatusViews): Resource {
  const path = '/api/v1/metrics'
  return { name: path, path, get: (_, response) => sendJson(response, 200, views.metrics()) }
}
