import type { LoadFormat } from '../core/row-encoder.ts'
import type { ScratchFile } from '../core/scratch-file.ts'
import type { StoredBody } from '../core/sink.ts'
import type { TableEntry } from './table-registry.ts'
import type { TableLoad } from './table-load.ts'

/** What is read, and sent, at once. */
const PIECE_BYTES = 1024 * 1024

/** One table's rows of a piece of a large transaction, as they will be sent: in memory, and soon on disk. */
export class DraftPart {
  readonly entry: TableEntry
  readonly format: LoadFormat
  readonly rows: number
  readonly #length: number
  #load: TableLoad | null
  #stored: { readonly file: ScratchFile; readonly offset: number } | null = null

  /** @param load is the part's until it is stored or released */
  constructor(entry: TableEntry, load: TableLoad) {
    this.entry = entry
    this.format = load.body.format
    this.rows = load.body.rows
    this.#length = load.body.sealed().length
    this.#load = load
  }

  /** What is to be sent. */
  get body(): Buffer | StoredBody {
    if (this.#load) return this.#load.body.sealed()
    const { file, offset } = this.#stored ?? unstored()
    const length = this.#length
    return { length, pieces: () => readPieces(file, offset, length) }
  }

  /** Brings the rows to disk and gives their memory back. @throws {SyncError} SPOOL_FULL: then they stay in memory. */
  async store(file: ScratchFile): Promise<void> {
    if (!this.#load) return
    this.#stored = { file, offset: await file.append(this.#load.body.sealed()) }
    this.release()
  }

  /** Gives the memory back. */
  release(): void {
    if (this.#load) this.entry.returnLoad(this.#load)
    this.#load = null
  }
}

/** Reads one piece ahead of whoever takes them. */
async function* readPieces(file: ScratchFile, offset: number, length: number): AsyncGenerator<Buffer> {
  const buffers = [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)] as const
  const read = async (at: number): Promise<Buffer> => {
    const buffer = buffers[(at / PIECE_BYTES) % 2 === 0 ? 0 : 1]
    const piece = buffer.subarray(0, Math.min(PIECE_BYTES, length - at))
    await file.read(piece, offset + at)
    return piece
  }
  let next = read(0)
  try {
    for (let at = 0; at < length; at += PIECE_BYTES) {
      const piece = await next
      if (at + PIECE_BYTES < length) next = read(at + PIECE_BYTES)
      yield piece
    }
  } finally {
    // Whoever stops early closes the file next.
    await next.catch(() => undefined)
  }
}

function unstored(): never {
  throw new Error('the rows of a part were given back')
}
