import type { CreateScratchFile, ScratchFile } from '../core/scratch-file.ts'
import type { SinkTable } from '../core/sink.ts'
import { hashBytes } from './key-index.ts'
import type { LoadBody } from './load-body.ts'
import { indexPage, INDEX_PAGE_RECORDS, lowerBound, pageOffset, sortedIndexes } from './sent-index.ts'

/** Records of one part, ordered by the hash of their keys. */
interface Run {
  /** Where the part's records begin in the file. */
  readonly bodyOffset: number
  /** Where its index begins. */
  readonly indexOffset: number
  readonly records: number
  /** The first hash of every page of the index. */
  readonly fences: Uint32Array
}

/** A key that is looked for, encoded as in the loads. */
export interface WantedKey<T> {
  readonly key: Buffer
  /** What the caller knows it by. */
  readonly of: T
}

/**
 * The rows of a large transaction that were sent as parts, on disk until its batch is over: an update in a later part can leave out
 * values that the transaction itself wrote, which are nowhere else, for the target does not show them yet and the source may show
 * later ones.
 *
 * Memory holds one number for every page of the index, and one page and one record while it is searched.
 */
export class SentRows implements AsyncDisposable {
  readonly #createFile: CreateScratchFile
  readonly #runs = new Map<string, Run[]>()
  #file: ScratchFile | null = null

  constructor(createFile: CreateScratchFile) {
    this.#createFile = createFile
  }

  /** Whether updates of this table can leave out values, so that its sent rows are kept. */
  static keeps({ schema, route }: SinkTable): boolean {
    if (schema.kind === 'table' && schema.replicaIdentity === 'full') return false
    return route.delete === 'soft' || schema.columns.some((column) => column.toastable)
  }

  /** Keeps the rows of a part, all of their values known. One call at a time. @throws {SyncError} SPOOL_FULL */
  async keep({ id }: SinkTable, body: LoadBody): Promise<void> {
    if (body.rows === 0) return
    this.#file ??= await this.#createFile()
    const runs = this.#runs.get(id) ?? []
    this.#runs.set(id, runs)
    const bodyOffset = await this.#file.append(body.sealed())
    for (const { bytes, records, fences } of sortedIndexes(body)) {
      runs.push({ bodyOffset, indexOffset: await this.#file.append(bytes), records, fences })
    }
  }

  /** How many of the kept parts are the table's; what is kept later can be left out of a search. */
  partsOf({ id }: SinkTable): number {
    return this.#runs.get(id)?.length ?? 0
  }

  /**
   * Looks for the last record of each key in the first `parts` of the table, and gives those that there are to `found`, which ends the search by returning false.
   * @throws {SyncError} SPOOL_FULL when the file cannot be read.
   */
  async find<T>(
    { table: { id }, parts }: { readonly table: SinkTable; readonly parts: number },
    wanted: readonly WantedKey<T>[],
    found: (record: Buffer, wanted: WantedKey<T>) => boolean,
  ): Promise<void> {
    const hashed = wanted.map((one) => ({ one, hash: hashBytes(one.key, 0, one.key.length) >>> 0 }))
    // In the order of the index, so that each of its pages is read once.
    let missing = hashed.toSorted((a, b) => a.hash - b.hash)
    for (const run of (this.#runs.get(id) ?? []).slice(0, parts).toReversed()) {
      const reader = this.#reader(run)
      const still: typeof missing = []
      for (const item of missing) {
        const record = await reader(item.hash, item.one.key)
        if (record === null) still.push(item)
        else if (!found(record, item.one)) return
      }
      missing = still
    }
  }

  /** Searches one run; the page that was read last is kept. */
  #reader(run: Run): (hash: number, key: Buffer) => Promise<Buffer | null> {
    let held = -1
    let page = indexPage(0)
    const load = async (at: number): Promise<void> => {
      if (at === held) return
      page = indexPage(Math.min(INDEX_PAGE_RECORDS, run.records - at * INDEX_PAGE_RECORDS))
      await this.#read(page.bytes, run.indexOffset + pageOffset(at))
      held = at
    }
    return async (hash, key) => {
      for (let at = Math.max(0, lowerBound(run.fences, hash) - 1); at < run.fences.length; at++) {
        await load(at)
        let record = page.firstOf(hash)
        for (; record < page.records && page.hash(record) === hash; record++) {
          if (page.keyLength(record) !== key.length) continue
          const bytes = Buffer.allocUnsafe(page.length(record))
          await this.#read(bytes, run.bodyOffset + page.offset(record))
          if (bytes.compare(key, 0, key.length, 0, key.length) === 0) return bytes
        }
        if (record < page.records) return null
      }
      return null
    }
  }

  async #read(target: Buffer, offset: number): Promise<void> {
    await this.#file?.read(target, offset)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const file = this.#file
    this.#file = null
    this.#runs.clear()
    await file?.[Symbol.asyncDispose]()
  }
}
