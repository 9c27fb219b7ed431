import { parseLsn, type Lsn } from '../../../core/lsn.ts'
import type { Session } from './session.ts'

const FLUSH_SINCE = 170_000

/**
 * Writes a small logical message into the WAL, so that an idle server's position moves. Returns its position. It is not
 * transactional: it is sent as soon as it is flushed, which is at once from PostgreSQL 17 on and within
 * `wal_writer_delay` before.
 */
export async function emitMarker(
  session: Session,
  message: { readonly prefix: string; readonly content: string },
  serverVersionNum: number,
): Promise<Lsn> {
  const flush = serverVersionNum >= FLUSH_SINCE ? ', flush => true' : ''
  const [row] = await session.query<{ lsn: string }>(
    'marking a position',
    `SELECT pg_logical_emit_message(false, $1::text, $2::text${flush})::text AS lsn`,
    [message.prefix, message.content],
  )
  return parseLsn(row?.lsn ?? '0/0')
}
