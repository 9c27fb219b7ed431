/** Capability flags of the MySQL protocol that the stand-in offers or looks at. */
export const capability = {
  longPassword: 0x1,
  foundRows: 0x2,
  longFlag: 0x4,
  connectWithDb: 0x8,
  protocol41: 0x200,
  transactions: 0x2000,
  secureConnection: 0x8000,
  multiStatements: 0x10000,
  multiResults: 0x20000,
  pluginAuth: 0x80000,
  connectAttributes: 0x100000,
  pluginAuthLenenc: 0x200000,
  deprecateEof: 0x1000000,
} as const

/** Column types of the MySQL protocol. */
export const columnType = {
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  null: 6,
  longlong: 8,
  date: 10,
  datetime: 12,
  json: 245,
  newDecimal: 246,
  blob: 252,
  varString: 253,
  string: 254,
} as const

/** Status flags of OK and EOF packets. */
export const statusFlag = { autocommit: 0x2, moreResults: 0x8 } as const

/** Builds the payload of one packet. */
export class PacketWriter {
  #bytes = Buffer.allocUnsafe(256)
  #length = 0

  #room(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, at)
      this.#bytes = larger
    }
    return at
  }

  int(value: number, bytes: 1 | 2 | 3 | 4): this {
    const at = this.#room(bytes)
    this.#bytes.writeUIntLE(value, at, bytes)
    return this
  }

  bytes(value: Uint8Array): this {
    const at = this.#room(value.length)
    this.#bytes.set(value, at)
    return this
  }

  /** Text ended by a zero byte. */
  zeroEnded(text: string): this {
    return this.bytes(Buffer.from(text)).int(0, 1)
  }

  /** A length-encoded integer. */
  lenenc(value: number): this {
    if (value < 251) return this.int(value, 1)
    if (value < 0x10000) return this.int(252, 1).int(value, 2)
    if (value < 0x1000000) return this.int(253, 1).int(value, 3)
    this.int(254, 1)
    const at = this.#room(8)
    this.#bytes.writeBigUInt64LE(BigInt(value), at)
    return this
  }

  /** Text or bytes with their length before them. */
  lenencBytes(value: string | Uint8Array): this {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    return this.lenenc(bytes.length).bytes(bytes)
  }

  get length(): number {
    return this.#length
  }

  /** The payload; the writer must not be used afterwards. */
  done(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }
}

/** Reads the payload of one packet. */
export class PacketReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  int(bytes: 1 | 2 | 3 | 4): number {
    const value = this.#bytes.readUIntLE(this.#at, bytes)
    this.#at += bytes
    return value
  }

  take(count: number): Buffer {
    const value = this.#bytes.subarray(this.#at, this.#at + count)
    this.#at += count
    return value
  }

  zeroEnded(): string {
    const end = this.#bytes.indexOf(0, this.#at)
    const stop = end < 0 ? this.#bytes.length : end
    const text = this.#bytes.toString('utf8', this.#at, stop)
    this.#at = Math.min(stop + 1, this.#bytes.length)
    return text
  }

  lenenc(): number {
    const first = this.int(1)
    if (first < 251) return first
    if (first === 252) return this.int(2)
    if (first === 253) return this.int(3)
    const value = Number(this.#bytes.readBigUInt64LE(this.#at))
    this.#at += 8
    return value
  }

  rest(): Buffer {
    return this.take(this.left)
  }
}
