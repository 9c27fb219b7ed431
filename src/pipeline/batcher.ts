import type { ChangeHandler, Draft, OldRowKind, Relation, TransactionHead } from '../core/change-stream.ts'
import type { Clock } from '../core/clock.ts'
import type { ErrorCode } from '../core/error-codes.ts'
import { SyncError } from '../core/sync-error.ts'
import { laterLsn, type Lsn, ZERO_LSN } from '../core/lsn.ts'
import type { RowView } from '../core/row-view.ts'
import type { TableId } from '../core/table-id.ts'
import { Batch, type BatchTable } from './batch.ts'
import type { Drafts } from './drafts.ts'
import type { LateTruncates } from './late-truncates.ts'
import type { TableEntry, TableRegistry } from './table-registry.ts'
import type { RowProblem } from './table-load.ts'
import type { TransactionDraft } from './transaction-draft.ts'

/** What the batcher asks of the session around it. All are called in the read loop: they note and return. */
export interface BatcherEvents {
  /** Something changed that the apply loop should look at. */
  wake(): void
  /** A relation that no table of the pipeline has: the catalog should be read again. */
  unknownRelation(relation: Relation): void
  /** The announced shape is not the known one; returns the difference in words, or null when rows look alike. */
  compareShape(relation: Relation, entry: TableEntry): string | null
  /** The source emptied a table. */
  truncated(entry: TableEntry): void
  /** A logical message of any transaction or none. */
  message(prefix: string, content: Buffer): void
}

const NO_ENTRY = -1

/**
 * Groups whole source transactions into batches: the change handler of the stream.
 *
 * Runs in the read loop: bytes go from the row view into the table's load, nothing else happens per row. Transactions that the target
 * has already (their commit lies before `startAfter`) are passed over.
 */
export class Batcher implements ChangeHandler {
  /** The batch that fills. */
  current = new Batch()
  /** A transaction is being received. */
  inTransaction = false
  /** A large transaction that was begun cannot be carried on: the session must begin anew from the checkpoint. */
  broken: string | null = null
  /** The server has sent everything up to here, and all of it is in `current` or before. */
  seenLsn: Lsn
  readonly #registry: TableRegistry
  readonly #clock: Clock
  readonly #events: BatcherEvents
  readonly #drafts: Drafts
  readonly #lateTruncates: LateTruncates
  readonly #maxBytes: number
  readonly #maxRows: number
  readonly #startAfter: Lsn
  #skipping = false
  #head: TransactionHead = { xid: 0, commitLsn: ZERO_LSN, commitTimeUs: 0n }
  #lastOid = NO_ENTRY
  #last: BatchTable | null = null

  constructor(deps: {
    readonly registry: TableRegistry
    readonly clock: Clock
    readonly events: BatcherEvents
    readonly drafts: Drafts
    readonly lateTruncates: LateTruncates
    readonly maxBatchBytes: number
    readonly maxBatchRows: number
    readonly startAfter: Lsn
  }) {
    this.#registry = deps.registry
    this.#clock = deps.clock
    this.#events = deps.events
    this.#drafts = deps.drafts
    this.#lateTruncates = deps.lateTruncates
    this.#maxBytes = deps.maxBatchBytes
    this.#maxRows = deps.maxBatchRows
    this.#startAfter = deps.startAfter
    this.seenLsn = deps.startAfter
  }

  /** Takes the batch out, to be applied; only between transactions. */
  seal(): Batch {
    const sealed = this.current
    this.current = new Batch()
    this.#forgetLast()
    return sealed
  }

  /** Takes a table out of the batch that fills. */
  quarantine(
    entry: TableEntry,
    code: ErrorCode,
    problem: { readonly reason: string; readonly rowKey?: string | undefined },
  ): void {
    const sinceLsn = this.inTransaction ? this.#head.commitLsn : this.seenLsn
    entry.state = { tag: 'quarantined', sinceLsn, code, reason: problem.reason, rowKey: problem.rowKey }
    entry.close()
    const { id } = entry.schema
    if (this.current.tables.get(id)?.load.partSent === true) this.broken = `${id} was taken out of a large transaction`
    this.current.leaveOut(id, { table: id, state: entry.state })
    this.#forgetLast()
    this.#events.wake()
  }

  begin(head: TransactionHead): void {
    if (this.current.ended) throw new SyncError('INTERNAL', 'a transaction came into a batch that has ended')
    this.inTransaction = true
    this.#head = head
    this.#skipping = head.commitLsn < this.#startAfter
    this.#lateTruncates.begin(head.commitLsn)
    this.#forgetLast()
  }

