import type { ChangeHandler, OldRowKind, TransactionHead } from '../../../core/change-stream.ts'
import { ZERO_LSN, type Lsn } from '../../../core/lsn.ts'
import { RowView } from '../../../core/row-view.ts'
import { MessageReader, protocolError } from './message-reader.ts'
import { MESSAGE_TYPE, TUPLE_TYPE } from './message-type.ts'
import { RelationCache } from './relation-cache.ts'
import { readTuple } from './tuple.ts'

const EMPTY = Buffer.alloc(0)
const TRANSACTIONAL = 1
const NO_XIDS: ReadonlySet<number> = new Set()

/**
 * Decodes pgoutput messages, in the order in which the handler shall see them, and calls the handler. It holds nothing
 * back: messages of in-progress transactions come here only when their transaction has committed.
 *
 * Every method throws a SyncError STREAM_PROTOCOL on bytes that do not fit, and lets errors of the handler through. The
 * decoder is of no use after an error.
 */
export class PgoutputDecoder {
  readonly #handler: ChangeHandler
  readonly #relations: RelationCache
  readonly #reader = new MessageReader()
  readonly #newRow = new RowView()
  readonly #oldRow = new RowView()
  #inTransaction = false
  #position = ZERO_LSN

  constructor(handler: ChangeHandler) {
    this.#handler = handler
    this.#relations = new RelationCache(handler)
  }

  /** Whether a transaction was begun and has not ended. */
  get inTransaction(): boolean {
    return this.#inTransaction
  }

  /** End of the last transaction that was delivered; 0 before the first one. */
  get position(): Lsn {
    return this.#position
  }

  /** Decodes a message that stands by itself or in a transaction sent after its commit. */
  decode(buffer: Buffer, start: number, end: number): void {
    this.#reader.open(buffer, start, end)
    this.#dispatch(this.#reader.u8())
    this.#reader.expectEnd()
  }

  /** Begins a transaction that was sent before its commit. */
  beginStreamed(head: TransactionHead): void {
    this.#begin(head)
  }

  /** Decodes a message of such a transaction, unless its subtransaction is among `abortedXids`. */
  decodeStreamed(buffer: Buffer, start: number, end: number, abortedXids: ReadonlySet<number> = NO_XIDS): void {
    const reader = this.#reader
    reader.open(buffer, start, end)
    const type = reader.u8()
    // Origin is the one message that carries no transaction id.
    if (type !== MESSAGE_TYPE.origin && abortedXids.has(reader.u32())) return
    if (type === MESSAGE_TYPE.begin || type === MESSAGE_TYPE.commit)
      throw protocolError('a begin or commit in a stream')
    this.#dispatch(type)
    reader.expectEnd()
  }

  /** Ends a transaction that was sent before its commit. */
  commitStreamed(endLsn: Lsn): void {
    this.#commit(endLsn)
  }

  /**
   * A transaction that ends at `endLsn` was delivered by way of another decoder: takes over what it announced about relations, for
   * the server will not announce it again.
   */
  adopt(other: PgoutputDecoder, endLsn: Lsn): void {
    this.#relations.adopt(other.#relations)
    this.#position = endLsn
  }

