import { describe, expect, test } from 'vitest'
import { realClock } from '../../../../test/support/real-clock.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { ScriptedServer } from '../testing/scripted-server.ts'
import { basicAuthorization } from './addresses.ts'
import { Connections } from './connections.ts'
import { ExchangeError } from './exchange-error.ts'
import { LoadHttpClient } from './load-http-client.ts'

const OK = { Status: 'OK' }

interface Setup extends AsyncDisposable {
  readonly frontEnd: ScriptedServer
  readonly leader: ScriptedServer
  readonly backEnd: ScriptedServer
  readonly client: LoadHttpClient
}

/** Follower -> leader -> back end, unless a test scripts them otherwise. */
async function setup(
  options: { readonly hops?: 1 | 2; readonly connectMs?: number; readonly replyMs?: number } = {},
): Promise<Setup> {
  const backEnd = await new ScriptedServer(async ({ takeBody, json }) => {
    await takeBody()
    json(OK)
  }).start()
  const leader = await new ScriptedServer(({ redirect, request }) => redirect(`${backEnd.url}${request.path}`)).start()
  const next = options.hops === 2 ? leader : backEnd
  const frontEnd = await new ScriptedServer(({ redirect, request }) => redirect(`${next.url}${request.path}`)).start()
  const connections = new Connections({})
  const client = new LoadHttpClient({
    feHttp: [frontEnd.url],
    authorization: basicAuthorization('root', 'secret'),
    beHostMap: {},
    connections,
    clock: realClock,
    timeouts: { connectMs: options.connectMs ?? 2_000, replyMs: options.replyMs ?? 2_000 },
  })
  const servers = [frontEnd, leader, backEnd]
  return {
    frontEnd,
    leader,
    backEnd,
    client,
    [Symbol.asyncDispose]: async () => {
      connections[Symbol.dispose]()
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
    },
  }
}

const load = { method: 'PUT', path: '/api/transaction/load', headers: { label: 'l' } } as const
const begin = { method: 'POST', path: '/api/transaction/begin', headers: { label: 'l' } } as const

async function failure(promise: Promise<unknown>): Promise<ExchangeError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ExchangeError)) throw new Error(`no ExchangeError: ${String(error)}`)
  return error
}

