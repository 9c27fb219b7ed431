import { SyncError } from '../../core/sync-error.ts'
import type { TableSchema } from '../../core/table-schema.ts'

/** The column that marks rows whose source row was deleted, with `delete: soft`. */
export const SOFT_DELETE_COLUMN = '_sync_deleted'
/** The name by which a load says upsert or delete. @see reference/starrocks.md 3 */
export const OPERATION_FIELD = '__op'

/**
 * The target's name for a source column: what is not a letter, digit or underscore of ASCII becomes an underscore, and
 * a name that begins like StarRocks' own (`__op`, `__row`) gets a `c` before it. @see reference/starrocks.md 3, 5
 */
function targetColumnName(sourceName: string): string {
  const plain = sourceName.replaceAll(/[^A-Za-z0-9_]/gu, '_')
  return /^__(?:op|row)/iu.test(plain) ? `c${plain}` : plain
}

/**
 * Names of the target columns of `columns` (indexes into the schema), in that order.
 *
 * @throws {SyncError} TARGET_UNSUPPORTED when two become one: StarRocks does not tell upper from lower case.
 */
export function targetColumnNames(schema: TableSchema, columns: readonly number[], softDelete: boolean): string[] {
  const taken = new Map<string, string>()
  if (softDelete) taken.set(SOFT_DELETE_COLUMN, "the sync's own mark of deleted rows")
  return columns.map((index) => {
    const source = schema.columns[index]?.name ?? ''
    const target = targetColumnName(source)
    const other = taken.get(target.toLowerCase())
    if (other !== undefined) {
      throw new SyncError(
        'TARGET_UNSUPPORTED',
        `column "${source}" of ${schema.id} would have the name ${target} in the target, as has ${other}; StarRocks does not tell upper from lower case`,
        {
          table: schema.id,
          remedy: `Leave it out with exclude_columns: ["${source}"], or rename one of them: ALTER TABLE ${schema.id} RENAME COLUMN "${source}" TO ...;`,
        },
      )
    }
    taken.set(target.toLowerCase(), `column "${source}"`)
    return target
  })
}
