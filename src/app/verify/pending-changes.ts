import { formatLsn, type Lsn } from '../../core/lsn.ts'
import { quoteIdentifier } from '../../source/postgres/catalog/quote.ts'
import type { Session } from '../../source/postgres/catalog/session.ts'

/** Changes that are looked at; beyond them there is no doubt that some are waiting. */
const MOST_CHANGES = 100_000

/**
 * Whether the source has changes of published tables that are not in the target, which nobody applies at the moment. Reads the
 * slot without moving it. Answers true when that cannot be found out, as when a service takes the slot meanwhile.
 */
export async function hasPendingChanges(
  session: Session,
  stream: { readonly slot: string; readonly publication: string },
  position: Lsn,
): Promise<boolean> {
  const sql = `
    SELECT EXISTS (
      SELECT 1 FROM pg_logical_slot_peek_binary_changes($1, NULL, ${MOST_CHANGES}, 'proto_version', '1', 'publication_names', $2)
       WHERE lsn > $3::pg_lsn) AS waiting`
  try {
    const [row] = await session.query<{ waiting: boolean }>('looking for changes that wait', sql, [
      stream.slot,
      quoteIdentifier(stream.publication),
      formatLsn(position),
    ])
    return row?.waiting ?? true
  } catch {
    return true
  }
}