describe('a load', () => {
  test('goes over two redirects with credentials, and its body to the back end alone', async () => {
    await using s = await setup({ hops: 2 })
    const reply = await s.client.send(load, Buffer.from('rows'))
    expect(JSON.parse(reply.body)).toEqual(OK)
    expect([s.frontEnd, s.leader, s.backEnd].map((server) => server.requests.map((r) => r.bodyBytes))).toEqual([
      [0],
      [0],
      [4],
    ])
    for (const server of [s.frontEnd, s.leader, s.backEnd]) {
      expect(server.requests[0]?.headers).toMatchObject({
        authorization: basicAuthorization('root', 'secret'),
        expect: '100-continue',
        label: 'l',
        'content-length': '4',
      })
    }
  })

  test('is answered by a front end that refuses it, without its body', async () => {
    await using s = await setup()
    s.frontEnd.script = ({ json }) => json({ Status: 'FAILED', Message: 'No backend alive.' })
    const reply = await s.client.send(load, Buffer.from('rows'))
    expect(reply.body).toContain('No backend alive')
    expect(s.frontEnd.requests[0]?.bodyBytes).toBe(0)
  })

  test('never sends its body to a front end that asks for it', async () => {
    await using s = await setup()
    s.frontEnd.script = async ({ takeBody }) => void (await takeBody())
    expect((await failure(s.client.send(load, Buffer.from('rows')))).phase).toBe('head')
    expect(s.frontEnd.requests[0]?.bodyBytes).toBe(0)
  })

  test('is not followed further than three redirects', async () => {
    await using s = await setup()
    s.backEnd.script = ({ redirect, request }) => redirect(`${s.backEnd.url}${request.path}`)
    expect((await s.client.send(load, Buffer.from('rows'))).status).toBe(307)
    expect(s.backEnd.requests).toHaveLength(3)
  })

  test('tells a cut before the body from a cut after it', async () => {
    await using s = await setup()
    s.backEnd.script = ({ cut }) => cut()
    expect((await failure(s.client.send(load, Buffer.from('rows')))).phase).toBe('head')
    s.backEnd.script = async ({ takeBody, cut }) => {
      await takeBody()
      cut()
    }
    expect((await failure(s.client.send(load, Buffer.from('rows')))).phase).toBe('body')
  })

  test('sends nothing until the back end says so, however slow it is', async () => {
    await using s = await setup()
    const gate = Promise.withResolvers<void>()
    s.backEnd.script = async ({ takeBody, json }) => {
      await gate.promise
      await takeBody()
      json(OK)
    }
    const sent = s.client.send(load, Buffer.alloc(1024))
    await waitFor(() => s.backEnd.requests.length === 1, { describe: 'the head arrives' })
    expect(s.backEnd.requests[0]?.bodyBytes).toBe(0)
    gate.resolve()
    expect((await sent).status).toBe(200)
    expect(s.backEnd.requests[0]?.bodyBytes).toBe(1024)
  })

  test('is given up when the word to go on does not come in time', async () => {
    await using s = await setup({ connectMs: 50 })
    s.backEnd.script = () => undefined
    const error = await failure(s.client.send(load, Buffer.from('rows')))
    expect(error.phase).toBe('head')
    expect(error.message).toContain('within 50 ms')
  })

  test('is given up when the answer does not come in time', async () => {
    await using s = await setup({ replyMs: 50 })
    s.backEnd.script = async ({ takeBody }) => void (await takeBody())
    expect((await failure(s.client.send(load, Buffer.from('rows')))).phase).toBe('body')
  })

  test('is begun again from the front end when a kept connection was closed meanwhile', async () => {
    await using s = await setup()
    await s.client.send(load, Buffer.from('rows'))
    let cuts = 0
    s.backEnd.script = async ({ takeBody, json, cut }) => {
      cuts += 1
      if (cuts === 1) return cut()
      await takeBody()
      return json(OK)
    }
    expect((await s.client.send(load, Buffer.from('rows'))).status).toBe(200)
    expect(s.backEnd.requests.map((request) => request.bodyBytes)).toEqual([4, 0, 4])
  })

  test('reaches a back end behind NAT through the host map', async () => {
    await using s = await setup()
    const { host, port } = new URL(s.backEnd.url)
    s.frontEnd.script = ({ redirect, request }) => redirect(`http://be1.internal:8040${request.path}`)
    const connections = new Connections({})
    const client = new LoadHttpClient({
      feHttp: [s.frontEnd.url],
      authorization: '',
      beHostMap: { 'be1.internal:8040': host },
      connections,
      clock: realClock,
      timeouts: { connectMs: 1_000, replyMs: 1_000 },
    })
    expect((await client.send(load, Buffer.from('rows'))).status).toBe(200)
    expect(s.backEnd.requests[0]?.headers.host).toBe(`127.0.0.1:${port}`)
    connections[Symbol.dispose]()
  })
})

