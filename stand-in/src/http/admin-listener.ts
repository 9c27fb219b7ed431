import { parseFaults } from '../fault.ts'
import { messageOf } from '../stand-in-error.ts'
import type { HttpContext } from './context.ts'
import { sendJson } from './reply.ts'
import type { Exchange, Handler } from './server.ts'

/**
 * The fault switches: `POST /faults`, `GET /faults` (those that are left), `DELETE /faults`, `POST /evict-labels`, `POST /restart-be`. Not a part of
 * StarRocks; open only with `--admin-port`.
 */
export function adminHandler(context: HttpContext): Handler {
  return async (exchange) => {
    try {
      sendJson(exchange.response, await act(context, exchange))
    } catch (error) {
      sendJson(exchange.response, { error: messageOf(error) }, 400)
    }
  }
}

async function act(context: HttpContext, { request, response, url, expectsContinue }: Exchange): Promise<object> {
  if (expectsContinue) response.writeContinue()
  switch (`${request.method} ${url.pathname}`) {
    case 'POST /faults': {
      const faults = parseFaults(await bodyText(request))
      context.faults.add(faults)
      return { added: faults.length }
    }
    case 'GET /faults':
      return context.faults.left.map((fault) => ({
        path: fault.path,
        label: fault.label?.source,
        sql: fault.sql?.source,
        action: fault.action,
      }))
    case 'DELETE /faults':
      context.faults.clear()
      return { cleared: true }
    case 'POST /evict-labels':
      return { evicted: context.transactions.labels.forgetAll() }
    case 'POST /restart-be':
      return { lost: await context.transactions.loseUnprepared('coordinate BE is down') }
    default:
      throw new Error('POST /faults, GET /faults, DELETE /faults, POST /evict-labels, POST /restart-be')
  }
}

async function bodyText(request: Exchange['request']): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) if (Buffer.isBuffer(piece)) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}
