/**
 * Storage grows to this many times its size. The system gives memory only for pages that are written, so what is spare costs nothing,
 * while each growth leaves the storage before it to the collector.
 */
const GROWTH = 4

/** ... but by no more than this: the collector reckons with what is spare. */
const MOST_SPARE_BYTES = 64 * 1024 * 1024

/** Bytes that grow at their end. The storage is reused after {@link ByteBuffer.clear}. */
export class ByteBuffer {
  /** The storage; bytes at and after `length` mean nothing. Replaced when it grows: never keep it across an append. */
  bytes: Buffer
  /** Bytes in use. */
  length = 0

  constructor(capacityBytes = 64 * 1024) {
    this.bytes = Buffer.allocUnsafeSlow(capacityBytes)
  }

  /** Makes room for `count` further bytes at the end. */
  reserve(count: number): void {
    const wanted = this.length + count
    if (wanted <= this.bytes.length) return
    const { length } = this.bytes
    const grown = Buffer.allocUnsafeSlow(Math.max(wanted, Math.min(length * GROWTH, length + MOST_SPARE_BYTES)))
    this.bytes.copy(grown, 0, 0, this.length)
    this.bytes = grown
  }

  /** Appends `source[start, end)`. */
  append(source: Buffer, start: number, end: number): void {
    this.reserve(end - start)
    source.copy(this.bytes, this.length, start, end)
    this.length += end - start
  }

  /** Forgets the content, and the storage too when more than `keepBytes` of it were in use. */
  clear(keepBytes = Number.POSITIVE_INFINITY): void {
    if (this.length > keepBytes) this.bytes = Buffer.allocUnsafeSlow(64 * 1024)
    this.length = 0
  }

  /** The bytes in use, as a view of the storage. */
  view(): Buffer {
    return this.bytes.subarray(0, this.length)
  }
}