describe('a body in pieces', () => {
  test('is chunked, and waits for a reader that is slow', async () => {
    await using s = await setup()
    const opened = await s.client.open(load, {})
    if (opened.tag !== 'open') throw new Error('not opened')
    for (let piece = 0; piece < 4; piece += 1) await opened.exchange.write(Buffer.alloc(256 * 1024, piece))
    expect((await opened.exchange.finish()).status).toBe(200)
    expect(s.backEnd.requests[0]?.headers['transfer-encoding']).toBe('chunked')
    expect(s.backEnd.requests[0]?.bodyBytes).toBe(1024 * 1024)
  })

  test('stands still while the back end does not read', async () => {
    await using s = await setup()
    const gate = Promise.withResolvers<void>()
    s.backEnd.script = async ({ takeBody, json, pause, resume }) => {
      pause()
      const body = takeBody()
      await gate.promise
      resume()
      await body
      json(OK)
    }
    const opened = await s.client.open(load, {})
    if (opened.tag !== 'open') throw new Error('not opened')
    let written = 0
    const writing = (async () => {
      for (; written < 64; written += 1) await opened.exchange.write(Buffer.alloc(1024 * 1024))
    })()
    let before = -1
    const standsStill = () => {
      const now = written
      const isSame = now === before && now > 0
      before = now
      return isSame
    }
    await waitFor(standsStill, { describe: 'the writer stands still' })
    expect(written).toBeLessThan(64)
    gate.resolve()
    await writing
    await opened.exchange.finish()
    expect(s.backEnd.requests[0]?.bodyBytes).toBe(64 * 1024 * 1024)
  })

  test('ends early when the back end answers before its end', async () => {
    await using s = await setup()
    s.backEnd.script = async ({ takeBody, json, request }) => {
      void takeBody()
      await waitFor(() => request.bodyBytes > 0, { describe: 'the first piece arrives' })
      json({ Status: 'INTERNAL_ERROR', Message: 'full' })
    }
    const opened = await s.client.open(load, {})
    if (opened.tag !== 'open') throw new Error('not opened')
    await opened.exchange.write(Buffer.from('rows'))
    await waitFor(() => opened.exchange.answered, { describe: 'the answer is there' })
    expect((await opened.exchange.finish()).body).toContain('full')
  })

  test('fails when the back end dies in the middle', async () => {
    await using s = await setup()
    s.backEnd.script = async ({ takeBody, cut, request }) => {
      void takeBody()
      await waitFor(() => request.bodyBytes > 0, { describe: 'the first piece arrives' })
      cut()
    }
    const opened = await s.client.open(load, {})
    if (opened.tag !== 'open') throw new Error('not opened')
    const { exchange } = opened
    const error = await failure(
      (async () => {
        for (;;) await exchange.write(Buffer.alloc(1024 * 1024))
      })(),
    )
    expect(error.phase).toBe('body')
  })
})

describe('several front ends', () => {
  test('another one is asked when no connection can be made, and stays the first to be asked', async () => {
    await using s = await setup()
    await using dead = await new ScriptedServer(() => undefined).start()
    const { url } = dead
    await dead[Symbol.asyncDispose]().catch(() => undefined)
    const connections = new Connections({})
    s.frontEnd.script = ({ json }) => json(OK)
    const client = new LoadHttpClient({
      feHttp: [url, s.frontEnd.url],
      authorization: '',
      beHostMap: {},
      connections,
      clock: realClock,
      timeouts: { connectMs: 1_000, replyMs: 1_000 },
    })
    expect((await client.call(begin)).status).toBe(200)
    expect((await client.call(begin)).status).toBe(200)
    expect(s.frontEnd.requests).toHaveLength(2)
    expect(s.frontEnd.connections).toBe(1)
    connections[Symbol.dispose]()
  })

  test('a call that changes something is not asked again when its answer is lost', async () => {
    await using s = await setup()
    s.frontEnd.script = ({ cut }) => cut()
    expect((await failure(s.client.call(begin))).phase).toBe('head')
    expect(s.frontEnd.requests).toHaveLength(1)
  })

  test('a question is asked again when a kept connection was closed meanwhile', async () => {
    await using s = await setup()
    let answers = 0
    s.frontEnd.script = ({ cut, json }) => {
      answers += 1
      if (answers === 2) cut()
      else json(OK)
    }
    const question = { method: 'GET', path: '/api/shop/get_load_state?label=l', headers: {}, repeatable: true } as const
    await s.client.call(question)
    expect((await s.client.call(question)).status).toBe(200)
    expect(answers).toBe(3)
  })
})

test('an answer without end is cut off', async () => {
  await using s = await setup()
  s.frontEnd.script = ({ json }) => json({ Status: 'x'.repeat(2 * 1024 * 1024) })
  expect((await failure(s.client.call(begin))).message).toContain('an answer of more than')
})
