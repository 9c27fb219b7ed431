import type { RefusedTable } from '../../../core/source.ts'
import { tableId } from '../../../core/table-id.ts'
import type { SourceColumn, TableSchema } from '../../../core/table-schema.ts'
import type { UsableRelation } from './judge-relation.ts'
import type { ColumnFacts } from './read-relations.ts'
import type { TypeLookup } from './read-types.ts'

const IDENTITIES = { d: 'default', n: 'nothing', f: 'full', i: 'index' } as const

/** Which columns of a table the publication carries. */
export interface PublishedColumns {
  /** Names in a column list; null when the table is published without one. */
  readonly names: ReadonlySet<string> | null
  /** Stored generated columns are published (PostgreSQL 18, `publish_generated_columns = stored`). */
  readonly storedGenerated: boolean
}

/** Whether the stream, and so the snapshot, carries the column. Virtual generated columns are never published. */
export function isPublished(column: ColumnFacts, published: PublishedColumns): boolean {
  if (column.generated === 'v') return false
  if (published.names !== null) return published.names.has(column.name)
  return column.generated === '' || published.storedGenerated
}

/** The shape of a table as it is published, or the refusal when its key is not. */
export function buildSchema(
  usable: UsableRelation,
  columns: readonly ColumnFacts[],
  published: PublishedColumns,
  typeOf: TypeLookup,
): Omit<TableSchema, 'version'> | RefusedTable {
  const { relation, key } = usable
  const id = tableId(relation.schema, relation.name)
  const carried = columns.filter((column) => isPublished(column, published))
  const missing = key.attnums.find((attnum) => !carried.some((column) => column.attnum === attnum))
  if (missing !== undefined) {
    const name = columns.find((column) => column.attnum === missing)?.name
    return {
      table: id,
      code: 'PUBLICATION_UNUSABLE',
      reason: `its key column ${name} is not published`,
      remedy: 'Publish every key column; a generated one needs PostgreSQL 18 and publish_generated_columns = stored.',
    }
  }
  return {
    id,
    schema: relation.schema,
    name: relation.name,
    oid: relation.oid,
    columns: carried.map((column): SourceColumn => ({
      name: column.name,
      attnum: column.attnum,
      type: typeOf(column.type, column.typmod),
      notNull: column.not_null,
      generated: column.generated !== '',
      toastable: column.toastable && relation.has_toast,
    })),
    key: key.attnums.map((attnum) => carried.findIndex((column) => column.attnum === attnum)),
    keySource: key.source,
    replicaIdentity: IDENTITIES[relation.replica_identity],
    kind: relation.kind === 'p' ? 'partitioned' : 'table',
    sizeBytes: Number(relation.size_bytes),
    estimatedRows: Number(relation.estimated_rows),
  }
}
