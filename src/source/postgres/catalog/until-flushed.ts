import { type Lsn, parseLsn } from '../../../core/lsn.ts'
import type { Session } from './session.ts'

/**
 * Resolves when the WAL is on disk up to a position. A commit that waits for the disk (`synchronous_commit = on`, as a session has it by
 * default) takes everything before it along, so one is made when the position is still ahead.
 * @see PostgreSQL manual, "Asynchronous Commit"
 */
export async function untilFlushed(session: Session, position: Lsn): Promise<void> {
  for (;;) {
    const [row] = await session.query<{ lsn: string }>(
      'asking how far the WAL is on disk',
      'SELECT pg_current_wal_flush_lsn()::text AS lsn',
    )
    if (parseLsn(row?.lsn ?? '') >= position) return
    await session.query(
      'bringing the WAL to disk',
      `BEGIN; SET LOCAL synchronous_commit = local; SELECT pg_logical_emit_message(true, 'pg_starrocks_sync', 'flush'); COMMIT`,
    )
  }
}
