import type { Server as HttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { type Listener, listen, portOf } from '../http/server.ts'

/** A listener of one node, which can go and come back on the same port. */
export interface NodeListener {
  /** The port; the one that the system gave when 0 was asked for. */
  readonly port: number
  /** Listens; nothing happens when it does already. */
  open(): Promise<void>
  /** Refuses connections from now on and breaks those that are there. */
  close(): Promise<void>
}

/** An HTTP listener, not open yet. */
export function httpListener(port: number, host: string, listener: Listener): NodeListener {
  let server: HttpServer | undefined
  let given = port
  return {
    get port() {
      return given
    },
    async open() {
      if (server !== undefined) return
      server = await listen(given, host, listener)
      given = portOf(server)
    },
    async close() {
      const closing = server
      server = undefined
      if (closing === undefined) return
      closing.closeAllConnections()
      await new Promise<void>((resolve) => void closing.close(() => resolve()))
    },
  }
}

/** A listener whose connections `accept` serves, not open yet. */
export function socketListener(port: number, host: string, accept: (socket: Socket) => void): NodeListener {
  const sockets = new Set<Socket>()
  let server: Server | undefined
  let given = port
  return {
    get port() {
      return given
    },
    async open() {
      if (server !== undefined) return
      const opening = createServer((socket) => {
        sockets.add(socket)
        socket.on('close', () => void sockets.delete(socket))
        accept(socket)
      })
      server = opening
      await new Promise<void>((resolve, reject) => {
        opening.once('error', reject)
        opening.listen(given, host, resolve)
      })
      const address = opening.address()
      if (typeof address === 'object' && address !== null) given = address.port
    },
    async close() {
      const closing = server
      server = undefined
      if (closing === undefined) return
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => void closing.close(() => resolve()))
    },
  }
}
