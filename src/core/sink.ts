import type { Checkpoint } from './checkpoint.ts'
import type { Ownership } from './ownership.ts'
import type { PoolUse } from './pool-use.ts'
import type { LoadFormat, RowEncoder, RowFilter } from './row-encoder.ts'
import type { TableId } from './table-id.ts'
import type { TableRoute } from './table-route.ts'
import type { TableSchema } from './table-schema.ts'
import type { TableState } from './table-state.ts'
import type { ChunkRange } from './source.ts'

/** What the target promises for this pipeline. `atomic`: exactly once, whole source transactions across tables. `converging`: at least once per table, equal in the end. */
export type Guarantee = 'atomic' | 'converging'

/** A target table that is ready to be loaded, and the encoders for it. */
export interface SinkTable {
  readonly id: TableId
  readonly schema: TableSchema
  readonly route: TableRoute
  /** The physical table that loads of this generation go to. */
  readonly targetName: string
  readonly encoders: Readonly<Record<LoadFormat, RowEncoder>>
  readonly filter: RowFilter | null
}

/** Bytes of a load that are not in memory. They can be read as often as they are needed. */
export interface StoredBody {
  readonly length: number
  /** The bytes in order; each piece is valid until the next one is asked for. */
  pieces(): AsyncIterable<Buffer>
}

/** One table's rows within a batch or chunk. Complete records, at most one per key. */
export interface Load {
  readonly table: SinkTable
  readonly format: LoadFormat
  readonly body: Buffer | StoredBody
  readonly rows: number
}

/** A row of `_sync_tables`. */
export interface TableRecord {
  readonly table: TableId
  readonly state: TableState
  /** The plan whose chunks the ledger counts; absent outside `snapshotting`. */
  readonly relfilenode?: string | undefined
  readonly ranges?: readonly ChunkRange[] | undefined
  /** What the table was made of at the source when the target's rows were taken: `DiscoveredTable.origin`. */
  readonly origin?: string | undefined
}

/** A row of `_sync_chunks`: this range of this generation is in the target. */
export interface ChunkRecord {
  readonly table: TableId
  readonly generation: number
  readonly chunk: number
  readonly rows: number
  /** WAL position after which no commit can be visible in what was read. */
  readonly upperLsn: bigint
}

/** The open target transaction of one batch. Each call throws SyncError; after a throw only `rollback` may follow. */
export interface BatchWriter {
  /** Sends one table's rows. Loads of different tables may overlap; those of one table go in order. */
  send(load: Load): Promise<void>
  /**
   * Commits data, table records and checkpoint as one, and believes the answer only when the label's state says so.
   * @throws {SyncError} SINK_REPLACED when another writer has committed what follows this number.
   */
  commit(checkpoint: Checkpoint, tables: readonly TableRecord[]): Promise<void>
  /** Brings the attempt to an end; when that cannot be proved now, the next `openBatch` does. Never throws. */
  rollback(): Promise<void>
}

/** The open target transaction of one chunk: streamed, never kept in memory. */
export interface ChunkWriter {
  /** Takes encoded rows; resolves when more may be given. The bytes are copied or sent before it resolves. */
  write(bytes: Buffer): Promise<void>
  /** Commits the rows with their line in the ledger; in converging mode the ledger follows the rows. Resolves when visible. */
  commit(record: ChunkRecord): Promise<void>
  /** Resolves when the chunk's transaction is known to be aborted, or can no longer commit. */
  rollback(): Promise<void>
}

/** The begin of a batch: a writer, or the news that an earlier attempt with this number is in the target after all. */
export type BatchOpening =
  | { readonly tag: 'open'; readonly writer: BatchWriter }
  | { readonly tag: 'already-committed'; readonly checkpoint: Checkpoint }

/** What the target holds of this pipeline. */
export interface SinkState {
  readonly checkpoint: Checkpoint | null
  readonly tables: readonly TableRecord[]
  readonly chunks: readonly ChunkRecord[]
}

/** Values that an update left unchanged, read back from the target; encoded as in the given format. */
export interface ReadBackRow {
  /** The encoded key that was asked for. */
  readonly key: Buffer
  /** Per asked column: its encoded bytes; or the format cannot carry one of them. */
  readonly fields: readonly Buffer[] | 'needs-json'
}

