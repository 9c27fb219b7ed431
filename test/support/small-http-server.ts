import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a path is answered with. */
export type SmallAnswer =
  | string
  | { readonly status?: number; readonly body: string }
  | ((request: IncomingMessage, response: ServerResponse) => void)

/** A server on a free port that answers paths (without their query); others with 404. Closing it closes its connections. */
export async function smallHttpServer(
  answers: Readonly<Record<string, SmallAnswer>>,
): Promise<AsyncDisposable & { readonly port: number; readonly address: string }> {
  const server = createServer((request, response) => {
    const answer = answers[request.url?.split('?')[0] ?? '']
    if (answer === undefined) response.writeHead(404).end('{}')
    else if (typeof answer === 'function') answer(request, response)
    else if (typeof answer === 'string') response.end(answer)
    else response.writeHead(answer.status ?? 200).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = addressOf(server.address())
  return {
    port,
    address: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address
}
