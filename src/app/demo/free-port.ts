import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A TCP port of the loopback address on which nothing listened a moment ago. Another process may take it before the
 * caller does: be ready to ask again.
 */
export async function findFreePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('The probe for a free port got no port.')
  return address.port
}
