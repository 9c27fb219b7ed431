import type { ChangeHandler, Relation } from '../../../core/change-stream.ts'
import { protocolError, type MessageReader } from './message-reader.ts'
import { readRelation } from './relation-message.ts'

interface Entry {
  readonly relation: Relation
  /** The message that announced it, to tell whether another one says something new. */
  readonly message: Buffer
  told: boolean
}

const NO_COLUMNS = -1

/**
 * What the stream has announced about relations. The handler is told just before the first row of a relation that is
 * new or changed: the server also announces relations that no row follows for (partitions published through their root).
 */
export class RelationCache {
  readonly #handler: ChangeHandler
  readonly #entries = new Map<number, Entry>()
  #currentOid = -1
  #currentColumns = NO_COLUMNS

  constructor(handler: ChangeHandler) {
    this.#handler = handler
  }

  /** Takes a Relation message, read up to its oid. */
  announce(reader: MessageReader, oid: number): void {
    const known = this.#entries.get(oid)
    const { buffer, at, end } = reader
    if (known?.message.equals(buffer.subarray(at, end))) return
    const message = Buffer.from(buffer.subarray(at, end))
    this.#entries.set(oid, { relation: readRelation(reader, oid), message, told: false })
    if (oid === this.#currentOid) this.#currentOid = -1
  }

  /** Takes over what another cache was told. */
  adopt(other: RelationCache): void {
    for (const [oid, entry] of other.#entries) {
      if (this.#entries.get(oid)?.message.equals(entry.message)) continue
      this.#entries.set(oid, { ...entry, told: false })
      if (oid === this.#currentOid) this.#currentOid = -1
    }
  }

  /**
   * Makes sure that the handler knows the relation of the row that comes. Returns its number of columns.
   * @throws {SyncError} STREAM_PROTOCOL when the relation was never announced.
   */
  select(oid: number): number {
    if (oid === this.#currentOid) return this.#currentColumns
    const entry = this.#entries.get(oid)
    if (entry === undefined) throw protocolError(`a row belongs to relation ${oid}, which was not announced`)
    if (!entry.told) {
      entry.told = true
      this.#handler.relation(entry.relation)
    }
    this.#currentOid = oid
    this.#currentColumns = entry.relation.columns.length
    return this.#currentColumns
  }
}
