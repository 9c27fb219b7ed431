import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Takes received bytes, which are valid during the call and as long as the socket is paused. */
export type Receiver = (bytes: Buffer, start: number, end: number) => void

const READ_BUFFER_BYTES = 1024 * 1024

/**
 * The socket of a replication session. The client library opens it, authenticates and asks its questions over it; then
 * {@link takeOver} turns its bytes to us.
 *
 * Without TLS the system reads straight into one buffer of ours, so no read makes an object. Until it is taken over,
 * what comes is copied and emitted as the `data` events that the library listens to.
 */
export class SessionSocket {
  #socket: Socket | null = null
  /** The socket when it reads in place. */
  #inPlace: Duplex | null = null
  #receive: Receiver | null = null

  /** The socket factory to give to the client library, which calls it with its own settings. */
  create(settings?: unknown): Socket {
    this.#socket = usesTls(settings) ? new Socket() : this.#readInPlace()
    return this.#socket
  }

  /** Ends the socket at once, in whatever state it is. */
  destroy(): void {
    this.#socket?.destroy()
  }

  /** Gives `receive` all further bytes of `stream`, which is the socket or the TLS session over it. */
  takeOver(stream: Duplex, receive: Receiver): void {
    this.#receive = receive
    if (stream === this.#inPlace) return
    stream.removeAllListeners('data')
    stream.on('data', (bytes: Buffer) => receive(bytes, 0, bytes.length))
  }

  #readInPlace(): Socket {
    const buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)
    const callback = (count: number): boolean => {
      if (this.#receive === null) socket.emit('data', Buffer.from(buffer.subarray(0, count)))
      else this.#receive(buffer, 0, count)
      return true
    }
    const socket = new Socket({ onread: { buffer, callback } })
    this.#inPlace = socket
    return socket
  }
}

function usesTls(settings: unknown): boolean {
  return typeof settings === 'object' && settings !== null && 'ssl' in settings && Boolean(settings.ssl)
}
