import type { ServerResponse } from 'node:http'
import { acknowledgeByPage, confirmPage, standingBy, type AnsweredPage } from '../app/alerting/acknowledge-page.ts'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import { readBody } from './read-body.ts'
import type { Resource } from './resource.ts'

/**
 * `/api/v1/alerts/acknowledge?token=...`: where the link of a message leads. The signature of the link is what allows it, whoever has it. A GET changes
 * nothing: programs that look at links in mails and chats open them too.
 */
export function acknowledgeResource(core: MonitorCore): Resource {
  return {
    name: '/api/v1/alerts/acknowledge',
    path: '/api/v1/alerts/acknowledge',
    get: ({ url }, response) => {
      const { current } = core.alerting
      sendPage(response, current ? confirmPage(current, url.searchParams.get('token') ?? '') : standingBy())
    },
    post: async ({ raw }, response) => {
      const { current } = core.alerting
      const form = new URLSearchParams((await readBody(raw)) ?? '')
      sendPage(response, current ? await acknowledgeByPage(current, form.get('token') ?? '') : standingBy())
    },
  }
}

function sendPage(response: ServerResponse, { status, headers, html }: AnsweredPage): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(html) })
  response.end(response.req.method === 'HEAD' ? undefined : html)
}
