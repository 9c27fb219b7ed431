import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import type { Resource } from './resource.ts'
import { sendError } from './send-json.ts'

const TIMEOUT_MS = 30_000

/**
 * Everything below `/api/v1/` of the metrics port: passed on, reading only, to the Prometheus of the configuration, so that
 * `curl http://localhost:9090/api/v1/targets` answers whoever has that port.
 */
export function prometheusProxy({ setup }: Pick<MonitorCore, 'setup'>): Resource {
  const { prometheusUrl } = setup.http
  return {
    name: 'prometheus',
    path: '/api/v1/*',
    get: async ({ url, raw }, response) => {
      if (prometheusUrl === null) {
        const message = 'This is the metrics port of the sync; no Prometheus is configured that could answer.'
        const remedy = 'Set http.prometheus_url; the API of the sync is on http.port.'
        sendError(response, 404, { code: 'NO_PROMETHEUS', message, remedy })
        return
      }
      const upstream = await askPrometheus(`${prometheusUrl}${url.pathname}${url.search}`, raw.headers.accept)
      if (upstream === null) {
        const remedy = 'Check http.prometheus_url and that Prometheus runs.'
        sendError(response, 502, { code: 'PROMETHEUS_UNREACHABLE', message: 'Prometheus does not answer.', remedy })
        return
      }
      const type = upstream.headers.get('content-type')
      response.writeHead(upstream.status, type === null ? {} : { 'content-type': type })
      if (upstream.body === null || raw.method === 'HEAD') response.end()
      else await pipeline(Readable.fromWeb(upstream.body), response)
    },
  }
}

/** Null when there was no answer. Credentials of the caller are not handed on. */
async function askPrometheus(url: string, accept: string | undefined): Promise<Response | null> {
  try {
    return await fetch(url, {
      headers: accept === undefined ? {} : { accept },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch {
    return null
  }
}
