import type { Socket } from 'node:net'

const maxPayload = 0xffffff

/** Frames MySQL packets over a socket: three bytes of length, one of sequence. */
export class PacketSocket {
  readonly #socket: Socket
  readonly #onPacket: (payload: Buffer, sequence: number) => void
  #received: Buffer[] = []
  #receivedBytes = 0
  #neededBytes = 4
  readonly #parts: Buffer[] = []
  #sequence = 0
  readonly #pending: Buffer[] = []
  #pendingBytes = 0

  /** `onPacket` gets each packet and its number, after which its answer is numbered (`begin`). */
  constructor(socket: Socket, onPacket: (payload: Buffer, sequence: number) => void) {
    this.#socket = socket
    this.#onPacket = onPacket
    socket.setNoDelay(true)
    socket.on('data', (data) => this.#receive(data))
    socket.on('error', () => socket.destroy())
  }

  #receive(data: Buffer): void {
    this.#received.push(data)
    this.#receivedBytes += data.length
    // Pieces are joined only once the packet is whole: a long one would be copied again and again.
    while (this.#receivedBytes >= this.#neededBytes) {
      const [first = data] = this.#received
      const bytes = this.#received.length === 1 ? first : Buffer.concat(this.#received)
      this.#received = [bytes]
      const length = bytes.readUIntLE(0, 3)
      this.#neededBytes = length + 4
      if (bytes.length < this.#neededBytes) return
      const sequence = bytes[3] ?? 0
      this.#parts.push(bytes.subarray(4, length + 4))
      this.#received = [bytes.subarray(length + 4)]
      this.#receivedBytes = bytes.length - length - 4
      this.#neededBytes = 4
      if (length < maxPayload) this.#onPacket(Buffer.concat(this.#parts.splice(0)), sequence)
    }
  }

  /** What is sent from now on answers the packet of that number: numbers go on from it. */
  begin(sequence: number): void {
    this.#sequence = (sequence + 1) & 0xff
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
