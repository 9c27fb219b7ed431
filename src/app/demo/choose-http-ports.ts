import { once } from 'node:events'
import { createServer } from 'node:net'

/** Ports of the service of the demonstration. */
export interface HttpPorts {
  readonly port: number
  readonly metricsPort: number
}

const USUAL = { port: 8080, metricsPort: 9090 }

/** The ports that were asked for; else the usual ones, or 0 (any) for one that is taken: a demonstration should begin anywhere. */
export async function chooseHttpPorts(wanted: {
  readonly port?: number | undefined
  readonly metricsPort?: number | undefined
}): Promise<HttpPorts> {
  const orFree = async (port: number): Promise<number> => ((await isFree(port)) ? port : 0)
  return {
    port: wanted.port ?? (await orFree(USUAL.port)),
    metricsPort: wanted.metricsPort ?? (await orFree(USUAL.metricsPort)),
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
