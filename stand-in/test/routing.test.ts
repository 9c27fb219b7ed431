import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { httpRequest } from './support/http-client.ts'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start(['--password', 'secret'])
  await sr.sql.query(
    `CREATE DATABASE d; CREATE TABLE d.t (k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`,
  )
})
afterAll(async () => sr[Symbol.asyncDispose]())

const right = { Authorization: `Basic ${Buffer.from('root:secret').toString('base64')}` }
const path = '/api/d/t/_stream_load'

async function send(text: string, port: number): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let received = ''
    socket.on('data', (data) => (received += data.toString()))
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
  })
}

describe('routing and authentication (starrocks.md 1.1)', () => {
  it('answers 401 with a Basic challenge to wrong credentials', async () => {
    const reply = await sr.once(sr.ports.httpPort, 'PUT', path, { body: '1\n' })
    expect(reply.status).toBe(401)
    expect(reply.headers['www-authenticate']).toMatch(/^Basic/)
  })

  it('lets a client know that the redirect lost its credentials: 200 and "no valid Basic authorization"', async () => {
    const reply = await sr.once(sr.ports.beHttpPort, 'PUT', path, { headers: { Authorization: '' }, body: '1\n' })
    expect([reply.status, reply.json['Message']]).toEqual([200, 'no valid Basic authorization'])
  })

  it('takes loads by PUT only, of a named database and table', async () => {
    expect((await sr.once(sr.ports.httpPort, 'POST', path, { headers: right, body: '1\n' })).status).toBe(404)
    for (const [missing, what] of [
      ['/api//t/_stream_load', 'database'],
      ['/api/d//_stream_load', 'table'],
    ] as const) {
      expect((await sr.once(sr.ports.httpPort, 'PUT', missing, { headers: right, body: '1\n' })).json).toEqual({
        Status: 'FAILED',
        Message: `class com.starrocks.common.DdlException: No ${what} selected.`,
      })
    }
  })

  it('redirects a load with 307 to an absolute Location without credentials, and closes', async () => {
    const reply = await httpRequest({
      port: sr.ports.httpPort,
      method: 'PUT',
      path: `${path}?a=b`,
      headers: right,
      body: '1\n',
      follow: false,
    })
    expect(reply.status).toBe(307)
    expect(reply.headers.location).toBe(`http://127.0.0.1:${sr.ports.beHttpPort}${path}?a=b`)
    expect(reply.closed).toBe(true)
  })

  it('closes the connection after a 307 without reading a body that was sent unasked', async () => {
    const head = `PUT ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${right.Authorization}\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n`
    expect(await send(head, sr.ports.httpPort)).toMatch(/^HTTP\/1\.1 307/)
  })

  it('refuses HTTP/1.1 without Expect by HTTP 200 and FAILED', async () => {
    const reply = await httpRequest({
      port: sr.ports.httpPort,
      method: 'PUT',
      path,
      headers: right,
      body: '1\n',
      follow: false,
      impatient: true,
    })
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      Status: 'FAILED',
      Message: 'class com.starrocks.common.DdlException: There is no 100-continue header',
    })
  })

  it('lets HTTP/1.0 do without Expect', async () => {
    const head = `PUT ${path} HTTP/1.0\r\nAuthorization: ${right.Authorization}\r\nContent-Length: 2\r\n\r\n`
    expect(await send(head, sr.ports.httpPort)).toMatch(/^HTTP\/1\.1 307/)
  })

  it('takes a load at the BE directly, and answers 200 whatever happens', async () => {
    const headers = { ...right, columns: 'k' }
    expect((await sr.raw('beHttpPort', 'PUT', path, headers, '1\n')).json['Status']).toBe('Success')
    const failed = await sr.raw('beHttpPort', 'PUT', '/api/d/nothing/_stream_load', headers, '1\n')
    expect([failed.status, failed.json['Status']]).toEqual([200, 'Fail'])
  })

  it('decodes database and table of the path', async () => {
    expect((await sr.raw('httpPort', 'PUT', '/api/%64/%74/_stream_load', right, '2\n')).json['Status']).toBe('Success')
  })

  it('tells its nodes for a merge commit, and nothing for other loads', async () => {
    const meta = '/api/d/t/_stream_load_meta?type=nodes'
    const merged = await sr.raw('httpPort', 'GET', meta, { ...right, enable_merge_commit: 'true' })
    expect(merged.json['nodes']).toEqual({ http: `127.0.0.1:${sr.ports.beHttpPort}`, brpc: '127.0.0.1:8060' })
    const plain = await sr.raw('httpPort', 'GET', meta, right)
    expect(plain.json).toEqual({ status: 'OK', code: 'OK', msg: '', message: '' })
  })

  it('answers health without credentials', async () => {
    expect((await sr.raw('httpPort', 'GET', '/api/health')).status).toBe(200)
    expect((await sr.raw('beHttpPort', 'GET', '/api/health')).json['status']).toBe('OK')
  })
})
