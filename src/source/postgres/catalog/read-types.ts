import type { SourceType } from '../../../core/table-schema.ts'
import { SyncError } from '../../../core/sync-error.ts'
import type { Session } from './session.ts'

/** A use of a type, with what its kind needs. */
type TypeFacts = {
  readonly oid: number
  readonly typmod: number
  readonly name: string
  readonly schema: string
  readonly display: string
  readonly kind: SourceType['kind']
  /** Domain: base type. Array: element. Range: subtype. Multirange: its range. Else null. */
  readonly inner_oid: number | null
  readonly inner_typmod: number
  readonly enum_labels: readonly string[] | null
  readonly attribute_names: readonly string[] | null
  readonly attribute_types: readonly string[] | null
  readonly attribute_typmods: readonly number[] | null
}

/**
 * Follows types down to what they are made of. An array is a type that its element names as its array: int2vector and
 * oidvector have elements too, but a text form of their own.
 */
const TYPES_SQL = `
  WITH RECURSIVE used(oid, typmod) AS (
    SELECT DISTINCT atttypid, atttypmod FROM pg_attribute
     WHERE attrelid = ANY($1::oid[]) AND attnum > 0 AND NOT attisdropped
    UNION
    SELECT part.oid, part.typmod FROM used u
      JOIN pg_type t ON t.oid = u.oid
     CROSS JOIN LATERAL (
       SELECT t.typbasetype, t.typtypmod WHERE t.typtype = 'd'
       UNION ALL SELECT t.typelem, u.typmod WHERE t.typelem <> 0
       UNION ALL SELECT r.rngsubtype, -1 FROM pg_range r WHERE r.rngtypid = t.oid
       UNION ALL SELECT r.rngtypid, -1 FROM pg_range r WHERE r.rngmultitypid = t.oid
       UNION ALL SELECT a.atttypid, a.atttypmod FROM pg_attribute a
                  WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
     ) part(oid, typmod)
  )
  SELECT u.oid, u.typmod, t.typname::text AS name, n.nspname::text AS schema, format_type(u.oid, u.typmod) AS display,
         CASE WHEN e.oid IS NOT NULL THEN 'array'
              ELSE CASE t.typtype WHEN 'b' THEN 'base' WHEN 'd' THEN 'domain' WHEN 'e' THEN 'enum'
                                  WHEN 'c' THEN 'composite' WHEN 'r' THEN 'range' WHEN 'm' THEN 'multirange'
                                  ELSE 'pseudo' END
         END AS kind,
         coalesce(e.oid, nullif(t.typbasetype, 0), r.rngsubtype, m.rngtypid) AS inner_oid,
         CASE WHEN e.oid IS NOT NULL THEN u.typmod WHEN t.typtype = 'd' THEN t.typtypmod ELSE -1 END AS inner_typmod,
         CASE WHEN t.typtype = 'e' THEN ARRAY(SELECT l.enumlabel::text FROM pg_enum l WHERE l.enumtypid = t.oid
                                               ORDER BY l.enumsortorder) END AS enum_labels,
         c.names AS attribute_names, c.types AS attribute_types, c.typmods AS attribute_typmods
    FROM used u
    JOIN pg_type t ON t.oid = u.oid
    JOIN pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_type e ON e.typarray = t.oid
    LEFT JOIN pg_range r ON r.rngtypid = t.oid
    LEFT JOIN pg_range m ON m.rngmultitypid = t.oid
    LEFT JOIN LATERAL (
      SELECT array_agg(a.attname::text ORDER BY a.attnum) AS names,
             array_agg(a.atttypid::int8::text ORDER BY a.attnum) AS types,
             array_agg(a.atttypmod ORDER BY a.attnum) AS typmods
        FROM pg_attribute a
       WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    ) c ON t.typtype = 'c'`

/** Finds a type as one of the columns uses it. @throws {SyncError} SNAPSHOT_OUTDATED when it was not read. */
export type TypeLookup = (oid: number, typmod: number) => SourceType

/** Reads the types of all columns of these relations. */
export async function readTypes(session: Session, oids: readonly number[]): Promise<TypeLookup> {
  return buildTypes(await session.query<TypeFacts>('reading the types of the columns', TYPES_SQL, [oids]))
}

/** Builds the trees of {@link SourceType}, each node once. */
function buildTypes(rows: readonly TypeFacts[]): TypeLookup {
  const facts = new Map(rows.map((row) => [`${row.oid}:${row.typmod}`, row]))
  const built = new Map<string, SourceType>()
  const lookup: TypeLookup = (oid, typmod) => {
    const id = `${oid}:${typmod}`
    const known = built.get(id)
    if (known !== undefined) return known
    const row = facts.get(id)
    if (row === undefined) throw new SyncError('SNAPSHOT_OUTDATED', `type ${oid} changed while the catalog was read`)
    const type = buildType(row, lookup)
    built.set(id, type)
    return type
  }
  return lookup
}

function buildType(row: TypeFacts, lookup: TypeLookup): SourceType {
  const { oid, typmod, name, schema, display, kind } = row
  return {
    oid,
    typmod,
    name,
    schema,
    display,
    kind,
    inner: row.inner_oid === null ? undefined : lookup(row.inner_oid, row.inner_typmod),
    enumLabels: row.enum_labels ?? undefined,
    attributes: row.attribute_names?.map((attribute, index) => ({
      name: attribute,
      type: lookup(Number(row.attribute_types?.[index]), row.attribute_typmods?.[index] ?? -1),
    })),
  }
}
