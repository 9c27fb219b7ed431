import type { ChangeHandler, ChangeStream, Relation } from './change-stream.ts'
import type { Lsn } from './lsn.ts'
import type { Ownership } from './ownership.ts'
import type { PoolUse } from './pool-use.ts'
import type { RowView } from './row-view.ts'
import type { TableRoute } from './table-route.ts'
import type { TableSchema } from './table-schema.ts'
import type { TableId } from './table-id.ts'

/** Who the source is: a checkpoint made against another server or a restored one is refused. */
export interface SourceIdentity {
  readonly systemId: string
  readonly timeline: number
  /** Positions at which earlier timelines ended: [timeline, its end]. Empty when never promoted. */
  readonly timelineForks: ReadonlyMap<number, Lsn>
  readonly flushedLsn: Lsn
  /** Such as 180004. */
  readonly serverVersionNum: number
}

/** What one transaction's snapshot sees. @see PostgreSQL manual, pg_current_snapshot */
export interface SnapshotView {
  /** Whether the commit of a transaction (32-bit id, as the stream names it) is visible. */
  sees(xid: number): boolean
  /** Whether the id lies below every running transaction: it need not be remembered any more. */
  isSettled(xid: number): boolean
}

/** A part of a table that is copied by one statement. */
export type ChunkRange =
  /** Heap blocks [from, to); `to` null means up to the end, whatever it is by then. */
  | { readonly tag: 'ctid'; readonly fromBlock: number; readonly toBlock: number | null }
  /** Keys in (after, upTo], as text per key column; null is open. */
  | { readonly tag: 'key'; readonly after: readonly string[] | null; readonly upTo: readonly string[] | null }

/** How a table is cut. `relfilenode` names the files that ctid ranges belong to; a rewrite changes it. */
export interface ChunkPlan {
  readonly relfilenode: string
  readonly ranges: readonly ChunkRange[]
  readonly estimatedRows: number
}

/** An open chunk: a repeatable-read transaction that holds ACCESS SHARE on its table. Closing it ends the transaction. */
export interface ChunkReader extends AsyncDisposable {
  readonly snapshot: SnapshotView
  /** WAL position after which no commit can be visible in this snapshot. */
  readonly upperLsn: Lsn
  readonly relfilenode: string
  /**
   * Reads the rows. `onRow` is synchronous; `afterData` is awaited between pieces of data when it returns a promise
   * (back-pressure). Returns the number of rows.
   */
  read(onRow: (row: RowView) => void, afterData: () => Promise<void> | undefined): Promise<number>
}

/** A session of the source that stands in the way, as `check` and progress lines show it. */
export interface Blocker {
  readonly pid: number
  readonly applicationName: string
  readonly state: string
  readonly query: string
  readonly transactionAgeMs: number
}

/** A matched table that cannot take part, and why. */
export interface RefusedTable {
  readonly table: TableId
  readonly code:
    | 'TABLE_NO_KEY'
    | 'TABLE_UNSUPPORTED'
    | 'TYPE_UNSUPPORTED'
    | 'SOURCE_PRIVILEGE'
    | 'PUBLICATION_UNUSABLE'
    | 'SOURCE_NOT_READY'
  readonly reason: string
  /** The SQL that mends it. */
  readonly remedy: string
}

/** A table that takes part. */
export interface DiscoveredTable {
  readonly schema: TableSchema
  readonly route: TableRoute
  /**
   * Names what the table is made of at the source: itself, and its partitions with their files. While it stays the same, the stream
   * tells everything that happens to the table; when it has changed, {@link Source.unseenChange} knows whether it did.
   */
  readonly origin: string
}

/** Something happened to a table that brings no event in the stream: the target's rows are not the table's. */
export interface UnseenChange {
  /** Another table has taken the name: the rows of the target are those of one that is gone. */
  readonly replaced: boolean
  /** What happened, for people. */
  readonly reason: string
}

/** The tables of the source that the pipeline's patterns match. */
export interface DiscoveredTables {
  readonly tables: readonly DiscoveredTable[]
  readonly refused: readonly RefusedTable[]
}

/** A difference between two shapes of a table, in words; null when rows of both look alike. */
export type ShapeDifference = string | null

/** A running stream with the proof that its slot is still ours. Disposing of it ends both. */
export interface OwnedStream extends AsyncDisposable {
  readonly stream: ChangeStream
  readonly ownership: Ownership
}

/** Rows to read again. */
export interface RowsWanted {
  /** Per row: a text for each key column, in key order. */
  readonly keys: readonly (readonly string[])[]
  /** 32-bit ids of transactions that must be visible. */
  readonly mustSee: ReadonlySet<number>
}

/** The source of a pipeline: one database, one slot, one publication. */
export interface Source extends AsyncDisposable {
  identify(): Promise<SourceIdentity>
  /** Reads the catalog anew; makes the publication cover the tables that it may (design: never harm the source). */
  discover(): Promise<DiscoveredTables>
  /** Makes the slot when `mayCreate`. Returns its confirmed position. @throws {SyncError} SLOT_* when it is unusable, lost or missing. */
  ensureSlot(mayCreate: boolean): Promise<{ readonly confirmedLsn: Lsn; readonly created: boolean }>
  /** Waits until the slot is free (progress by signals), then begins to stream from it, paused until the first `resume`. */
  openStream(handler: ChangeHandler, signal: AbortSignal): Promise<OwnedStream>
  /** Compares an announced relation with a known schema, by what the encoder relies on. */
  compareShape(relation: Relation, schema: TableSchema): ShapeDifference
  /**
   * What happened to the table between two looks that the stream does not tell, given its `origin` in both: it was dropped and made
   * again, or a partition was attached with rows, detached, dropped, emptied on its own. Null when the stream tells everything. When that
   * cannot be told, it is taken for unseen.
   */
  unseenChange(table: TableSchema, before: string, now: string): Promise<UnseenChange | null>
  planChunks(table: TableSchema, targetChunkBytes: number): Promise<ChunkPlan>
  openChunk(table: TableSchema, range: ChunkRange, signal: AbortSignal): Promise<ChunkReader>
  /** Waits until every transaction that now holds a lock that allows writing on the table has ended; blockers are told while it waits. */
  waitForWriters(
    table: TableSchema,
    onBlocked: (blockers: readonly Blocker[]) => void,
    signal: AbortSignal,
  ): Promise<void>
  /**
   * Reads rows by key as they are now. A key without a row is not called back.
   *
   * The commit of a transaction reaches the stream before other sessions see it, so the read waits until those of `mustSee` are visible:
   * only then does a missing row mean that it was deleted or moved later. Returns the WAL position after which no commit can be visible
   * in what was read.
   */
  readRows(table: TableSchema, wanted: RowsWanted, onRow: (row: RowView) => void): Promise<Lsn>
  /**
   * Resolves when the WAL is on disk up to this position. What was read may be visible before that (synchronous_commit = off), and a crash
   * of the server would take it back: it is not committed to the target earlier.
   */
  untilFlushed(position: Lsn): Promise<void>
  /** Emits a small logical message so that an idle source's WAL moves past the present position. Returns that position. */
  emitMarker(content: string): Promise<Lsn>
  /** How its connections are used now. */
  pools(): readonly PoolUse[]
}