/** The target of a pipeline. */
export interface Sink extends AsyncDisposable {
  readonly guarantee: Guarantee
  /** Server version as it calls itself, for people. */
  readonly version: string
  /** Makes the databases and the `_sync_*` tables where absent. */
  prepare(): Promise<void>
  /** How its connections are used now. */
  pools(): readonly PoolUse[]
  /**
   * After the slot was got: ends every open transaction of this pipeline, drops what an older epoch left behind, and
   * reads the rows. Does not raise the epoch: the first commit does.
   * @throws {SyncError} what `ownership` throws: a process that was replaced meanwhile ends nothing of its successor.
   */
  takeOver(ownership: Ownership): Promise<SinkState>
  /** Reads the checkpoint row as it is now; null before the first one (or before {@link prepare}). */
  readCheckpoint(): Promise<Checkpoint | null>
  /** Creates or adopts the target table of a generation. @throws {SyncError} TARGET_SHAPE, TYPE_UNSUPPORTED with the table. */
  openTable(schema: TableSchema, route: TableRoute): Promise<SinkTable>
  /**
   * Creates the empty shadow that a table is copied into anew, under a name unique to epoch and number, marked with its generation.
   */
  openShadow(schema: TableSchema, route: TableRoute, name: ShadowName): Promise<SinkTable>
  /** The generation that the live target table is marked with; 0 when it carries no mark, null when there is no such table. */
  liveGeneration(route: TableRoute): Promise<number | null>
  /** Puts the shadow in the place of the live table, which is dropped. Only while no load on either is open and all are visible. */
  swap(shadow: SinkTable, ownership: Ownership): Promise<SinkTable>
  /**
   * Begins the batch that follows `previous`, in its next attempt, once the attempts before are aborted for good. Number 0
   * stands for no row yet. The transaction's time limit is reckoned from `expectedBytes`.
   * @throws {SyncError} SINK_REPLACED when the row is another writer's, CHECKPOINT_BEHIND when it is older than `previous`.
   */
  openBatch(previous: Checkpoint, ownership: Ownership, expectedBytes?: number): Promise<BatchOpening>
  openChunk(table: SinkTable, chunk: ChunkName, ownership: Ownership): Promise<ChunkWriter>
  /** Resolves when the last committed batch is visible to readers. */
  untilVisible(): Promise<void>
  /** Reads columns back by key; keys without a row are left out. Only after {@link untilVisible}. */
  readBack(
    table: SinkTable,
    format: LoadFormat,
    keys: readonly Buffer[],
    columns: readonly number[],
  ): Promise<readonly ReadBackRow[]>
  /**
   * Finds the table of a batch whose rows are refused, by loading each one alone without committing.
   * A transient error is thrown and blames nobody.
   */
  findRejected(loads: readonly Load[], ownership: Ownership): Promise<readonly RejectedLoad[]>
  /**
   * Delete records (as the encoder writes them) for every key that the target has, or `too-many` when there are more than `limitRows`.
   * Only after {@link untilVisible}.
   */
  deletesOfAll(table: SinkTable, format: LoadFormat, limitRows: number): Promise<readonly DeleteRecord[] | 'too-many'>
  /** Empties the table by the numbered step that follows a checkpoint, which a stalled twin cannot repeat (design: statements that destroy). */
  truncate(table: SinkTable, after: Checkpoint, ownership: Ownership): Promise<void>
}

/** What makes a shadow's name unique: a late statement about it can only fail. */
export interface ShadowName {
  readonly epoch: bigint
  readonly number: bigint
  readonly generation: number
}

/** An encoded delete and how many of its first bytes are the key. */
export interface DeleteRecord {
  readonly record: Buffer
  readonly keyLength: number
}

/** What makes a chunk's label unique. */
export interface ChunkName {
  readonly epoch: bigint
  readonly generation: number
  readonly chunk: number
  readonly attempt: number
  readonly format: LoadFormat
}

/** A load that the target refuses for its rows. */
export interface RejectedLoad {
  readonly table: TableId
  readonly reason: string
  readonly rowKey?: string | undefined
}
