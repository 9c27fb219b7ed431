import type { RowFilter } from '../../../core/row-encoder.ts'
import { SyncError } from '../../../core/sync-error.ts'
import type { TableSchema } from '../../../core/table-schema.ts'

/** Compiles a route's `where`. */
export function compileRowFilter(where: string, schema: TableSchema): RowFilter {
  throw new SyncError('CONFIG_INVALID', `the row filter of ${schema.id} is not understood: ${where}`)
}
