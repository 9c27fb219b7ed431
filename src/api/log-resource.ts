import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { logEvents } from '../app/logs/log-events.ts'
import { parseLogQuery } from '../app/logs/log-query.ts'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import type { NoLines } from '../app/monitor/log-tail.ts'
import type { Resource } from './resource.ts'
import { sendError } from './send-json.ts'

const REFUSALS: Readonly<Record<NoLines, readonly [status: number, message: string, remedy: string]>> = {
  'too-many-readers': [503, 'Too many clients follow the log.', 'Close some, or read the log file.'],
  'sync-does-not-answer': [504, 'The sync does not answer.', 'Look at /health/live; the log file has the lines.'],
}

/** `/api/v1/logs`: the log as server-sent events, each a line as it was written. */
export function logResource(core: Pick<MonitorCore, 'logTail' | 'clock' | 'setup'>): Resource {
  return {
    name: '/api/v1/logs',
    path: '/api/v1/logs',
    get: async ({ url, raw }, response) => {
      const query = parseLogQuery(url.searchParams)
      if (query.tag === 'refused') {
        const { message, remedy } = query
        sendError(response, 400, { code: 'BAD_REQUEST', message, remedy })
        return
      }
      const opened = await core.logTail.open()
      if (typeof opened === 'string') {
        const [status, message, remedy] = REFUSALS[opened]
        sendError(response, status, { code: 'UNAVAILABLE', message, remedy })
        return
      }
      using reader = opened
      const gone = new AbortController()
      response.once('close', () => gone.abort(new Error('the client has gone')))
      // Proxies must not hold events back.
      const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }
      response.writeHead(200, headers)
      const { clock, setup } = core
      const lastId = String(raw.headers['last-event-id'] ?? '')
      const events = logEvents(query, { reader, clock, startedAtMs: setup.startedAtMs, lastId }, gone.signal)
      if (raw.method === 'HEAD') response.end()
      else await pipeline(Readable.from(events, { objectMode: false, highWaterMark: 1 }), response)
    },
  }
}
