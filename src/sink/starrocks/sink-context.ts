import type { Clock } from '../../core/clock.ts'
import type { FailPoints } from '../../core/fail-points.ts'
import type { SinkTable } from '../../core/sink.ts'
import type { CompiledTable } from './compiled-table.ts'
import type { LabelOwner } from './labels.ts'
import type { SqlClient } from './mysql/sql-client.ts'
import type { SinkTimeouts } from './target.ts'
import type { TransactionClient } from './transaction-client.ts'

/** A target table that this process has opened. */
export interface StarRocksTable extends SinkTable {
  readonly compiled: CompiledTable
}

/** What the parts of the sink share. */
export interface SinkContext {
  readonly owner: LabelOwner
  readonly client: TransactionClient
  readonly sql: SqlClient
  readonly clock: Clock
  readonly failPoints: FailPoints
  readonly timeouts: SinkTimeouts
  /** Aborted when the sink is closed. */
  readonly closing: AbortSignal
  /** Random letters and digits for labels that nobody else is to name. */
  nonce(): string
  /** The table as it was opened. @throws {SyncError} INTERNAL when this sink did not open it. */
  opened(table: SinkTable): StarRocksTable
}
