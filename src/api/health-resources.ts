import type { ServerResponse } from 'node:http'
import type { HealthAnswer, HealthViews } from '../app/monitor/health-views.ts'
import type { ApiRequest, Resource } from './resource.ts'
import { sendError, sendJson } from './send-json.ts'

const HEALTH_JSON = 'application/health+json'

/** The guide's four endpoints, `/health/startup` and groups by name. They answer from what is known: no probe waits for anything. */
export function healthResources(views: HealthViews): readonly Resource[] {
  const group = (path: string, name: string): Resource => ({
    name: path,
    path,
    get: (request, response) => answer(request, response, views.group(name, wanted(request))),
  })
  return [
    {
      name: '/health',
      path: '/health',
      get: (request, response) => answer(request, response, views.all(wanted(request))),
    },
    group('/health/ready', 'ready'),
    group('/health/live', 'live'),
    group('/health/startup', 'startup'),
    {
      name: '/health/detailed',
      path: '/health/detailed',
      get: (request, response) => {
        const format = wanted(request)
        answer(request, response, format === 'guide' ? views.detailed() : views.all(format))
      },
    },
    {
      name: '/health/group',
      path: '/health/group/:name',
      get: (request, response) => {
        answer(request, response, views.group(request.parameters['name'] ?? '', wanted(request)))
      },
    },
  ]

  function answer(_request: ApiRequest, response: ServerResponse, found: HealthAnswer | null): void {
    if (found === null) {
      const remedy = `Groups are ${views.groupNames.join(', ')}; monitoring.groups adds more.`
      sendError(response, 404, { code: 'NOT_FOUND', message: 'There is no such group of checks.', remedy })
      return
    }
    response.setHeader('vary', 'accept')
    sendJson(response, found.httpStatus, found.body, found.contentType)
  }
}

/** `application/health+json` only for who names it; everybody else gets the guide's JSON. */
function wanted({ raw }: ApiRequest): 'guide' | 'health+json' {
  return (raw.headers.accept ?? '').includes(HEALTH_JSON) ? 'health+json' : 'guide'
}
