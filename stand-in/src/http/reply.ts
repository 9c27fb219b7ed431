import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Options } from '../options.ts'

/** A JSON reply; StarRocks answers 200 whatever happened (reference/starrocks.md 0.1). */
export function sendJson(response: ServerResponse, body: object, status = 200): void {
  const text = JSON.stringify(body, undefined, 4)
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}

/** `{"Status": "FAILED", "Message": "class <java class>: <msg>"}`: how an FE words an error (1.1). */
export function feFailure(message: string, javaClass = 'com.starrocks.common.DdlException'): object {
  return { Status: 'FAILED', Message: `class ${javaClass}: ${message}` }
}

/** What an FE action other than a load answers: RestBaseResult.java has every word twice. */
export function restResult(problem?: string): object {
  if (problem === undefined) return { status: 'OK', code: '0', msg: 'Success', message: 'OK' }
  return { status: 'FAILED', code: '1', msg: problem, message: problem }
}

/** A reply of plain text. */
export function sendText(response: ServerResponse, body: string | Buffer, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}

/** Whether the Basic credentials are the configured ones; answers 401 otherwise (1.1). */
export function isAuthorized(request: IncomingMessage, response: ServerResponse, options: Options): boolean {
  const [scheme, encoded] = (request.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() === 'basic' && encoded !== undefined) {
    const pair = Buffer.from(encoded, 'base64').toString('utf8')
    const colon = pair.indexOf(':')
    if (pair.slice(0, colon) === options.user && pair.slice(colon + 1) === options.password) return true
  }
  const text = JSON.stringify(restResult(encoded === undefined ? 'Need auth information.' : 'Access denied'))
  response.writeHead(401, {
    'WWW-Authenticate': 'Basic realm=""',
    'Content-Type': 'application/json',
    'Content-Length': text.length,
    Connection: 'close',
  })
  response.end(text)
  return false
}

/** A header's single value; undefined when absent or empty. */
export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  const text = Array.isArray(value) ? value[0] : value
  return text === undefined || text === '' ? undefined : text
}

/** A header of seconds, in milliseconds; undefined when absent, NaN when it is no number. */
export function headerMs(request: IncomingMessage, name: string): number | undefined {
  const text = header(request, name)
  return text === undefined ? undefined : Number(text) * 1000
}
