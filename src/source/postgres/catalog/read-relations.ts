import type { Session } from './session.ts'

/** The facts of one relation that decide whether and how it can be copied. */
export type RelationFacts = {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f'
  /** p permanent, u unlogged, t temporary. */
  readonly persistence: 'p' | 'u' | 't'
  /** d default, n nothing, f full, i index. */
  readonly replica_identity: 'd' | 'n' | 'f' | 'i'
  readonly owner: string
  /** We may do what its owner may. */
  readonly owned: boolean
  /** We may read it: USAGE on the schema and SELECT on the table. */
  readonly readable: boolean
  /** Row-level security would hide rows from us. */
  readonly row_security: boolean
  /** It or one of its partitions has a TOAST table. */
  readonly has_toast: boolean
  /** Heap, TOAST not counted; all partitions. */
  readonly size_bytes: string
  /** All partitions; -1 when one was never analysed. */
  readonly estimated_rows: string
}

/** A column of a relation, dropped ones left out. */
export type ColumnFacts = {
  readonly relation: number
  readonly attnum: number
  readonly name: string
  readonly type: number
  readonly typmod: number
  readonly not_null: boolean
  /** Empty, s stored or v virtual. */
  readonly generated: '' | 's' | 'v'
  /** A value may have been moved to the TOAST table. */
  readonly toastable: boolean
}

/** A unique index of a relation. */
export type IndexFacts = {
  readonly relation: number
  readonly name: string
  readonly primary: boolean
  readonly replica_identity: boolean
  /** Valid, checked at once (not deferrable), of all rows (not partial) and of plain columns. */
  readonly usable: boolean
  /** Key columns in the index's order; INCLUDE columns left out. */
  readonly attnums: readonly number[]
}

/** A leaf partition of a relation that is partitioned. */
export type LeafFacts = {
  readonly relation: number
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: string
  readonly persistence: string
  readonly replica_identity: 'd' | 'n' | 'f' | 'i'
  /** Names of the columns that its old rows carry in the WAL; null when there are none. */
  readonly identity: readonly string[] | null
  /** Names its files: TRUNCATE and rewrites change it. */
  readonly filenode: string
  /** It has bytes now. */
  readonly has_data: boolean
  /** It, or a partitioned table between, became a partition after it was made: rows of before are in no stream. */
  readonly attached: boolean
  /** The transaction that made it a partition: the latest one, when it is one of a table that was attached in turn. */
  readonly linked_by: string
}

/** Everything that {@link judgeTable} wants to know of some relations. */
export interface CatalogFacts {
  readonly relations: readonly RelationFacts[]
  /** By the relation's oid, as the others; a relation without any has no entry. */
  readonly columns: ReadonlyMap<number, readonly ColumnFacts[]>
  readonly indexes: ReadonlyMap<number, readonly IndexFacts[]>
  readonly leaves: ReadonlyMap<number, readonly LeafFacts[]>
}

/** Reads the facts of these relations; one that is gone meanwhile is left out. */
export async function readRelations(session: Session, oids: readonly number[]): Promise<CatalogFacts> {
  const doing = 'reading the catalog'
  return {
    relations: await session.query<RelationFacts>(doing, RELATIONS_SQL, [oids]),
    columns: byRelation(await session.query<ColumnFacts>(doing, COLUMNS_SQL, [oids])),
    indexes: byRelation(await session.query<IndexFacts>(doing, INDEXES_SQL, [oids])),
    leaves: byRelation(await session.query<LeafFacts>(doing, LEAVES_SQL, [oids])),
  }
}

function byRelation<Row extends { readonly relation: number }>(
  rows: readonly Row[],
): ReadonlyMap<number, readonly Row[]> {
  return Map.groupBy(rows, (row) => row.relation)
}

