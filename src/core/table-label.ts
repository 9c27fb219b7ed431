import type { TableId } from './table-id.ts'

const DEFAULT_SCHEMA = 'public.'

/**
 * A table as metrics and health name it: `users` for `public.users`, else `schema.table`, as PostgreSQL itself prints names on the
 * default search path. No two tables have the same one.
 */
export function tableLabel(table: TableId): string {
  if (!table.startsWith(DEFAULT_SCHEMA)) return table
  const name = table.slice(DEFAULT_SCHEMA.length)
  return name.includes('.') ? table : name
}
