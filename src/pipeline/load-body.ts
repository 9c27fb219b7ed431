import { ByteBuffer } from '../core/byte-buffer.ts'
import type { LoadFormat, RowEncoder } from '../core/row-encoder.ts'
import { hashBytes, KeyIndex } from './key-index.ts'
import type { PendingRow } from './pending-row.ts'

const DEAD = 0
const ALIVE = 1

/** Storage above this is given back after a batch. */
const KEEP_BYTES = 48 * 1024 * 1024

/** A record that waits for values outside of its load. */
export interface TakenRecord {
  readonly bytes: Buffer
  readonly keyLength: number
  readonly row: PendingRow
}

/**
 * One table's rows of a batch while it fills: encoded records, and of each key only the last one alive.
 *
 * The encoder appends to `buffer`; {@link LoadBody.put} then makes the appended record the latest of its key. Reused from batch to
 * batch.
 */
export class LoadBody {
  readonly buffer = new ByteBuffer()
  format: LoadFormat = 'csv'
  /** Alive records whose unchanged values are still unknown, by entry. */
  readonly pending = new Map<number, PendingRow>()
  #starts = new Int32Array(256)
  #keyLengths = new Int32Array(256)
  #alive = new Uint8Array(256)
  #entries = 0
  #aliveRows = 0
  #sealed: Buffer | null = null
  readonly #keys = new KeyIndex()
  #probe: Buffer = this.buffer.bytes
  #probeStart = 0
  #probeLength = 0
  /** Bound once: the hot path makes no closure. */
  readonly #same = (entry: number): boolean => {
    if (this.#keyLengths[entry] !== this.#probeLength) return false
    const start = this.#starts[entry] ?? 0
    const bytes = this.buffer.bytes
    const probe = this.#probe
    for (let i = 0; i < this.#probeLength; i++) {
      if (bytes[start + i] !== probe[this.#probeStart + i]) return false
    }
    return true
  }

  /** Rows that would be loaded. */
  get rows(): number {
    return this.#aliveRows
  }

  /** Bytes held, dead records included. */
  get bytes(): number {
    return this.buffer.length
  }

  /** Bytes that would be loaded. Changes nothing: more may be put. */
  get loadBytes(): number {
    if (this.#sealed !== null) return this.#sealed.length
    if (this.#aliveRows === this.#entries) return this.bytes
    let sum = 0
    for (let entry = 0; entry < this.#entries; entry++) {
      if (this.#alive[entry] === ALIVE) sum += this.endOf(entry) - this.startOf(entry)
    }
    return sum
  }

  /** The latest entry of a key given as encoded bytes, or -1. */
  find(key: Buffer, start: number, length: number): number {
    this.#aim(key, start, length)
    return this.#keys.find(hashBytes(key, start, start + length), this.#same)
  }

  /** Takes the record `buffer[start, buffer.length)`, whose first `keyLength` bytes are its key, as the latest of its key. Returns its entry. */
  put(start: number, keyLength: number): number {
    const entry = this.#append(start, keyLength)
    this.#aim(this.buffer.bytes, start, keyLength)
    const before = this.#keys.put(hashBytes(this.buffer.bytes, start, start + keyLength), entry, this.#same)
    if (before >= 0) this.#kill(before)
    return entry
  }

  /** Notes what the record that was put last still misses. */
  markLastPending(row: PendingRow): void {
    this.pending.set(this.#entries - 1, row)
  }

  /** Takes out the records that still miss values, in order: what remains is whole. */
  takePending(): readonly TakenRecord[] {
    return [...this.pending].map(([entry, row]) => {
      const bytes = Buffer.from(this.buffer.bytes.subarray(this.startOf(entry), this.endOf(entry)))
      this.#kill(entry)
      return { bytes, keyLength: this.keyLengthOf(entry), row }
    })
  }

  /** Puts records back that were taken out, each the latest of its key. */
  putBack(taken: readonly TakenRecord[]): void {
    for (const { bytes, keyLength, row } of taken) {
      const start = this.buffer.length
      this.buffer.append(bytes, 0, bytes.length)
      this.put(start, keyLength)
      this.markLastPending(row)
    }
  }

  /** First byte of an entry's record. */
  startOf(entry: number): number {
    return this.#starts[entry] ?? 0
  }

  /** The byte after an entry's record. */
  endOf(entry: number): number {
    return entry + 1 < this.#entries ? (this.#starts[entry + 1] ?? 0) : this.buffer.length
  }

  /** Bytes of an entry's key. */
  keyLengthOf(entry: number): number {
    return this.#keyLengths[entry] ?? 0
  }

  /**
   * What is to be sent: the storage without its dead records. The first call removes them; then nothing may be put any more before
   * {@link clear}, and further calls return the same bytes.
   */
  sealed(): Buffer {
    this.#sealed ??= this.#compact()
    return this.#sealed
  }

  /** Tells of every record that {@link LoadBody.sealed} has, in its order: its bytes, and how many of them are its key. */
  eachSealed(visit: (lengthBytes: number, keyLength: number) => void): void {
    for (let entry = 0; entry < this.#entries; entry++) {
      if (this.#alive[entry] === ALIVE) visit(this.endOf(entry) - this.startOf(entry), this.keyLengthOf(entry))
    }
  }

  #compact(): Buffer {
    if (this.#aliveRows === this.#entries) return this.buffer.view()
    let to = 0
    for (let entry = 0; entry < this.#entries; entry++) {
      if (this.#alive[entry] === DEAD) continue
      const start = this.startOf(entry)
      const end = this.endOf(entry)
      if (start !== to) this.buffer.bytes.copyWithin(to, start, end)
      to += end - start
    }
    return this.buffer.bytes.subarray(0, to)
  }

  /** Writes every alive record, so far CSV, anew as JSON. */
  toJson(json: RowEncoder): void {
    const old = Buffer.from(this.buffer.view())
    const records: { start: number; end: number; pending: PendingRow | undefined }[] = []
    for (let entry = 0; entry < this.#entries; entry++) {
      if (this.#alive[entry] === ALIVE)
        records.push({ start: this.startOf(entry), end: this.endOf(entry), pending: this.pending.get(entry) })
    }
    this.clear()
    this.format = 'json'
    for (const record of records) {
      const start = this.buffer.length
      const entry = this.put(start, json.appendRecoded(old, record.start, record.end, this.buffer))
      if (record.pending)
        this.pending.set(entry, { ...record.pending, originKey: this.#recodedKey(json, record.pending) })
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#sealed = null
    this.buffer.clear(KEEP_BYTES)
    this.#keys.clear()
    this.pending.clear()
    this.#entries = 0
    this.#aliveRows = 0
    this.format = 'csv'
  }

  #recodedKey(json: RowEncoder, pending: PendingRow): Buffer {
    const scratch = new ByteBuffer(256)
    const length = json.appendRecodedKey(pending.originKey, scratch)
    return Buffer.from(scratch.bytes.subarray(0, length))
  }

  #append(start: number, keyLength: number): number {
    const entry = this.#entries++
    if (entry === this.#starts.length) this.#growEntries()
    this.#starts[entry] = start
    this.#keyLengths[entry] = keyLength
    this.#alive[entry] = ALIVE
    this.#aliveRows++
    return entry
  }

  #growEntries(): void {
    const room = this.#starts.length * 2
    const starts = new Int32Array(room)
    starts.set(this.#starts)
    const keyLengths = new Int32Array(room)
    keyLengths.set(this.#keyLengths)
    const alive = new Uint8Array(room)
    alive.set(this.#alive)
    this.#starts = starts
    this.#keyLengths = keyLengths
    this.#alive = alive
  }

  #kill(entry: number): void {
    if (this.#alive[entry] === DEAD) return
    this.#alive[entry] = DEAD
    this.#aliveRows--
    this.pending.delete(entry)
  }

  #aim(bytes: Buffer, start: number, length: number): void {
    this.#probe = bytes
    this.#probeStart = start
    this.#probeLength = length
  }
}
