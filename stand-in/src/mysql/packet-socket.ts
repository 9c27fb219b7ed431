import type { Socket } from 'node:net'

const maxPayload = 0xffffff

/** Frames MySQL packets over a socket: three bytes of length, one of sequence. */
export class PacketSocket {
  readonly #socket: Socket
  readonly #onPacket: (payload: Buffer) => void
  #received: Buffer = Buffer.alloc(0)
  #parts: Buffer[] = []
  #sequence = 0
  #pending: Buffer[] = []
  #pendingBytes = 0

  constructor(socket: Socket, onPacket: (payload: Buffer) => void) {
    this.#socket = socket
    this.#onPacket = onPacket
    socket.setNoDelay(true)
    socket.on('data', (data) => this.#receive(data))
    socket.on('error', () => socket.destroy())
  }

  #receive(data: Buffer): void {
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data])
    while (this.#received.length >= 4) {
      const length = this.#received.readUIntLE(0, 3)
      if (this.#received.length < length + 4) return
      this.#sequence = ((this.#received[3] ?? 0) + 1) & 0xff
      this.#parts.push(this.#received.subarray(4, length + 4))
      this.#received = this.#received.subarray(length + 4)
      if (length === maxPayload) continue
      const payload = this.#parts.length === 1 ? (this.#parts[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#parts)
      this.#parts = []
      this.#onPacket(payload)
    }
  }

  /** Queues one packet; large payloads are cut as the protocol wants it. */
  send(payload: Buffer): void {
    let rest = payload
    for (;;) {
      const part = rest.subarray(0, maxPayload)
      const head = Buffer.allocUnsafe(4)
      head.writeUIntLE(part.length, 0, 3)
      head[3] = this.#sequence
      this.#sequence = (this.#sequence + 1) & 0xff
      this.#pending.push(head, part)
      this.#pendingBytes += part.length + 4
      rest = rest.subarray(part.length)
      if (part.length < maxPayload) break
    }
  }

  get isFull(): boolean {
    return this.#pendingBytes > 256 * 1024
  }

  /** Writes what is queued; resolves when the client keeps up. */
  async flush(): Promise<void> {
    const data = Buffer.concat(this.#pending.splice(0))
    this.#pendingBytes = 0
    if (data.length === 0 || this.#socket.destroyed) return
    if (this.#socket.write(data)) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done)
        this.#socket.off('close', done)
        resolve()
      }
      this.#socket.on('drain', done)
      this.#socket.on('close', done)
    })
  }

  destroy(): void {
    this.#socket.destroy()
  }
}
