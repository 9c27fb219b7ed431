import { expect, test } from 'vitest'
import { smallHttpServer } from '../../test/support/small-http-server.ts'
import { httpClient, serviceAddress } from './service-client.ts'

test.each([
  ['127.0.0.1', 'http://127.0.0.1:8080'],
  ['0.0.0.0', 'http://127.0.0.1:8080'],
  ['::', 'http://[::1]:8080'],
  ['db.example', 'http://db.example:8080'],
])('a service that listens on %s is reached at %s', (host, address) => {
  expect(serviceAddress(host, 8080)).toBe(address)
})

test('changes carry the token; what the service refuses is told in its words', async () => {
  const asked: unknown[] = []
  await using server = await smallHttpServer({
    '/good': (request, response) => {
      asked.push([request.method, request.headers.authorization, request.headers['content-type']])
      response.end('{}')
    },
    '/bad': { status: 403, body: '{"error":{"code":"FORBIDDEN","message":"no token","remedy":"send it"}}' },
  })
  const client = httpClient(server.address, 'geheim')
  expect(await client.ask({ method: 'PUT', path: '/good', body: { a: 1 } })).toEqual({})
  expect(asked).toEqual([['PUT', 'Bearer geheim', 'application/json']])
  await expect(client.ask({ method: 'PUT', path: '/bad' })).rejects.toMatchObject({
    code: 'SERVICE_REFUSED',
    message: 'no token',
    remedy: 'send it',
  })
  const { status, dateMs } = await client.get('/none')
  expect([status, Math.abs((dateMs ?? 0) - Date.now()) < 5_000]).toEqual([404, true])
})

test('a port that nobody listens on, and an answer that breaks off, are told as such', async () => {
  const gone = await smallHttpServer({})
  await gone[Symbol.asyncDispose]()
  await expect(httpClient(gone.address).get('/')).rejects.toMatchObject({
    code: 'SERVICE_UNREACHABLE',
    message: expect.stringContaining('ECONNREFUSED'),
  })
  await using server = await smallHttpServer({
    '/half': (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half')
      setImmediate(() => response.destroy())
    },
  })
  await expect(httpClient(server.address).get('/half')).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' })
})

test('events of a stream are read whole, however they are cut into pieces', async () => {
  const stream = ': hello\n\nid: 7\ndata: {"a":1}\n\nevent: end\r\ndata: one\r\ndata: two ü\r\n\r\ndata: unfinished'
  await using server = await smallHttpServer({
    '/events': (_, response) => {
      const bytes = Buffer.from(stream)
      const send = (at: number): void => {
        if (at >= bytes.length) response.end()
        else response.write(bytes.subarray(at, at + 5), () => setImmediate(() => send(at + 5)))
      }
      send(0)
    },
  })
  const events = await Array.fromAsync(httpClient(server.address).events('/events', new AbortController().signal))
  expect(events).toEqual([
    { id: '7', event: 'message', data: '{"a":1}' },
    { id: '', event: 'end', data: 'one\ntwo ü' },
  ])
})
