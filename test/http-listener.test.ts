import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LogRecord } from '../src/observe/logs/log-record.ts'
import { MetricRegistry } from '../src/observe/metrics/metric-registry.ts'
import { type HttpListener, listen } from '../src/api/http-listener.ts'
import type { Resource } from '../src/api/resource.ts'

const PIECE = 'x'.repeat(64 * 1024)
let piecesMade = 0
let isOver = false

function* endless(): Generator<string> {
  for (;;) {
    piecesMade += 1
    yield PIECE
  }
}

const resources: readonly Resource[] = [
  { name: 'fine', path: '/fine', get: (_, response) => void response.end('fine'), put: () => undefined },
  {
    name: 'broken',
    path: '/broken',
    get: () => {
      throw new Error('a secret detail')
    },
  },
  {
    name: 'endless',
    path: '/endless',
    get: async (_, response) => {
      await pipeline(Readable.from(endless()), response).finally(() => (isOver = true))
    },
  },
]

describe('whatever a client sends is bounded and answered', () => {
  const told: LogRecord[] = []
  let listener: HttpListener
  beforeEach(async () => {
    told.length = 0
    const registry = new MetricRegistry({ announce: () => undefined, maxSeries: 1000 })
    const patience = { headersWithinMs: 200, requestWithinMs: 400, idleMs: 300 }
    listener = await listen(
      { host: '127.0.0.1', port: 0, resources, patience },
      { registry, log: (record) => void told.push(record) },
    )
  })
  afterEach(async () => await listener[Symbol.asyncDispose]())

  const open = (): Socket => connect(listener.port, '127.0.0.1')

  /** What is answered to bytes, until the connection is closed from the other side. */
  async function answerTo(bytes: string): Promise<string> {
    const socket = open()
    socket.write(bytes)
    const answer = await text(socket)
    socket.destroy()
    return answer
  }

  test.each([
    ['an unknown path', 'GET /nothing HTTP/1.1', 404, 'NOT_FOUND'],
    ['a path out of the tree', 'GET /../../etc/passwd HTTP/1.1', 404, 'NOT_FOUND'],
    ['a wrong method', 'DELETE /fine HTTP/1.1', 405, 'METHOD_NOT_ALLOWED'],
    ['a method that the resource lacks', 'POST /fine HTTP/1.1', 405, 'METHOD_NOT_ALLOWED'],
    ['a resource that fails', 'GET /broken HTTP/1.1', 500, 'INTERNAL'],
    ['no HTTP at all', '\u0016\u0003\u0001', 400, 'BAD_REQUEST'],
    ['huge headers', `GET /fine HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`, 431, 'BAD_REQUEST'],
  ])('%s is answered with its status and an error as JSON', async (_, request, status, code) => {
    const answer = await answerTo(`${request}\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    expect(head).toContain(`HTTP/1.1 ${status} `)
    expect(head.toLowerCase()).toContain('content-type: application/json')
    expect(JSON.parse(body)).toMatchObject({ error: { code } })
    expect(answer).not.toContain('secret detail')
    expect(told.map(({ fields }) => fields['error'])).toEqual(code === 'INTERNAL' ? ['a secret detail'] : [])
    expect(/^allow: (.*)\r?$/im.exec(head)?.[1]).toBe(status === 405 ? 'GET, HEAD, PUT' : undefined)
  })

  test('a request that never ends is refused in its time', async () => {
    expect(await answerTo('GET /fine HTTP/1.1\r\nhost:')).toContain('408 Request Timeout')
  })

  test('a reader that takes nothing is left in its time; meanwhile little is made for it, and others are served', async () => {
    piecesMade = 0
    const slow = open()
    slow.pause()
    slow.write('GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n')
    const others = await fetch(`http://127.0.0.1:${listener.port}/fine`)
    expect(await others.text()).toBe('fine')
    await expect.poll(() => piecesMade).toBeGreaterThan(0)
    // Once read on, the end of the connection is seen behind what the kernel has kept.
    await expect.poll(() => isOver).toBe(true)
    expect(piecesMade * PIECE.length).toBeLessThan(32 * 1024 * 1024)
    slow.resume()
    await once(slow, 'close')
    expect(told).toEqual([])
  })
})
