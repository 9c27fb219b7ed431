import type { TableRoute } from '../../../core/table-route.ts'
import type { Session } from './session.ts'

/** A relation that a pattern could mean, before anything more is known of it. */
export type ListedRelation = {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** pg_class.relkind: r table, p partitioned, v view, m materialized view, f foreign table. */
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f'
  /** Partitioned tables above it, nearest first; empty when it is not a partition. */
  readonly ancestors: readonly number[]
}

const LIST_SQL = `
  SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
         CASE WHEN c.relispartition
              THEN ARRAY(SELECT a.relid::oid::int8::text FROM pg_partition_ancestors(c.oid) WITH ORDINALITY a(relid, level)
                          WHERE a.relid <> c.oid ORDER BY a.level)
              ELSE '{}' END AS ancestors
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
     AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
   ORDER BY n.nspname, c.relname`

/** Where the pipeline's patterns send a table; null when they do not mean it. */
export type TableMatcher = (schema: string, table: string) => TableRoute | null

/**
 * The relations that the patterns mean. A partition counts as part of the topmost table above it that is meant too: the
 * publication announces its rows under that name.
 */
export async function listRelations(session: Session, matches: TableMatcher): Promise<readonly ListedRelation[]> {
  const rows = await session.query<Omit<ListedRelation, 'ancestors'> & { ancestors: readonly string[] }>(
    'listing the tables',
    LIST_SQL,
  )
  const listed = rows
    .filter((row) => matches(row.schema, row.name) !== null)
    .map((row) => ({ ...row, ancestors: row.ancestors.map(Number) }))
  return withoutCoveredPartitions(listed)
}

/** Leaves out every partition one of whose ancestors is in the list. */
function withoutCoveredPartitions(listed: readonly ListedRelation[]): readonly ListedRelation[] {
  const oids = new Set(listed.map((relation) => relation.oid))
  return listed.filter((relation) => !relation.ancestors.some((oid) => oids.has(oid)))
}
