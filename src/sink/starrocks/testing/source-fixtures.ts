import { KIND_NULL, KIND_TEXT, KIND_UNCHANGED, RowView } from '../../../core/row-view.ts'
import { tableId } from '../../../core/table-id.ts'
import type { TableRoute } from '../../../core/table-route.ts'
import type { SourceColumn, SourceType, TableSchema } from '../../../core/table-schema.ts'
import type { ServerFeatures } from '../compiled-table.ts'

/** Stands for an unchanged value in {@link rowOf}. */
export const UNCHANGED: unique symbol = Symbol('unchanged')
/** A value as {@link rowOf} takes it: text, NULL or unchanged. */
export type SourceValue = string | null | typeof UNCHANGED

/** What a 4.0 server can do. */
export const FEATURES: ServerFeatures = {
  version: '4.0.2',
  multiTableTransactions: true,
  maxDecimalPrecision: 76,
  maxVarcharBytes: 1_048_576,
}

/** What a 3.1 server can do. */
export const OLD_FEATURES: ServerFeatures = { ...FEATURES, version: '3.1.9', maxDecimalPrecision: 38 }

/** A type of pg_catalog by its catalog name; `_int4` is an array of int4. */
export function sourceType(name: string, typmod = -1): SourceType {
  const base = { oid: 1, typmod, name, schema: 'pg_catalog', display: name }
  if (name.startsWith('_')) return { ...base, kind: 'array', inner: sourceType(name.slice(1)) }
  return { ...base, kind: 'base' }
}

/** numeric(precision, scale). */
export const numericType = (precision: number, scale: number): SourceType =>
  sourceType('numeric', ((precision << 16) | (scale & 0x7ff)) + 4)

/** A schema of columns by name; the first `keyCount` are the key. */
export function schemaOf(columns: Readonly<Record<string, string | SourceType>>, keyCount = 1): TableSchema {
  return {
    id: tableId('public', 't'),
    schema: 'public',
    name: 't',
    oid: 16_384,
    version: 1,
    columns: Object.entries(columns).map(([name, type], index): SourceColumn => ({
      name,
      attnum: index + 1,
      type: typeof type === 'string' ? sourceType(type) : type,
      notNull: index < keyCount,
      generated: false,
      toastable: true,
    })),
    key: Array.from({ length: keyCount }, (_, index) => index),
    keySource: 'primary-key',
    replicaIdentity: 'default',
    kind: 'table',
    sizeBytes: 0,
    estimatedRows: 0,
  }
}

/** A route of the fixture schema. */
export const routeOf = (parts: Partial<TableRoute> = {}): TableRoute => ({
  table: tableId('public', 't'),
  targetDatabase: 'shop',
  targetTable: 't',
  excludeColumns: [],
  delete: 'hard',
  columnTypes: {},
  properties: {},
  ...parts,
})

/** A row view of texts, in the order of the schema's columns. */
export function rowOf(values: readonly SourceValue[]): RowView {
  const parts = values.map((value) => Buffer.from(typeof value === 'string' ? value : ''))
  const row = new RowView(values.length)
  row.reset(Buffer.concat([Buffer.from('xy'), ...parts]), values.length)
  let at = 2
  for (const [column, value] of values.entries()) {
    row.kinds[column] = value === null ? KIND_NULL : value === UNCHANGED ? KIND_UNCHANGED : KIND_TEXT
    row.starts[column] = at
    row.lengths[column] = parts[column]?.length ?? 0
    if (value === UNCHANGED) row.unchangedCount++
    at += row.lengths[column] ?? 0
  }
  return row
}
