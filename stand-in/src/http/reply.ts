import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Accounts } from '../access/accounts.ts'
import { messageOf } from '../stand-in-error.ts'
import { accessOfRequest } from './load-target.ts'

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

/** Whether the Basic credentials are a user's; answers 401 otherwise (1.1). */
export function isAuthorized(request: IncomingMessage, response: ServerResponse, accounts: Accounts): boolean {
  let problem = 'Need auth information.'
  try {
    accessOfRequest(accounts, request)
    return true
  } catch (error) {
    if (request.headers.authorization !== undefined) problem = messageOf(error)
  }
  sendUnauthorized(response, problem)
  return false
}

/** 401, for wrong credentials and for what is not granted (RestBaseAction.java). */
export function sendUnauthorized(response: ServerResponse, problem: string): void {
  const text = JSON.stringify(restResult(problem))
  response.writeHead(401, {
    'WWW-Authenticate': 'Basic realm=""',
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    Connection: 'close',
  })
  response.end(text)
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
