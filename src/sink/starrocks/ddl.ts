import type { TableRoute } from '../../core/table-route.ts'
import type { TableSchema } from '../../core/table-schema.ts'
import type { CompiledTable, TargetColumn } from './compiled-table.ts'
import { quoteIdentifier, quoteString } from './sql-text.ts'

const SMALL_TABLE_BYTES = 128 * 1024 * 1024
const MEDIUM_TABLE_BYTES = 1024 * 1024 * 1024
const BYTES_PER_BUCKET = 2 * 1024 * 1024 * 1024
const MAX_BUCKETS = 128

/** How a target table is made. */
export interface CreateTableOptions {
  readonly buckets: number
  /** For people, shown by SHOW CREATE TABLE. */
  readonly comment?: string | undefined
  /** True: nothing happens when the table is there. */
  readonly ifNotExists?: boolean | undefined
}

/**
 * Buckets for a table of that size: each bucket in a load makes a new rowset, so small tables have 1 to 3.
 * @see reference/starrocks.md 7
 */
export function bucketsFor(schema: Pick<TableSchema, 'sizeBytes'>, route: Pick<TableRoute, 'buckets'>): number {
  if (route.buckets !== undefined) return route.buckets
  if (schema.sizeBytes < SMALL_TABLE_BYTES) return 1
  if (schema.sizeBytes < MEDIUM_TABLE_BYTES) return 3
  return Math.min(MAX_BUCKETS, 3 + Math.floor(schema.sizeBytes / BYTES_PER_BUCKET))
}

const columnLine = (column: TargetColumn): string =>
  `  ${quoteIdentifier(column.name)} ${column.type} ${column.nullable ? 'NULL' : 'NOT NULL'}`

const names = (columns: readonly TargetColumn[]): string =>
  columns.map((column) => quoteIdentifier(column.name)).join(', ')

/**
 * CREATE TABLE of a Primary Key table, its clauses in the order that StarRocks asks for; distributed by the whole key, as
 * the first column alone may hold few values. @see reference/starrocks.md 3
 */
export function createTableSql(
  compiled: Pick<CompiledTable, 'columns'>,
  route: Pick<TableRoute, 'targetDatabase' | 'properties'>,
  table: string,
  options: CreateTableOptions,
): string {
  const key = compiled.columns.filter((column) => column.partOfKey)
  const properties = Object.entries(route.properties).map(
    ([name, value]) => `  "${name.replaceAll('"', '')}" = "${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
  )
  return [
    `CREATE TABLE ${options.ifNotExists === true ? 'IF NOT EXISTS ' : ''}${quoteIdentifier(route.targetDatabase)}.${quoteIdentifier(table)} (`,
    compiled.columns.map(columnLine).join(',\n'),
    ')',
    `PRIMARY KEY (${names(key)})`,
    ...(options.comment === undefined ? [] : [`COMMENT ${quoteString(options.comment)}`]),
    `DISTRIBUTED BY HASH (${names(key)}) BUCKETS ${options.buckets}`,
    ...(properties.length === 0 ? [] : [`PROPERTIES (\n${properties.join(',\n')}\n)`]),
  ].join('\n')
}
