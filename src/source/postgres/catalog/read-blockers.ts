import type { Blocker } from '../../../core/source.ts'
import type { Session } from './session.ts'

/** A transaction that stands in the way, with the names by which it can be found again. */
export interface BlockingTransaction extends Blocker {
  /** `backend/local id`; a prepared transaction keeps the one of its session, or has `-1/xid`. */
  readonly virtualTransaction: string
}

type BlockerRow = {
  readonly virtual_transaction: string
  readonly pid: number | null
  readonly application_name: string | null
  readonly state: string | null
  readonly query: string | null
  readonly age_ms: string | null
}

/**
 * Describes the holders of locks. Every role sees every lock; of other roles' sessions the query is hidden unless it has
 * pg_read_all_stats. A prepared transaction has no session: the statement that would end it is shown instead.
 */
const describeHoldersSql = (locks: string): string => `
  SELECT DISTINCT ON (l.virtualtransaction) l.virtualtransaction AS virtual_transaction, l.pid,
         a.application_name, CASE WHEN l.pid IS NULL THEN 'prepared' ELSE a.state END AS state,
         CASE WHEN l.pid IS NULL THEN format('ROLLBACK PREPARED %L -- or COMMIT PREPARED', p.gid) ELSE a.query END AS query,
         (1000 * extract(epoch FROM clock_timestamp() - coalesce(p.prepared, a.xact_start)))::int8::text AS age_ms
    FROM (${locks}) l
    LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    LEFT JOIN pg_locks x
      ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid' AND x.mode = 'ExclusiveLock'
     AND x.virtualtransaction = l.virtualtransaction
    LEFT JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
   ORDER BY l.virtualtransaction`

/** Modes under which a transaction may change rows, or may have. */
const WRITE_MODES = `('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`

const WRITERS_SQL = describeHoldersSql(`
  SELECT virtualtransaction, pid FROM pg_locks
   WHERE locktype = 'relation' AND granted AND mode IN ${WRITE_MODES}
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
     AND (relation = $1 OR relation IN (SELECT relid FROM pg_partition_tree($1::oid::regclass)))`)

/** Every transaction that has an id holds the lock of that id, in whatever database it is. */
const WITH_ID_SQL = describeHoldersSql(`
  SELECT virtualtransaction, pid FROM pg_locks
   WHERE locktype = 'transactionid' AND granted AND mode = 'ExclusiveLock' AND pid IS DISTINCT FROM pg_backend_pid()`)

/** The transactions that hold a lock under which they may have changed rows of a table or of its partitions. */
export async function readWriters(session: Session, tableOid: number): Promise<readonly BlockingTransaction[]> {
  const rows = await session.query<BlockerRow>('looking for writing transactions', WRITERS_SQL, [tableOid])
  return rows.map(blocker)
}

/** The transactions of the whole server that have changed something: the making of a slot waits for them. */
export async function readTransactionsWithId(session: Session): Promise<readonly BlockingTransaction[]> {
  const rows = await session.query<BlockerRow>('looking for running transactions', WITH_ID_SQL)
  return rows.map(blocker)
}

function blocker(row: BlockerRow): BlockingTransaction {
  return {
    virtualTransaction: row.virtual_transaction,
    pid: row.pid ?? 0,
    applicationName: row.application_name ?? '',
    state: row.state ?? 'unknown',
    query: row.query ?? '',
    transactionAgeMs: Number(row.age_ms ?? 0),
  }
}
