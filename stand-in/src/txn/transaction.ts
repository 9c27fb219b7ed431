import type { StagedRows } from '../load/apply-sql.ts'
import type { TableLoad } from '../load/table-load.ts'
import type { DuckConnection } from '../storage/duck.ts'

/**
 * PREPARE -> PREPARED -> COMMITTED -> VISIBLE; ABORTED from the first two (reference/starrocks.md 2).
 */
export type TxnStatus = 'PREPARE' | 'PREPARED' | 'COMMITTED' | 'VISIBLE' | 'ABORTED'

/** Who began it: a plain stream load, the transaction interface for one table or for several, a merge commit, a statement. */
export type TxnKind = 'plain' | 'single' | 'multi' | 'merge' | 'insert'

/** Multi-table tasks have states of their own; the spelling is StarRocks' (2.1). */
export type MultiState = 'BEGIN' | 'COMMITING' | 'COMMITED' | 'ABORTING' | 'CANCELLED'

/** Rows of one table that wait, on disk, for their publication. */
export interface HardenedRows extends StagedRows {
  readonly tableId: number
}

/** What a transaction counted over all its tables (1.3). */
export interface TxnCounts {
  total: number
  loaded: number
  filtered: number
  unselected: number
  bytes: number
}

/** One StarRocks transaction. */
export class Transaction {
  readonly id: number
  readonly database: string
  readonly label: string
  readonly kind: TxnKind
  readonly beginMs: number
  /** The table of single-table transactions. */
  readonly tableName: string | undefined
  readonly tableId: number | undefined
  status: TxnStatus = 'PREPARE'
  multiState: MultiState = 'BEGIN'
  reason = ''
  timeoutMs: number
  idleTimeoutMs: number | undefined
  preparedTimeoutMs = 0
  lastActiveMs: number
  preparedMs: number | undefined
  commitMs: number | undefined
  finishMs: number | undefined
  /** Bytes over all loads: the limits count them together (2). */
  bodyBytes = 0
  /** Bytes that its bodies have brought, until it is over. */
  heldBytes = 0
  /** The BE that its begin went to, and that every load must go to (2). */
  backEndId: number | undefined
  /** The same for each table of a multi-table transaction. */
  readonly loadBackEndIds = new Map<string, number>()
  errorLog: string | undefined
  /** Where `log_rejected_record_num` keeps refused rows. */
  rejectedPath: string | undefined
  /** The refused rows, as information_schema.load_tracking_logs shows them. */
  trackingLog = ''
  hardened: HardenedRows[] = []
  readonly counts: TxnCounts = { total: 0, loaded: 0, filtered: 0, unselected: 0, bytes: 0 }
  readonly tableNames = new Set<string>()
  readonly loads = new Map<string, TableLoad>()
  /** Requests under way, by table or operation; while there are any, what the transaction holds is not released. */
  readonly busy = new Set<string>()
  /** get_load_state does not know it any more. */
  isForgotten = false
  /** A commit or prepare is under way: nobody else may end the transaction. */
  isEnding = false
  connection: Promise<DuckConnection> | undefined

  constructor(begin: {
    readonly id: number
    readonly database: string
    readonly label: string
    readonly kind: TxnKind
    readonly nowMs: number
    readonly timeoutMs: number
    readonly table?: { readonly id: number; readonly name: string } | undefined
  }) {
    this.id = begin.id
    this.database = begin.database
    this.label = begin.label
    this.kind = begin.kind
    this.beginMs = begin.nowMs
    this.lastActiveMs = begin.nowMs
    this.timeoutMs = begin.timeoutMs
    this.tableName = begin.table?.name
    this.tableId = begin.table?.id
    if (begin.table !== undefined) this.tableNames.add(begin.table.name)
  }

  get isFinal(): boolean {
    return this.status === 'VISIBLE' || this.status === 'ABORTED'
  }

  /** Whether it counts against `max_running_txn_num_per_db` (7). */
  get isRunning(): boolean {
    return this.status === 'PREPARE' || this.status === 'PREPARED'
  }

  /** Whether get_load_state knows it: a multi-table transaction is registered by its first load (2.1). */
  get isRegistered(): boolean {
    return this.kind !== 'multi' || this.tableNames.size > 0 || this.status !== 'PREPARE'
  }

  touches(tableId: number): boolean {
    if (this.tableId === tableId || this.hardened.some((rows) => rows.tableId === tableId)) return true
    for (const load of this.loads.values()) if (load.table.id === tableId) return true
    return false
  }
}
