import type { ServerResponse } from 'node:http'
import { AlertingRequests } from '../app/alerting/alerting-requests.ts'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import { jsonOrNull } from '../core/json-or-null.ts'
import { admitChange } from './admit-change.ts'
import { readBody } from './read-body.ts'
import type { ApiRequest, Handler, Resource } from './resource.ts'
import { sendAnswer } from './send-answer.ts'
import { sendError } from './send-json.ts'

type Answer = (requests: AlertingRequests, request: ApiRequest) => object | Promise<object>
type Change = (requests: AlertingRequests, body: unknown, request: ApiRequest) => Promise<object>

/** Alerts, silences and who is on call: looking is open, changing needs the token, or loopback. */
export function alertResources(core: MonitorCore): readonly Resource[] {
  const named = ({ parameters }: ApiRequest): string => parameters['name'] ?? ''
  const get = (path: string, answer: Answer, post?: Change): Resource => ({
    name: path,
    path,
    get: looking(core, answer),
    post: post && changing(core, post),
  })
  const post = (path: string, change: Change): Resource => ({ name: path, path, post: changing(core, change) })
  return [
    get('/api/v1/alerts', (requests) => requests.list()),
    get('/api/v1/alerts/history', (requests, { url }) => requests.history(url.searchParams.get('limit'))),
    get('/api/v1/alerts/:name', (requests, request) => requests.show(named(request))),
    post('/api/v1/alerts/:name/acknowledge', (requests, body, request) => requests.acknowledge(named(request), body)),
    post('/api/v1/alerts/channels/:name/test', (requests, body, request) => requests.test(named(request), body)),
    get(
      '/api/v1/silences',
      (requests) => requests.silences(),
      (requests, body) => requests.addSilence(body),
    ),
    post('/api/v1/silences/:name/expire', (requests, body, request) => requests.expireSilence(named(request), body)),
    get('/api/v1/oncall', (requests) => requests.onCall()),
    post('/api/v1/oncall/overrides', (requests, body) => requests.override(body)),
  ]
}

function looking(core: MonitorCore, answer: Answer): Handler {
  return async (request, response) => {
    const requests = alertingOf(core, response)
    if (requests) await sendAnswer(response, () => answer(requests, request))
  }
}

function changing(core: MonitorCore, change: Change): Handler {
  return async (request, response) => {
    if (admitChange(core, { request, response }) === null) return
    const requests = alertingOf(core, response)
    if (!requests) return
    // What is no JSON, or too long, is refused for its form.
    const body = jsonOrNull(await readBody(request.raw))
    await sendAnswer(response, () => change(requests, body, request))
  }
}

function alertingOf(core: MonitorCore, response: ServerResponse): AlertingRequests | null {
  const { current } = core.alerting
  if (current) return new AlertingRequests(current, () => core.clock.now())
  const message = 'This instance does not alert: it starts, or another one has the slot.'
  sendError(response, 503, { code: 'ALERTING_STANDS_BY', message, remedy: 'Ask the active instance.' })
  return null
}
