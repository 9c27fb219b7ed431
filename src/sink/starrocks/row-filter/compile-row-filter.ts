import type { RowFilter } from '../../../core/row-encoder.ts'
import { SyncError } from '../../../core/sync-error.ts'
import type { TableSchema } from '../../../core/table-schema.ts'
import { FilterError } from './filter-error.ts'
import { FilterCompiler } from './filter-compiler.ts'
import { parsePredicate } from './parse-predicate.ts'
import { TRUE } from './verdict.ts'

/**
 * Compiles a route's `where`: rows for which it is true are in the target.
 *
 * It understands columns, literals and casts of literals, = <> < <= > >=, AND OR NOT, IN, BETWEEN, LIKE, ILIKE, IS
 * [NOT] NULL, TRUE, FALSE or UNKNOWN, and COLLATE "C"; each with the meaning that PostgreSQL gives it (under
 * TimeZone=UTC), over the text of the row. Text is equal when its bytes are, as it is under every deterministic
 * collation; its order is known under COLLATE "C" only.
 *
 * @throws {SyncError} CONFIG_INVALID for everything else, with the place and what to write instead.
 */
export function compileRowFilter(where: string, schema: TableSchema): RowFilter {
  try {
    const compiler = new FilterCompiler(schema)
    const verdict = compiler.predicate(parsePredicate(where))
    return { columns: [...compiler.columns].toSorted((a, b) => a - b), accepts: (row) => verdict(row) === TRUE }
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    const near = where.slice(error.position, error.position + 20)
    throw new SyncError(
      'CONFIG_INVALID',
      `where of ${schema.id}, character ${error.position + 1}${near === '' ? '' : ` (${JSON.stringify(near)})`}: ${error.message}`,
      {
        table: schema.id,
        cause: error,
        remedy: error.suggestion === '' ? undefined : `In where: ${error.suggestion}.`,
      },
    )
  }
}