const RELATIONS_SQL = `
  SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
         c.relpersistence::text AS persistence, c.relreplident::text AS replica_identity,
         pg_get_userbyid(c.relowner)::text AS owner, pg_has_role(c.relowner, 'USAGE') AS owned,
         has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
         row_security_active(c.oid) AS row_security,
         s.has_toast, s.size_bytes::text, s.estimated_rows::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   CROSS JOIN LATERAL (
     SELECT coalesce(bool_or(l.reltoastrelid <> 0), false) AS has_toast,
            coalesce(sum(pg_relation_size(l.oid)), 0) AS size_bytes,
            CASE WHEN bool_and(l.reltuples >= 0) THEN sum(l.reltuples)::int8 ELSE -1 END AS estimated_rows
       FROM (SELECT c.oid WHERE c.relkind <> 'p'
             UNION ALL
             SELECT p.relid FROM pg_partition_tree(c.oid) p WHERE c.relkind = 'p' AND p.isleaf) part(oid)
       JOIN pg_class l ON l.oid = part.oid AND l.relkind IN ('r', 'm')
   ) s
   WHERE c.oid = ANY($1::oid[])
   ORDER BY n.nspname, c.relname`

/**
 * A value can lie in the TOAST table when its type has no fixed length and is not always kept plain; ALTER COLUMN SET
 * STORAGE changes only values that are written later, so the type's own storage counts as well.
 */
const COLUMNS_SQL = `
  SELECT a.attrelid AS relation, a.attnum::int4, a.attname::text AS name, a.atttypid AS type, a.atttypmod AS typmod,
         a.attnotnull AS not_null, a.attgenerated::text AS generated,
         a.attlen = -1 AND (a.attstorage <> 'p' OR t.typstorage <> 'p') AS toastable
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
   WHERE a.attrelid = ANY($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY a.attrelid, a.attnum`

const INDEXES_SQL = `
  SELECT i.indrelid AS relation, c.relname::text AS name, i.indisprimary AS primary,
         i.indisreplident AS replica_identity,
         i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AS usable,
         (string_to_array(i.indkey::text, ' ')::int4[])[1:i.indnkeyatts] AS attnums
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
   WHERE i.indrelid = ANY($1::oid[]) AND i.indisunique
   ORDER BY i.indrelid, i.indisprimary DESC, c.relname`

/**
 * A table and its link to a parent have one xmin when it was made as a partition. Its own xmin is taken from a system
 * column, whose entry nothing ever updates.
 */
const LEAVES_SQL = `
  SELECT r.oid AS relation, l.oid, n.nspname::text AS schema, l.relname::text AS name, l.relkind::text AS kind,
         l.relpersistence::text AS persistence, l.relreplident::text AS replica_identity,
         (SELECT array_agg(a.attname::text)
            FROM pg_index i
            JOIN pg_attribute a ON a.attrelid = i.indrelid
             AND a.attnum = ANY((string_to_array(i.indkey::text, ' ')::int2[])[1:i.indnkeyatts])
           WHERE i.indrelid = l.oid AND i.indisvalid AND i.indimmediate
             AND CASE l.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END
         ) AS identity,
         coalesce(pg_relation_filenode(l.oid), 0)::text AS filenode, pg_relation_size(l.oid) > 0 AS has_data,
         links.attached, links.linked_by
    FROM pg_class r
   CROSS JOIN LATERAL pg_partition_tree(r.oid) p
    JOIN pg_class l ON l.oid = p.relid
    JOIN pg_namespace n ON n.oid = l.relnamespace
   CROSS JOIN LATERAL (
     SELECT bool_or(i.xmin <> a.xmin) AS attached,
            (array_agg(i.xmin::text ORDER BY age(i.xmin)))[1] AS linked_by
       FROM pg_partition_ancestors(l.oid) x
       JOIN pg_inherits i ON i.inhrelid = x.relid
       JOIN pg_attribute a ON a.attrelid = x.relid AND a.attnum = -1
      WHERE x.relid <> r.oid AND x.relid NOT IN (SELECT relid FROM pg_partition_ancestors(r.oid))
   ) links
   WHERE r.oid = ANY($1::oid[]) AND r.relkind = 'p' AND p.isleaf AND l.relkind <> 'p'
   ORDER BY r.oid, n.nspname, l.relname`
