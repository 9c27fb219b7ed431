import type { DraftFeed } from './draft-feed.ts'
import type { SpoolChunks } from './spool-chunks.ts'
import { SpoolFile } from './spool-file.ts'

/** A run of whole messages, each behind its length: in memory, or on disk at an offset. */
interface Part {
  /** Null when it lies on disk only. */
  chunk: Buffer | null
  usedBytes: number
  fileOffset: number
}

/** A part in memory. */
export interface LoadedPart {
  readonly chunk: Buffer
  readonly usedBytes: number
}

/** Each message stands behind its length, 32 bits with the low byte first. */
export const LENGTH_BYTES = 4

/**
 * The messages of one in-progress transaction, in the order in which they came. Messages do not straddle parts, so each
 * part can be decoded by itself.
 */
export class TransactionSpool {
  readonly xid: number
  /** Subtransactions whose changes do not count. */
  readonly abortedXids = new Set<number>()
  /** Bytes of messages, in memory and on disk. */
  spooledBytes = 0
  /** Bytes of memory that this spool holds. */
  memoryBytes = 0
  readonly #chunks: SpoolChunks
  readonly #parts: Part[] = []
  /** Parts that are on disk, or never will be: all before this index. */
  #written = 0
  #file: SpoolFile | null = null
  #writing: Promise<void> | null = null
  #frozen = false
  #feed: DraftFeed | null

  /** @param feed takes every message too, as long as its draft is usable */
  constructor(xid: number, chunks: SpoolChunks, feed: DraftFeed | null = null) {
    this.xid = xid
    this.#chunks = chunks
    this.#feed = feed
  }

  /** Where its draft is written, while there is one that may be taken. */
  get feed(): DraftFeed | null {
    return this.#feed?.draft.usable === true ? this.#feed : null
  }

  get partCount(): number {
    return this.#parts.length
  }

  /** Whether {@link writeOne} has something to do: a part that can take a further message is not written. */
  get canWrite(): boolean {
    if (this.#frozen) return false
    const last = this.#parts.at(-1)
    const isLastFull = last?.chunk?.length === last?.usedBytes
    return this.#written < this.#parts.length - (isLastFull ? 0 : 1)
  }

  /** Copies a message. Returns whether memory was taken for it, which is the moment to look at the limit. */
  append(buffer: Buffer, start: number, end: number): boolean {
    const length = end - start
    const neededBytes = LENGTH_BYTES + length
    const last = this.#parts.at(-1)
    const fits = last?.chunk != null && last.chunk.length - last.usedBytes >= neededBytes
    const part = fits ? last : this.#addPart(neededBytes)
    const { chunk, usedBytes } = part
    if (chunk === null) return true
    chunk.writeUInt32LE(length, usedBytes)
    buffer.copy(chunk, usedBytes + LENGTH_BYTES, start, end)
    part.usedBytes = usedBytes + neededBytes
    this.spooledBytes += neededBytes
    this.#feed?.take(buffer, start, end)
    return !fits
  }

  /** Writes the oldest full part that is in memory to disk. One call at a time. @throws {SyncError} SPOOL_FULL */
  async writeOne(directory: string): Promise<void> {
    this.#writing = this.#write(directory)
    try {
      await this.#writing
    } finally {
      this.#writing = null
    }
  }

  /** Leaves out the changes of a subtransaction. A draft may hold some already. */
  abortSubtransaction(subxid: number): void {
    this.abortedXids.add(subxid)
    this.#feed?.draft.discard()
  }

  /** Lets go of its draft, which stays with whoever has taken it. */
  releaseDraft(): void {
    this.#feed = null
  }

  /** Ends appending and writing, so that parts can be loaded or discarded. Waits for a write that is under way. */
  async freeze(): Promise<void> {
    this.#frozen = true
    // Its own caller hears about its failure.
    await this.#writing?.catch(() => undefined)
  }

  /** Brings part `index` of a frozen spool into memory, until it is released. @throws {SyncError} SPOOL_FULL */
  async load(index: number): Promise<LoadedPart> {
    const part = this.#parts[index]
    if (part === undefined) throw new RangeError(`no part ${index}`)
    const { usedBytes } = part
    if (part.chunk !== null) return { chunk: part.chunk, usedBytes }
    const chunk = this.#lend(usedBytes)
    part.chunk = chunk
    await this.#file?.read(chunk.subarray(0, usedBytes), part.fileOffset)
    return { chunk, usedBytes }
  }

  /** Forgets a part that was loaded. */
  release(index: number): void {
    const part = this.#parts[index]
    if (part?.chunk == null) return
    this.#giveBack(part.chunk)
    part.chunk = null
    this.spooledBytes -= part.usedBytes
  }

  /** Gives back memory and disk. */
  async discard(): Promise<void> {
    this.#feed?.draft.discard()
    await this.freeze()
    for (const part of this.#parts) if (part.chunk !== null) this.#giveBack(part.chunk)
    this.#parts.length = 0
    this.spooledBytes = 0
    const file = this.#file
    this.#file = null
    await file?.[Symbol.asyncDispose]()
  }

  async #write(directory: string): Promise<void> {
    const part = this.#parts[this.#written]
    if (part?.chunk == null || !this.canWrite) return
    const { chunk } = part
    this.#file ??= await SpoolFile.create(directory)
    part.fileOffset = await this.#file.append(chunk.subarray(0, part.usedBytes))
    part.chunk = null
    this.#written += 1
    this.#giveBack(chunk)
  }

  #addPart(neededBytes: number): Part {
    const part = { chunk: this.#lend(neededBytes), usedBytes: 0, fileOffset: 0 }
    this.#parts.push(part)
    return part
  }

  #lend(bytes: number): Buffer {
    const chunk = this.#chunks.lend(bytes, this.#parts.length === 0)
    this.memoryBytes += chunk.length
    return chunk
  }

  #giveBack(chunk: Buffer): void {
    this.memoryBytes -= chunk.length
    this.#chunks.giveBack(chunk)
  }
}
