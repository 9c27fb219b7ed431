import type { ErrorCode } from './error-codes.ts'
import type { PoolUse } from './pool-use.ts'
import type { Guarantee } from './sink.ts'
import type { Blocker } from './source.ts'
import type { SyncError } from './sync-error.ts'
import type { TableId } from './table-id.ts'
import type { TableState } from './table-state.ts'

/** How many rows of each operation a batch applied to one table. */
export interface TableCounts {
  readonly table: TableId
  readonly inserts: number
  readonly updates: number
  readonly deletes: number
  /** Left out by the row filter. */
  readonly filtered: number
  /** Rows in the load, after only the last state of each key was kept. */
  readonly loadedRows: number
  readonly loadedBytes: number
}

/** One record of a batch, told of when single records are asked for. */
export interface RecordSample {
  readonly table: TableId
  readonly operation: 'insert' | 'update' | 'delete'
  /** The row's key as text. A value of a row: never shown as it is unless the operator asked for it. */
  readonly key: string
  /** From when it was received to the commit of its batch. */
  readonly processingMs: number
}

/** Rows of one table whose load failed. */
export interface FailedRows {
  readonly table: TableId
  readonly rows: number
}

/** How a session stands. */
export interface Pulse {
  /** Commit time, by the source's clock, of the oldest transaction that was received and is not in the target; null when there is none. */
  readonly pendingCommitMs: number | null
  /** When the oldest marker was sent that has not come back, by our clock; null when there is none. */
  readonly pendingMarkerMs: number | null
  /** Rows of the batch that fills. */
  readonly gatheringRows: number
  /** Rows of the batch that is on its way. */
  readonly applyingRows: number
  /** WAL between the checkpoint and the end of WAL as the server last told. */
  readonly lagBytes: number
  /** By the stream, since it was opened. */
  readonly receivedBytes: number
  /** In-progress transactions that are held back. */
  readonly spooledBytes: number
  /** Share of the time since the last pulse in which the stream was paused, 0 to 1. */
  readonly pausedRatio: number
  readonly pools: readonly PoolUse[]
}

/** Everything that happens, as one typed value; logs, metrics, health and the live view are views of it. */
export type Signal =
  | {
      readonly tag: 'service-started'
      readonly pipeline: string
      readonly guarantee: Guarantee
      readonly targetVersion: string
    }
  | { readonly tag: 'service-stopping'; readonly reason: string }
  | { readonly tag: 'took-over'; readonly epoch: bigint; readonly position: string }
  | { readonly tag: 'waiting-for-slot'; readonly slot: string; readonly activePid: number | null }
  | { readonly tag: 'table-state'; readonly table: TableId; readonly state: TableState }
  /** A person asked for something; what comes of it is told by `table-state`. */
  | { readonly tag: 'asked'; readonly do: 'pause' | 'resume' | 'resync'; readonly table: TableId; readonly by: string }
  /** Something happened to a table that the stream does not tell: it is copied once more. */
  | { readonly tag: 'copied-anew'; readonly table: TableId; readonly reason: string }
  | {
      readonly tag: 'table-refused'
      readonly table: TableId
      readonly code: string
      readonly reason: string
      readonly remedy: string
    }
  | {
      readonly tag: 'batch-committed'
      readonly number: bigint
      readonly endLsn: string
      readonly transactions: number
      readonly rows: number
      readonly bytes: number
      /** From the first change of the batch to its commit at the target. */
      readonly ageMs: number
      /** From the last source commit in the batch to the commit at the target, by the wall clocks of both. */
      readonly lagMs: number
      /** From the first source commit in the batch, as {@link lagMs}. */
      readonly oldestLagMs: number
      readonly commitMs: number
      /** The part of {@link commitMs} until all rows were sent. */
      readonly loadMs: number
      readonly tables: readonly TableCounts[]
      /** Some of its records, while {@link RecordSampling} is on. */
      readonly samples?: readonly RecordSample[] | undefined
    }
  | { readonly tag: 'checkpoint-moved'; readonly number: bigint; readonly endLsn: string }
  | {
      readonly tag: 'chunk-loaded'
      readonly table: TableId
      readonly chunk: number
      readonly chunks: number
      /** Chunks of this copy that are in the target now, this one included. */
      readonly done: number
      readonly rows: number
      readonly bytes: number
      readonly ms: number
    }
  /** `gate`: it looked too early, or a batch goes first: part of the way things go. `failure`: something failed that may pass. */
  | {
      readonly tag: 'chunk-retaken'
      readonly table: TableId
      readonly chunk: number
      readonly why: 'gate' | 'failure'
      readonly reason: string
    }
  | { readonly tag: 'blocked'; readonly what: string; readonly blockers: readonly Blocker[] }
  | {
      readonly tag: 'values-reread'
      readonly table: TableId
      readonly rows: number
      readonly from: 'target' | 'source'
    }
  | {
      readonly tag: 'attempt-failed'
      readonly what: string
      readonly error: SyncError
      readonly retryInMs: number | null
    }
  /** Two batches are full, by bytes or rows: one on its way, one behind it. Reading waits. Told every 10 s at most while it goes on. */
  | { readonly tag: 'memory-pressure'; readonly heldBytes: number; readonly limitBytes: number }
  /** An attempt to load these rows failed for something that is not theirs; what follows says whether it is repeated. */
  | { readonly tag: 'rows-failed'; readonly code: ErrorCode; readonly tables: readonly FailedRows[] }
  /** The pipeline streams no more; after an error another session may follow. */
  | { readonly tag: 'session-ended'; readonly error: SyncError | null }
  /** A marker that was written into the source's WAL has come back, and everything before it is in the target. */
  | { readonly tag: 'heartbeat'; readonly sentAtMs: number; readonly delayMs: number }
  /** How the session stands, about once a second. */
  | ({ readonly tag: 'pulse' } & Pulse)

/** Whether single records are told of. Asked once for each transaction, so it may change at any time. */
export interface RecordSampling {
  /** Records of each table in each batch that are wanted; 0 when none are. */
  wanted(): number
}

/** Takes signals. Never throws, never waits. */
export interface Signals {
  emit(signal: Signal): void
}
