import type { Lsn } from './lsn.ts'
import type { RowView } from './row-view.ts'
import type { TableId } from './table-id.ts'

/** A relation as the stream announces it: the shape of the rows that follow. */
export interface Relation {
  readonly oid: number
  readonly table: TableId
  readonly replicaIdentity: 'default' | 'nothing' | 'full' | 'index'
  readonly columns: readonly RelationColumn[]
}

/** A column of a {@link Relation}. */
export interface RelationColumn {
  readonly name: string
  readonly typeOid: number
  readonly typmod: number
  readonly partOfKey: boolean
}

/** What the old tuple of an update or delete holds: nothing, the key columns (others null), or the whole row. */
export type OldRowKind = 'none' | 'key' | 'full'

/** The head of a source transaction. */
export interface TransactionHead {
  /** The transaction's id, 32 bits. */
  readonly xid: number
  /** LSN of the commit record (not the position: that is the end LSN in `commit`). */
  readonly commitLsn: Lsn
  /** Commit time, microseconds since 1970-01-01 UTC. */
  readonly commitTimeUs: bigint
}

/**
 * Takes the changes of a transaction whose commit is not known yet, so that little is left to do when it comes. Nothing of it
 * counts before {@link ChangeHandler.takeDraft}; calls are as those of {@link ChangeHandler} inside a transaction.
 */
export interface Draft {
  /** Whether it may still be taken. Once false it stays so: it has given back what it held, and need not be told more. */
  readonly usable: boolean
  relation(relation: Relation): void
  insert(relationOid: number, row: RowView): void
  update(relationOid: number, row: RowView, old: RowView, oldKind: OldRowKind): void
  delete(relationOid: number, old: RowView, oldKind: OldRowKind): void
  /** It will not be taken: the transaction has aborted, or holds what no draft can. */
  discard(): void
}

/**
 * Takes what the source decoded: whole transactions, in commit order, one after another; called in the read loop, so
 * every call is synchronous and cheap. An aborted transaction is never seen. Row views are valid during the call only.
 */
export interface ChangeHandler {
  begin(head: TransactionHead): void
  /** Comes before the first row of a relation and again when its shape changed. Inside a transaction. */
  relation(relation: Relation): void
  insert(relationOid: number, row: RowView): void
  /** `old` is meaningful when `oldKind` is not `none`; `key` means that the key has changed. */
  update(relationOid: number, row: RowView, old: RowView, oldKind: OldRowKind): void
  delete(relationOid: number, old: RowView, oldKind: OldRowKind): void
  truncate(relationOids: readonly number[]): void
  /** A logical message (`pg_logical_emit_message`). */
  message(prefix: string, content: Buffer, transactional: boolean): void
  /** The transaction ends at `endLsn`. */
  commit(endLsn: Lsn): void
  /** Transaction `xid` is sent while it is in progress: its draft, or null when it is to come after its commit only. */
  draft(xid: number): Draft | null
  /**
   * Between transactions: the draft's transaction has committed. True when the draft stands for all of it, from begin to commit;
   * false when it is of no use and the transaction must be delivered like any other.
   */
  takeDraft(draft: Draft, head: TransactionHead, endLsn: Lsn): boolean
  /** Between transactions: the server has sent everything up to `walEnd`, and nothing of it concerned us. */
  idle(walEnd: Lsn): void
}

/** What a stream tells of itself for status and metrics. */
export interface StreamProgress {
  /** End of WAL as the server last told. */
  readonly serverWalEnd: Lsn
  readonly receivedBytes: number
  /** In-progress transactions held back, in memory and on disk. */
  readonly spooledBytes: number
}

/** A running replication stream. Closing it frees the slot. */
export interface ChangeStream extends AsyncDisposable {
  /** Stops reading from the socket until {@link resume}; positions are still reported to the server in time. */
  pause(): void
  resume(): void
  /** Everything before `position` is durable in the target: the slot may forget it. Never goes back. */
  confirm(position: Lsn): void
  /** The position that the server starts at: its `confirmed_flush_lsn` when the stream began. */
  readonly startedAt: Lsn
  progress(): StreamProgress
  /** Ends when the stream ended: rejects with a SyncError when it was not closed by us. */
  readonly ended: Promise<void>
}