  relation(relation: Relation): void {
    this.#forgetLast()
    const entry = this.#registry.byOid(relation.oid)
    if (!entry) {
      this.#events.unknownRelation(relation)
      return
    }
    if (!entry.applies || this.#skipping) return
    const difference = this.#events.compareShape(relation, entry)
    if (difference !== null) this.quarantine(entry, 'TABLE_SHAPE_CHANGED', { reason: difference })
  }

  insert(relationOid: number, row: RowView): void {
    const table = this.#table(relationOid)
    if (table === null) return
    const before = table.load.body.bytes
    this.#added(table, before, table.load.insert(row))
  }

  update(relationOid: number, row: RowView, old: RowView, oldKind: OldRowKind): void {
    const table = this.#table(relationOid)
    if (table === null) return
    const before = table.load.body.bytes
    this.#added(table, before, table.load.update(row, old, oldKind))
  }

  delete(relationOid: number, old: RowView, oldKind: OldRowKind): void {
    const table = this.#table(relationOid)
    if (table === null) return
    const before = table.load.body.bytes
    this.#added(table, before, table.load.delete(old, oldKind))
  }

  truncate(relationOids: readonly number[]): void {
    for (const oid of relationOids) {
      this.#lateTruncates.truncated(oid)
      this.#forgetLast()
      const table = this.#table(oid)
      if (table === null) continue
      const before = table.load.body.bytes
      if (table.load.partSent) {
        this.#lateTruncates.note(oid)
        this.broken = `${table.entry.schema.id} was truncated within a large transaction`
      }
      table.load.truncate()
      this.#events.truncated(table.entry)
      this.#added(table, before, null)
    }
  }

  message(prefix: string, content: Buffer): void {
    this.#events.message(prefix, content)
  }

  commit(endLsn: Lsn): void {
    this.inTransaction = false
    // A transaction that is passed over lies before the position that the session started from.
    this.seenLsn = laterLsn(this.seenLsn, endLsn)
    if (this.#skipping) {
      this.#skipping = false
      return
    }
    const batch = this.current
    batch.transactions++
    batch.endLsn = endLsn
    batch.commitTimeUs = this.#head.commitTimeUs
    if (batch.firstChangeAtMs === null) return
    if (this.#lateTruncates.areExpected) batch.ended = true
    batch.firstCommitTimeUs ??= this.#head.commitTimeUs
    this.#events.wake()
  }

  draft(xid: number): Draft | null {
    return this.#drafts.begin(xid)
  }

  /** The batch ends with it: nothing may be delivered before the batch was taken out. */
  takeDraft(draft: Draft, head: TransactionHead, endLsn: Lsn): boolean {
    this.#skipping = head.commitLsn < this.#startAfter
    if (this.#skipping) {
      draft.discard()
    } else {
      const taken = this.#drafts.take(draft)
      if (taken === null || !this.#agreeInFormat(taken)) return false
      this.#head = head
      for (const relation of taken.unknown) this.#events.unknownRelation(relation)
      if (taken.rows === 0) taken.discard()
      else this.#closeWith(taken)
    }
    this.commit(endLsn)
    return true
  }

  idle(walEnd: Lsn): void {
    if (walEnd <= this.seenLsn) return
    this.seenLsn = walEnd
    this.#events.wake()
  }

  /** The table's part of the batch, or null when its changes are not applied. */
  #table(oid: number): BatchTable | null {
    if (this.#skipping) return null
    if (oid === this.#lastOid) return this.#last
    const entry = this.#registry.byOid(oid)
    this.#lastOid = oid
    this.#last = entry?.applies === true && !this.#lateTruncates.isVoid(oid) ? this.#tableOf(entry) : null
    if (this.#last) this.#last.load.xid = this.#head.xid
    return this.#last
  }

  #tableOf(entry: TableEntry): BatchTable {
    const id: TableId = entry.schema.id
    let table = this.current.tables.get(id)
    if (!table) {
      table = { entry, load: entry.takeLoad(), xids: [] }
      this.current.tables.set(id, table)
    }
    return table
  }

  #added(table: BatchTable, bytesBefore: number, problem: RowProblem | null): void {
    if (problem) {
      this.quarantine(table.entry, 'ROW_REJECTED', problem)
      return
    }
    const { current } = this
    current.rows++
    current.bytes += table.load.body.bytes - bytesBefore
    if (current.firstChangeAtMs === null) current.firstChangeAtMs = this.#clock.monotonicMs()
    if (table.entry.state.tag === 'snapshotting') this.#noteXid(table)
    if (table.load.formatClash) this.broken = `${table.entry.schema.id} needs another format within a large transaction`
    if (current.bytes >= this.#maxBytes || current.heldRows >= this.#maxRows) this.#events.wake()
  }

  #closeWith(draft: TransactionDraft): void {
    const { current } = this
    current.draft = draft
    current.ended = true
    current.rows += draft.rows
    current.bytes += draft.bytes
    current.firstChangeAtMs ??= this.#clock.monotonicMs()
  }

  /** Loads of one table in one transaction of the target have one format. */
  #agreeInFormat(draft: TransactionDraft): boolean {
    for (const [entry, format] of draft.formats) {
      const load = this.current.tables.get(entry.schema.id)?.load
      if (load === undefined || load.body.format === format) continue
      if (format === 'csv') {
        draft.discard()
        return false
      }
      load.useJson()
    }
    return true
  }

  #noteXid(table: BatchTable): void {
    if (table.xids.at(-1) !== this.#head.xid) table.xids.push(this.#head.xid)
  }

  /** A table was opened, closed or changed its state: what is remembered of the last row's table is forgotten. */
  tablesChanged(): void {
    this.#forgetLast()
  }

  #forgetLast(): void {
    this.#lastOid = NO_ENTRY
    this.#last = null
  }
}
