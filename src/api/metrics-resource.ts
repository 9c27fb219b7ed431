import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { constants, createGzip, gzip } from 'node:zlib'
import type { MonitorCore } from '../app/monitor/monitor-core.ts'
import { metricsText } from '../app/monitor/metrics-text.ts'
import type { Resource } from './resource.ts'

const FAST = { level: constants.Z_BEST_SPEED }
const zip = promisify(gzip)

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
      if (raw.method === 'HEAD') response.end()
      else await send(response, pieces, zipped)
    },
  }
}

/** Most services have few tables: one piece is sent as one, without the streams that many pieces need. */
async function send(response: ServerResponse, pieces: Iterator<string>, zipped: boolean): Promise<void> {
  const first = Buffer.from(pieces.next().value ?? '')
  const second = pieces.next()
  if (second.done === true) {
    response.end(zipped ? await zip(first, FAST) : first)
    return
  }
  const all = inTurns([first, Buffer.from(second.value)], pieces)
  if (zipped) await pipeline(Readable.from(all, { objectMode: false, highWaterMark: 1 }), createGzip(FAST), response)
  else await write(response, all)
}

/** Lets whatever else waits have its turn between two pieces. */
async function* inTurns(begun: readonly Buffer[], rest: Iterator<string>): AsyncGenerator<Buffer> {
  yield* begun
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    await turn()
    yield Buffer.from(next.value)
  }
}

/** Writes as fast as the reader takes it; ends when the reader is gone. */
async function write(response: ServerResponse, pieces: AsyncIterable<Buffer>): Promise<void> {
  for await (const piece of pieces) {
    if (response.destroyed) return
    if (!response.write(piece)) await roomIn(response)
  }
  response.end()
}

/** Resolves when more can be written, or nothing ever again. */
async function roomIn(response: ServerResponse): Promise<void> {
  if (response.destroyed) return
  await new Promise<void>((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.on('drain', go).on('close', go)
  })
}
