import type { FeContext } from './context.ts'
import { header } from './reply.ts'
import type { Exchange } from './server.ts'

/** Whether another FE leads. */
export const isLeaderElsewhere = ({ cluster, frontEnd }: FeContext): boolean => cluster.leader !== frontEnd

/** The leader answers for labels and transactions: the first of two hops (reference/starrocks.md 1.1). */
export const redirectToLeader = (context: FeContext, exchange: Exchange): void =>
  redirect(context, exchange, context.cluster.leader)

/** A port that nothing listens on. */
const deadPort = 1

/**
 * Redirects to a node and ends the connection. The Location is absolute and carries no credentials (1.1); the body must
 * not have been sent. A fault of the path `redirect` strikes here.
 */
export function redirect(context: FeContext, exchange: Exchange, node: { readonly httpPort: number }): void {
  const { request, response } = exchange
  const [label, table] = [header(request, 'label'), header(request, 'table')]
  const fault = context.faults.strike({ path: 'redirect', label, table })
  Object.assign(exchange.entry, { label, table, fault: fault?.action })
  if (fault?.action === 'half-open') return
  if (fault?.action === 'cut-before' || fault?.action === 'cut-after') return void request.socket.destroy()
  const target = fault?.action === 'dead-be' ? { httpPort: deadPort } : node
  const location = `http://${context.cluster.address(target)}${request.url}`
  exchange.entry['location'] = location
  const send = (): void => {
    response.writeHead(307, {
      Location: location,
      'Content-Length': 0,
      'Content-Type': 'text/html',
      Connection: 'close',
    })
    response.end(() => request.socket.destroySoon())
  }
  if (fault?.action === 'delay') context.clock.after(fault.ms, send)
  else send()
}
