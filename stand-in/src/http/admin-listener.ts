import type { ClusterControl } from '../cluster/cluster-control.ts'
import { parseFaults } from '../fault.ts'
import { messageOf } from '../stand-in-error.ts'
import type { HttpContext } from './context.ts'
import { sendJson } from './reply.ts'
import type { Exchange, Handler } from './server.ts'

/** One request to the admin port. */
interface AdminCall {
  readonly context: HttpContext
  readonly control: ClusterControl
  readonly exchange: Exchange
}

type Action = (call: AdminCall) => Promise<object> | object

/** What can be asked of the admin port. */
const actions: Readonly<Record<string, Action>> = {
  'POST /faults': async ({ context, exchange }) => {
    const faults = parseFaults(await bodyText(exchange.request))
    context.faults.add(faults)
    return { added: faults.length }
  },
  'GET /faults': ({ context }) =>
    context.faults.left.map((fault) => ({
      ...fault,
      label: fault.label?.source,
      sql: fault.sql?.source,
    })),
  'DELETE /faults': ({ context }) => {
    context.faults.clear()
    return { cleared: true }
  },
  'POST /evict-labels': ({ context }) => ({ evicted: context.transactions.labels.forgetAll() }),
  'POST /restart-be': ({ control, exchange }) => control.restartBackEnd(numberOf(exchange, 'id')),
  'POST /kill-be': ({ control, exchange }) => control.killBackEnd(numberOf(exchange, 'id')),
  'POST /start-be': ({ control, exchange }) => control.startBackEnd(numberOf(exchange, 'id')),
  'POST /switch-leader': ({ control }) => control.switchLeader(),
  'POST /kill-fe': ({ control, exchange }) => control.killFrontEnd(numberOf(exchange, 'id')),
  'POST /start-fe': ({ control, exchange }) => control.startFrontEnd(numberOf(exchange, 'id')),
  'GET /settings': ({ context: { options } }) =>
    Object.fromEntries((['fe', 'be', 'stand-in'] as const).flatMap((owner) => options.settings.entries(owner))),
  'POST /settings': ({ context: { options }, exchange }) => {
    for (const [name, value] of exchange.url.searchParams) options.settings.set(name, value)
    return { set: exchange.url.searchParams.size }
  },
  'POST /versions': ({ context, exchange }) => {
    const { searchParams } = exchange.url
    const table = context.catalog.table(searchParams.get('db') ?? '', searchParams.get('table') ?? '')
    const count = numberOf(exchange, 'count')
    if (count !== undefined) context.versions.set(table.id, count)
    return { count: context.versions.count(table.id) }
  },
}

/** The switches for tests: not a part of StarRocks, open only with `--admin-port`. */
export function adminHandler(context: HttpContext, control: ClusterControl): Handler {
  return async (exchange) => {
    const { request, response, url, expectsContinue } = exchange
    try {
      if (expectsContinue) response.writeContinue()
      const action = actions[`${request.method} ${url.pathname}`]
      if (action === undefined) throw new Error(`there are: ${Object.keys(actions).join(', ')}`)
      sendJson(response, await action({ context, control, exchange }))
    } catch (error) {
      sendJson(response, { error: messageOf(error) }, 400)
    }
  }
}

/** A whole number of the query; undefined when it is not there. */
function numberOf({ url }: Exchange, name: string): number | undefined {
  const text = url.searchParams.get(name)
  if (text === null) return undefined
  if (!/^\d+$/.test(text)) throw new Error(`${name}: "${text}" is not a whole number`)
  return Number(text)
}

async function bodyText(request: Exchange['request']): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) if (Buffer.isBuffer(piece)) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}
