import { type IncomingHttpHeaders, request } from 'node:http'

/** One request; `follow` goes after a 307 with the same credentials and body. */
export interface HttpCall {
  readonly port: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer | undefined
  readonly follow: boolean
  /** Sends the body without waiting for 100-continue. */
  readonly impatient?: boolean | undefined
}

export interface HttpReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
  /** Whether the server closed the connection after the reply. */
  readonly closed: boolean
}

const credentials = `Basic ${Buffer.from('root:').toString('base64')}`

/** Speaks HTTP as StarRocks wants it: `Expect: 100-continue`, the body only after 100. */
export async function httpRequest(call: HttpCall): Promise<HttpReply> {
  const reply = await once(call)
  const location = reply.headers.location
  if (!call.follow || reply.status !== 307 || location === undefined) return reply
  const url = new URL(location)
  return await httpRequest({ ...call, port: Number(url.port), path: url.pathname + url.search })
}

async function once(call: HttpCall): Promise<HttpReply> {
  const body = call.body === undefined ? undefined : Buffer.from(call.body)
  const expects = body !== undefined && call.impatient !== true
  const isChunked = 'Transfer-Encoding' in call.headers
  return await new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port: call.port,
      method: call.method,
      path: call.path,
      agent: false,
      headers: {
        Authorization: credentials,
        Connection: 'keep-alive',
        ...(body === undefined || isChunked ? {} : { 'Content-Length': String(body.length) }),
        ...(expects ? { Expect: '100-continue' } : {}),
        ...call.headers,
      },
    })
    sent.on('response', (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8')
        const closed = response.headers.connection === 'close'
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: members(text), closed })
        sent.destroy()
      })
      response.on('error', reject)
    })
    sent.on('error', reject)
    if (expects) {
      sent.on('continue', () => sent.end(body))
      sent.flushHeaders()
    } else {
      sent.end(body)
    }
  })
}

function members(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {}
  } catch {
    return {}
  }
}