  #dispatch(type: number): void {
    switch (type) {
      case MESSAGE_TYPE.insert:
        this.#insert()
        break
      case MESSAGE_TYPE.update:
        this.#update()
        break
      case MESSAGE_TYPE.delete:
        this.#delete()
        break
      case MESSAGE_TYPE.begin:
        this.#begin(this.#readHead())
        break
      case MESSAGE_TYPE.commit:
        this.#readCommit()
        break
      default:
        this.#dispatchRare(type)
    }
  }

  #dispatchRare(type: number): void {
    switch (type) {
      case MESSAGE_TYPE.relation:
        this.#relation()
        break
      case MESSAGE_TYPE.truncate:
        this.#truncate()
        break
      case MESSAGE_TYPE.message:
        this.#message()
        break
      // A type's name and where a change came from first: nothing here depends on either.
      case MESSAGE_TYPE.type:
        this.#reader.u32()
        this.#reader.cString()
        this.#reader.cString()
        break
      case MESSAGE_TYPE.origin:
        this.#reader.lsn()
        this.#reader.cString()
        break
      default:
        throw protocolError(describeUnexpected(type))
    }
  }

  #insert(): void {
    const reader = this.#reader
    const oid = reader.u32()
    const columns = this.#selectRelation(oid)
    if (reader.u8() !== TUPLE_TYPE.new) throw protocolError('an insert has no row')
    this.#readRow(this.#newRow, columns)
    this.#handler.insert(oid, this.#newRow)
  }

  #update(): void {
    const reader = this.#reader
    const oid = reader.u32()
    const columns = this.#selectRelation(oid)
    let tuple = reader.u8()
    let oldKind: OldRowKind = 'none'
    if (tuple === TUPLE_TYPE.new) {
      this.#oldRow.reset(EMPTY, 0)
    } else {
      oldKind = oldRowKind(tuple)
      this.#readRow(this.#oldRow, columns)
      tuple = reader.u8()
    }
    if (tuple !== TUPLE_TYPE.new) throw protocolError('an update has no new row')
    this.#readRow(this.#newRow, columns)
    this.#handler.update(oid, this.#newRow, this.#oldRow, oldKind)
  }

  #delete(): void {
    const reader = this.#reader
    const oid = reader.u32()
    const columns = this.#selectRelation(oid)
    const oldKind = oldRowKind(reader.u8())
    this.#readRow(this.#oldRow, columns)
    this.#handler.delete(oid, this.#oldRow, oldKind)
  }

  #selectRelation(oid: number): number {
    if (!this.#inTransaction) throw protocolError('a row outside of a transaction')
    return this.#relations.select(oid)
  }

  #readRow(row: RowView, columns: number): void {
    readTuple(this.#reader, row)
    if (row.columnCount !== columns) {
      throw protocolError(`a row has ${row.columnCount} columns, its relation ${columns}`)
    }
  }

  #readHead(): TransactionHead {
    const commitLsn = this.#reader.lsn()
    const commitTimeUs = this.#reader.timeUs()
    return { commitLsn, commitTimeUs, xid: this.#reader.u32() }
  }

  #begin(head: TransactionHead): void {
    if (this.#inTransaction) throw protocolError('a transaction begins inside another one')
    this.#inTransaction = true
    this.#handler.begin(head)
  }

  #readCommit(): void {
    const reader = this.#reader
    reader.u8() // Flags, none defined.
    reader.lsn() // The commit record's own position: known from the begin.
    const endLsn = reader.lsn()
    reader.timeUs()
    this.#commit(endLsn)
  }

  #commit(endLsn: Lsn): void {
    if (!this.#inTransaction) throw protocolError('a commit without a begin')
    this.#inTransaction = false
    this.#position = endLsn
    this.#handler.commit(endLsn)
  }

  #relation(): void {
    const oid = this.#reader.u32()
    this.#relations.announce(this.#reader, oid)
    this.#reader.at = this.#reader.end
  }

  #truncate(): void {
    const reader = this.#reader
    const count = reader.u32()
    reader.u8() // CASCADE and RESTART IDENTITY: every relation they reach is named.
    if (count * 4 !== reader.end - reader.at) throw protocolError('a truncate is cut short')
    const oids: number[] = []
    for (let index = 0; index < count; index += 1) {
      const oid = reader.u32()
      this.#selectRelation(oid)
      oids.push(oid)
    }
    this.#handler.truncate(oids)
  }

  #message(): void {
    const reader = this.#reader
    const transactional = (reader.u8() & TRANSACTIONAL) !== 0
    if (transactional && !this.#inTransaction) throw protocolError('a transactional message outside of a transaction')
    reader.lsn()
    const prefix = reader.cString()
    const content = reader.bytes(reader.i32())
    this.#handler.message(prefix, content, transactional)
  }
}

function oldRowKind(tuple: number): OldRowKind {
  if (tuple === TUPLE_TYPE.key) return 'key'
  if (tuple === TUPLE_TYPE.old) return 'full'
  throw protocolError(`a tuple has the unknown kind ${tuple}`)
}

const TWO_PHASE: readonly number[] = [
  MESSAGE_TYPE.beginPrepare,
  MESSAGE_TYPE.prepare,
  MESSAGE_TYPE.commitPrepared,
  MESSAGE_TYPE.rollbackPrepared,
  MESSAGE_TYPE.streamPrepare,
]

function describeUnexpected(type: number): string {
  const letter = JSON.stringify(String.fromCharCode(type))
  if (TWO_PHASE.includes(type)) {
    return `message ${letter} belongs to two-phase commit, which was not asked for (was the slot made with two_phase?)`
  }
  return `a message of the unknown type ${letter}`
}
