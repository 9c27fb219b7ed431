import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type ConnectionOptions } from 'node:tls'

const KEY = Buffer.from('a key that both sides know, so that no certificate is needed')

/** Suites with forward secrecy want certificates; this one needs the shared key only. */
const SUITE = { ciphers: 'PSK-AES256-GCM-SHA384', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const

/** A server that speaks TLS in front of a PostgreSQL that does not. */
export interface TlsProxy extends AsyncDisposable {
  readonly port: number
  /** The client's side of the shared key. */
  readonly ssl: ConnectionOptions
}

/** Starts a proxy on a free port of the loopback address. */
export async function startTlsProxy(host: string, port: number): Promise<TlsProxy> {
  const sockets = new Set<Socket>()
  const secured = createTlsServer({ pskCallback: () => KEY, ...SUITE }, (secure) => {
    const upstream = connect(port, host)
    sockets.add(upstream)
    for (const end of [secure, upstream]) end.on('error', () => undefined)
    secure.pipe(upstream)
    upstream.pipe(secure)
    secure.on('close', () => upstream.destroy())
    upstream.on('close', () => secure.destroy())
  })
  const server = createServer((client) => {
    sockets.add(client)
    client.on('error', () => undefined)
    // The request for TLS has no type byte; its content is known.
    client.once('data', () => {
      client.pause()
      client.write('S')
      secured.emit('connection', client)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    ssl: { pskCallback: () => ({ psk: KEY, identity: 'test' }), checkServerIdentity: () => undefined, ...SUITE },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
