import type { Session } from './session.ts'

/** What a publication says of itself. */
export interface Publication {
  readonly owner: string
  /** We may alter it. */
  readonly owned: boolean
  readonly allTables: boolean
  /** Published whole, also tables that are made later. */
  readonly schemas: readonly string[]
  /** Of insert, update, delete, truncate: those it publishes. */
  readonly operations: readonly string[]
  readonly viaRoot: boolean
  /** `publish_generated_columns = stored` (PostgreSQL 18). */
  readonly storedGenerated: boolean
  /** What it carries in the end, by `schema.table`, partitions under the name that is announced. */
  readonly tables: ReadonlyMap<string, PublishedTable>
}

/** A table as a publication carries it. */
interface PublishedTable {
  /** The column list; null when there is none. */
  readonly columns: ReadonlySet<string> | null
  /** SQL of the row filter. */
  readonly rowFilter: string | null
}

type PublicationRow = {
  readonly owner: string
  readonly owned: boolean
  readonly all_tables: boolean
  readonly operations: readonly string[]
  readonly via_root: boolean
  readonly stored_generated: boolean
}

type TableRow = {
  readonly schema: string
  readonly name: string
  readonly columns: readonly string[] | null
  readonly row_filter: string | null
}

/** Columns of the catalog that came with later versions are read as JSON, so that one text serves 14 to 18. */
const PUBLICATION_SQL = `
  SELECT pg_get_userbyid(p.pubowner)::text AS owner, pg_has_role(p.pubowner, 'USAGE') AS owned,
         p.puballtables AS all_tables,
         array_remove(ARRAY[CASE WHEN pubinsert THEN 'insert' END, CASE WHEN pubupdate THEN 'update' END,
                            CASE WHEN pubdelete THEN 'delete' END, CASE WHEN pubtruncate THEN 'truncate' END], NULL)
           AS operations,
         p.pubviaroot AS via_root,
         coalesce(to_jsonb(p) ->> 'pubgencols', 'n') = 's' AS stored_generated
    FROM pg_publication p WHERE p.pubname = $1`

const SCHEMAS_SQL = `
  SELECT n.nspname::text AS schema
    FROM pg_publication p
    JOIN pg_publication_namespace s ON s.pnpubid = p.oid
    JOIN pg_namespace n ON n.oid = s.pnnspid
   WHERE p.pubname = $1`

/** pg_publication_tables names every column where there is no list; a list is only what the table's own entry has. */
const TABLES_SQL = `
  SELECT t.schemaname::text AS schema, t.tablename::text AS name, to_jsonb(t) ->> 'rowfilter' AS row_filter,
         (SELECT array_agg(a.attname::text)
            FROM pg_publication_rel r
            JOIN pg_publication p ON p.oid = r.prpubid AND p.pubname = t.pubname
            JOIN pg_attribute a ON a.attrelid = r.prrelid
             AND a.attnum = ANY(string_to_array(btrim(to_jsonb(r) ->> 'prattrs', '[]'), ', ')::int2[])
           WHERE r.prrelid = to_regclass(format('%I.%I', t.schemaname, t.tablename))) AS columns
    FROM pg_publication_tables t
   WHERE t.pubname = $1`

/** Reads a publication; null when there is none of that name. */
export async function readPublication(session: Session, name: string): Promise<Publication | null> {
  const doing = `reading publication ${name}`
  const [row] = await session.query<PublicationRow>(doing, PUBLICATION_SQL, [name])
  if (row === undefined) return null
  const tables = await session.query<TableRow>(doing, TABLES_SQL, [name])
  return {
    owner: row.owner,
    owned: row.owned,
    allTables: row.all_tables,
    schemas: await readSchemas(session, name),
    operations: row.operations,
    viaRoot: row.via_root,
    storedGenerated: row.stored_generated,
    tables: new Map(tables.map((table) => [`${table.schema}.${table.name}`, publishedTable(table)])),
  }
}

/** Before PostgreSQL 15 no schema can be published. */
async function readSchemas(session: Session, name: string): Promise<readonly string[]> {
  const [catalog] = await session.query<{ present: boolean }>(
    'looking for published schemas',
    `SELECT to_regclass('pg_catalog.pg_publication_namespace') IS NOT NULL AS present`,
  )
  if (catalog?.present !== true) return []
  const rows = await session.query<{ schema: string }>(`reading publication ${name}`, SCHEMAS_SQL, [name])
  return rows.map((row) => row.schema)
}

function publishedTable(row: TableRow): PublishedTable {
  return { columns: row.columns === null ? null : new Set(row.columns), rowFilter: row.row_filter }
}
