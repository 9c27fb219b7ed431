import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip } from 'node:zlib'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import { metricsText } from '../app/monitor/metrics-text.ts'
import type { Resource } from './resource.ts'

/** `/metrics`: all metrics, made piece by piece as fast as the reader takes them; other requests come in between. */
export function metricsResource(core: MonitorCore): Resource {
  return {
    name: '/metrics',
    path: '/metrics',
    get: async ({ raw }, response) => {
      const { contentType, pieces } = metricsText(core, raw.headers.accept ?? '')
      const zipped = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(String(raw.headers['accept-encoding'] ?? ''))
      response.setHeader('content-type', contentType)
      response.setHeader('vary', 'accept, accept-encoding')
      if (zipped) response.setHeader('content-encoding', 'gzip')
      if (raw.method === 'HEAD') {
        response.end()
        return
      }
      const source = Readable.from(inTurns(pieces), { objectMode: false, highWaterMark: 1 })
      if (zipped) await pipeline(source, createGzip({ level: constants.Z_BEST_SPEED }), response)
      else await pipeline(source, response)
    },
  }
}

/** Lets whatever else waits have its turn between two pieces. */
async function* inTurns(pieces: Iterable<string>): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    yield Buffer.from(piece)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
