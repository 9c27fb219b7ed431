import type { Clock } from '../../../core/clock.ts'
import { parseLsn, type Lsn } from '../../../core/lsn.ts'
import type { RowView } from '../../../core/row-view.ts'
import type { ChunkRange, ChunkReader, SnapshotView } from '../../../core/source.ts'
import { SyncError } from '../../../core/sync-error.ts'
import type { TableSchema } from '../../../core/table-schema.ts'
import { quoteLiteral } from '../catalog/quote.ts'
import { sqlState } from '../catalog/sql-state.ts'
import { copyRangeSql, tableReference } from './chunk-sql.ts'
import { CopyRowReader } from './copy-row-reader.ts'
import { physicalIdentitySql } from './physical-identity.ts'
import type { Lease } from './session-pool.ts'
import { parseSnapshot } from './snapshot-view.ts'

/** What a chunk needs to know beside its range. */
export interface ChunkRequest {
  readonly table: TableSchema
  readonly range: ChunkRange
  /** How long to wait for the lock behind somebody's DDL before giving up. */
  readonly lockTimeoutMs: number
  /** How long the transaction may last: an old snapshot keeps VACUUM from its work, and the lock makes DDL wait. */
  readonly longestMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

type Beginning = {
  readonly oid: number | null
  readonly identity: string | null
  readonly snapshot: string
  readonly upper_lsn: string
}

/**
 * Begins the transaction of a chunk: repeatable read, ACCESS SHARE on the table first, then the snapshot. LOCK TABLE takes
 * no snapshot, so nothing that changed the table's files can commit between the two. The position is read after the
 * snapshot: whatever is visible has its commit record before it.
 *
 * The lease is given back when the reader is closed, or here when this throws.
 *
 * @throws {SyncError} SNAPSHOT_OUTDATED when the table is not the one that was planned; SOURCE_QUERY when the lock was not
 *   to be had in time; SOURCE_PRIVILEGE; SOURCE_UNREACHABLE. The signal's reason when it is aborted.
 */
export async function openChunk(lease: Lease, request: ChunkRequest): Promise<ChunkReader> {
  const { signal, clock, longestMs } = request
  const { session } = lease.copy
  const cut = (): void => {
    session.destroy()
  }
  const overdue = (): void => {
    session.destroy(new Error(`the chunk was open for ${longestMs} ms and was given up`))
  }
  signal.addEventListener('abort', cut, { once: true })
  const timer = clock.setTimer(longestMs, overdue)
  const release = async (): Promise<void> => {
    timer.cancel()
    signal.removeEventListener('abort', cut)
    await lease[Symbol.asyncDispose]()
  }
  try {
    signal.throwIfAborted()
    const beginning = await begin(lease, request)
    return new CopyChunkReader({ lease, request, beginning, release })
  } catch (error) {
    // A transaction may be open: such a session is not lent again.
    session.destroy()
    await release()
    signal.throwIfAborted()
    throw chunkError(error, request.table)
  }
}

async function begin(lease: Lease, request: ChunkRequest): Promise<Beginning> {
  const { table, lockTimeoutMs } = request
  const name = quoteLiteral(tableReference({ ...table, kind: 'partitioned' }))
  const [beginning] = await lease.copy.session.query<Beginning>(
    `beginning a chunk of ${table.id}`,
    `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
     SET LOCAL lock_timeout = ${Math.round(lockTimeoutMs)};
     LOCK TABLE ${tableReference(table)} IN ACCESS SHARE MODE;
     SELECT c.oid, ${physicalIdentitySql('c')} AS identity, pg_current_snapshot()::text AS snapshot,
            pg_current_wal_insert_lsn()::text AS upper_lsn
       FROM pg_class c WHERE c.oid = to_regclass(${name})`,
  )
  if (beginning?.oid !== table.oid) {
    throw new SyncError('SNAPSHOT_OUTDATED', `${table.id} is another table than before`, { table: table.id })
  }
  return beginning
}

/** SQLSTATEs that say that the table or a column is not there any more. */
const GONE = new Set(['42P01', '42703', '3F000'])
const LOCK_NOT_AVAILABLE = '55P03'

function chunkError(error: unknown, table: TableSchema): unknown {
  const state = sqlState(error) ?? ''
  if (GONE.has(state)) {
    return new SyncError('SNAPSHOT_OUTDATED', `${table.id} was dropped or altered`, { table: table.id, cause: error })
  }
  if (state === LOCK_NOT_AVAILABLE) {
    return new SyncError('SOURCE_QUERY', `${table.id} is locked by a statement that changes the table itself`, {
      table: table.id,
      cause: error,
      remedy: 'Nothing: the chunk is taken again. Let the ALTER TABLE, TRUNCATE or LOCK that holds the table end.',
    })
  }
  return error
}

interface OpenChunk {
  readonly lease: Lease
  readonly request: ChunkRequest
  readonly beginning: Beginning
  readonly release: () => Promise<void>
}

class CopyChunkReader implements ChunkReader {
  readonly snapshot: SnapshotView
  readonly upperLsn: Lsn
  readonly relfilenode: string
  readonly #chunk: OpenChunk
  #closed = false

  constructor(chunk: OpenChunk) {
    this.snapshot = parseSnapshot(chunk.beginning.snapshot)
    this.upperLsn = parseLsn(chunk.beginning.upper_lsn)
    this.relfilenode = chunk.beginning.identity ?? ''
    this.#chunk = chunk
  }

  async read(onRow: (row: RowView) => void, afterData: () => Promise<void> | undefined): Promise<number> {
    const { lease, request } = this.#chunk
    const reader = new CopyRowReader(request.table.columns.length, onRow, afterData)
    const sql = copyRangeSql(request.table, request.range)
    try {
      await lease.copy.copyOut(`copying ${request.table.id}`, sql, reader)
    } catch (error) {
      request.signal.throwIfAborted()
      throw chunkError(error, request.table)
    }
    return reader.rows
  }

  /** Ends the transaction; a session that cannot end it is cut, which ends it as well. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const { session } = this.#chunk.lease.copy
    try {
      if (session.isUsable) await session.query('ending a chunk', 'ROLLBACK')
    } catch {
      session.destroy()
    }
    await this.#chunk.release()
  }
}
