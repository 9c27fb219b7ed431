import type { Lsn } from '../core/lsn.ts'
import type { RecordSample } from '../core/signals.ts'
import type { TableRecord } from '../core/sink.ts'
import type { TableId } from '../core/table-id.ts'
import type { TableEntry } from './table-registry.ts'
import type { TransactionDraft } from './transaction-draft.ts'
import type { TableLoad } from './table-load.ts'

/** What a batch does to one table. */
export interface BatchTable {
  readonly entry: TableEntry
  readonly load: TableLoad
  /** Transactions of the batch that touched the table; kept only while the table is copied. */
  readonly xids: number[]
}

/** A record that is to be told of when the batch is in the target. */
export interface RecordSeen extends Omit<RecordSample, 'processingMs'> {
  /** Monotonic time at which it was received. */
  readonly atMs: number
}

/** Whole source transactions on their way into one target transaction. */
export class Batch {
  readonly tables = new Map<TableId, BatchTable>()
  /** Table states that change with this batch. */
  readonly records = new Map<TableId, TableRecord>()
  /** Tables whose rows this batch makes newer than its end, with nothing else new in their state. */
  readonly ahead = new Map<TableId, TableRecord>()
  /** Records to be told of, by table; empty unless somebody asked. */
  readonly seen = new Map<TableId, RecordSeen[]>()
  transactions = 0
  rows = 0
  /** Of them, those that were sent as parts. */
  sentRows = 0
  /** Of what is still to be sent. */
  bytes = 0
  /** Monotonic time of the first change; null while there is none. */
  firstChangeAtMs: number | null = null
  /** End LSN of the last whole transaction; null while there is none. */
  endLsn: Lsn | null = null
  commitTimeUs = 0n
  /** Source commit time of the first whole transaction; null while there is none. */
  firstCommitTimeUs: bigint | null = null
  /** Rows of this batch were sent before its end was known: it is one large transaction, and cannot be sent again from memory. */
  partsSent = 0
  /** No transaction may follow. */
  ended = false
  /** A large transaction whose rows follow those of the tables above, and which ends the batch. */
  draft: TransactionDraft | null = null
  /** Settled when the batch is in the target, or never will be. */
  readonly committed = Promise.withResolvers<void>()

  constructor() {
    // Nobody need wait for it.
    this.committed.promise.catch(() => undefined)
  }

  /** Rows that are held in memory, or on disk by the draft. */
  get heldRows(): number {
    return this.rows - this.sentRows
  }

  /** Nothing to tell the target. */
  get isEmpty(): boolean {
    const { rows, records, partsSent, tables, draft } = this
    return rows === 0 && records.size === 0 && partsSent === 0 && tables.size === 0 && draft === null
  }

  /** The tables that it changes, with the transactions that did, as far as a copy of the table must know them. */
  get touched(): ReadonlyMap<TableId, readonly number[]> {
    const touched = new Map<TableId, readonly number[]>([...this.tables].map(([id, { xids }]) => [id, xids]))
    const { draft } = this
    if (draft) for (const id of draft.counts.keys()) touched.set(id, [...(touched.get(id) ?? []), draft.xid])
    return touched
  }

  /** Takes a table out: its target stays as of the checkpoint before. */
  leaveOut(table: TableId, record: TableRecord): void {
    const left = this.tables.get(table)
    if (left) {
      this.bytes -= left.load.body.bytes
      this.tables.delete(table)
    }
    this.seen.delete(table)
    this.draft?.leaveOut(table)
    this.records.set(table, record)
  }

  /** Gives all rows back. */
  release(): void {
    for (const { entry, load } of this.tables.values()) entry.returnLoad(load)
    this.tables.clear()
    this.draft?.discard()
  }
}
