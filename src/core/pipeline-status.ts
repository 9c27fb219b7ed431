import type { Lsn } from './lsn.ts'
import type { Guarantee } from './sink.ts'
import type { RefusedTable } from './source.ts'
import type { TableId } from './table-id.ts'
import type { TableState } from './table-state.ts'

/** How a pipeline stands, read from the target's `_sync_*` tables and the source's slot; the service need not run. */
export interface PipelineStatus {
  readonly pipeline: string
  /** Null when the pipeline has never run. */
  readonly guarantee: Guarantee | null
  readonly checkpoint: CheckpointStatus | null
  /** Null when there is no such slot. */
  readonly slot: SlotStatus | null
  /** Age of the last source transaction in the target when later ones exist, else 0; null when unknown. */
  readonly lagMs: number | null
  /** WAL between the checkpoint and the source's present position; null when unknown. */
  readonly lagBytes: number | null
  readonly tables: readonly TableStatus[]
  /** What the running service measures; null when it does not answer, absent when it was not asked. */
  readonly activity?: ServiceActivity | null | undefined
}

/** What the running service measures of itself. */
export interface ServiceActivity {
  readonly recordsPerSecond: number
  /** Records whose load failed, per attempt, since it started. */
  readonly recordsFailed: number
  /** By the label that the table has in metrics: see {@link tableLabel}. */
  readonly tables: ReadonlyMap<string, TableActivity>
}

/** What is measured of one job; null what is not exposed for it (yet). */
export interface TableActivity {
  readonly lagSeconds: number | null
  readonly recordsPerSecond: number | null
  readonly recordsFailed: number
}

/** Up to where the target holds the source. */
export interface CheckpointStatus {
  readonly number: bigint
  readonly endLsn: Lsn
  /** Source commit time of the last transaction, milliseconds since 1970-01-01 UTC; null when there was none. */
  readonly commitTimeMs: number | null
  readonly epoch: bigint
}

/** The pipeline's replication slot. */
export interface SlotStatus {
  readonly name: string
  /** Pid of the walsender that reads it; null when no service is connected. */
  readonly activePid: number | null
  readonly confirmedLsn: Lsn
  /** WAL that the source keeps for it. */
  readonly retainedBytes: number
  /** `reserved`, `extended`, `unreserved` or `lost`. @see PostgreSQL manual, pg_replication_slots */
  readonly walStatus: string
}

/** One job. */
export interface TableStatus {
  readonly table: TableId
  /** `database.table`. */
  readonly target: string
  readonly state: TableState
  /** Chunks of the first copy; absent outside of one. */
  readonly chunks?: { readonly loaded: number; readonly planned: number } | undefined
  /** Why a table that waits is not copied; absent when it will be. */
  readonly refused?: Omit<RefusedTable, 'table'> | undefined
}
