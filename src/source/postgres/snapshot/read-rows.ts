import type { RowView } from '../../../core/row-view.ts'
import type { TableSchema } from '../../../core/table-schema.ts'
import { copyKeysSql } from './chunk-sql.ts'
import type { CopySession } from './copy-session.ts'
import { CopyRowReader } from './copy-row-reader.ts'

const KEYS_PER_STATEMENT = 500

/**
 * Reads the rows of these keys as they are now, by COPY like the snapshot, so that values have the same form. A key
 * without a row is passed over; a key that is given twice may be answered twice.
 *
 * The joins that would read the whole table are switched off: a list of keys is looked up, one by one.
 */
export async function readRows(
  copy: CopySession,
  table: TableSchema,
  keys: readonly (readonly string[])[],
  onRow: (row: RowView) => void,
): Promise<void> {
  const doing = `reading rows of ${table.id} again`
  for (let from = 0; from < keys.length; from += KEYS_PER_STATEMENT) {
    const some = keys.slice(from, from + KEYS_PER_STATEMENT)
    const reader = new CopyRowReader(table.columns.length, onRow, () => undefined)
    await copy.copyOut(doing, copyKeysSql(table, some), reader)
  }
}

/** Settings of the sessions that read snapshots and single rows. */
export const COPY_SETTINGS = {
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
} as const
