import type { TableId } from '../../src/core/table-id.ts'
import type { TableSchema } from '../../src/core/table-schema.ts'

/** A schema of text columns. */
export function tableSchemaOf(id: TableId, columns: readonly string[], key: readonly number[]): TableSchema {
  const [schema = '', name = ''] = id.split('.')
  const type = { oid: 25, typmod: -1, name: 'text', schema: 'pg_catalog', display: 'text', kind: 'base' } as const
  return {
    id,
    schema,
    name,
    oid: 1000,
    version: 1,
    columns: columns.map((column, i) => ({
      name: column,
      attnum: i + 1,
      type,
      notNull: key.includes(i),
      generated: false,
      toastable: !key.includes(i),
    })),
    key,
    keySource: 'primary-key',
    replicaIdentity: 'default',
    kind: 'table',
    sizeBytes: 0,
    estimatedRows: 0,
  }
}
