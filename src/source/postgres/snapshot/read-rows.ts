import type { Clock } from '../../../core/clock.ts'
import { type Lsn, parseLsn } from '../../../core/lsn.ts'
import type { RowView } from '../../../core/row-view.ts'
import type { RowsWanted } from '../../../core/source.ts'
import type { TableSchema } from '../../../core/table-schema.ts'
import { copyKeysSql } from './chunk-sql.ts'
import type { CopySession } from './copy-session.ts'
import { CopyRowReader } from './copy-row-reader.ts'
import { parseSnapshot } from './snapshot-view.ts'

const KEYS_PER_STATEMENT = 500

/** A commit becomes visible within microseconds, but for synchronous replication: looked at this often. */
const LOOK_AGAIN_MS = 5

/**
 * Reads the rows of these keys as they are now, by COPY like the snapshot, so that values have the same form. A key
 * without a row is passed over; a key that is given twice may be answered twice.
 *
 * All of it is read in one snapshot that sees the wanted transactions. Returns the position after which no commit can be
 * visible in it. The session is left without an open transaction, or cut.
 */
export async function readRows(
  copy: CopySession,
  table: TableSchema,
  request: { readonly wanted: RowsWanted; readonly onRow: (row: RowView) => void; readonly clock: Clock },
): Promise<Lsn> {
  const { wanted, onRow, clock } = request
  const doing = `reading rows of ${table.id} again`
  try {
    const upperLsn = await beginWith(copy, wanted.mustSee, { doing, clock })
    for (let from = 0; from < wanted.keys.length; from += KEYS_PER_STATEMENT) {
      const some = wanted.keys.slice(from, from + KEYS_PER_STATEMENT)
      const reader = new CopyRowReader(table.columns.length, onRow, () => undefined)
      await copy.copyOut(doing, copyKeysSql(table, some), reader)
    }
    await copy.session.query(doing, 'ROLLBACK')
    return upperLsn
  } catch (error) {
    copy.session.destroy()
    throw error
  }
}

/** Begins a transaction whose snapshot sees all of these commits. */
async function beginWith(
  copy: CopySession,
  mustSee: ReadonlySet<number>,
  look: { readonly doing: string; readonly clock: Clock },
): Promise<Lsn> {
  for (;;) {
    const [row] = await copy.session.query<{ snapshot: string; upper_lsn: string }>(
      look.doing,
      `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
       SELECT pg_current_snapshot()::text AS snapshot, pg_current_wal_insert_lsn()::text AS upper_lsn`,
    )
    const snapshot = parseSnapshot(row?.snapshot ?? '')
    if ([...mustSee].every((xid) => snapshot.sees(xid))) return parseLsn(row?.upper_lsn ?? '')
    await copy.session.query(look.doing, 'ROLLBACK')
    await look.clock.sleep(LOOK_AGAIN_MS)
  }
}
