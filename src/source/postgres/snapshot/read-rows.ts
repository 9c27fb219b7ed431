import type { RowView } from '../../../core/row-view.ts'
import type { TableSchema } from '../../../core/table-schema.ts'
import { copyKeysSql } from './chunk-sql.ts'
import type { CopySession } from './copy-session.ts'
import { CopyRowReader } from './copy-row-reader.ts'

const KEYS_PER_STATEMENT = 500

/**
 * Reads the rows of these keys as they are now, by COPY like the snapshot, so that values have the same form. A key
 * without a row is passed over; a key that is given twice may be answered twice.
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
