import type { TableDef } from './table-def.ts'

/**
 * Reads a definition back that this program wrote into its own DuckDB file.
 * @throws {Error} when the text is not one.
 */
export function storedTableDef(json: string): TableDef {
  const parsed: unknown = JSON.parse(json)
  if (!isTableDef(parsed)) throw new Error('The data directory holds a table definition that this version cannot read')
  return parsed
}

function isTableDef(value: unknown): value is TableDef {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'number' &&
    'columns' in value &&
    Array.isArray(value.columns) &&
    'keyNames' in value &&
    'model' in value &&
    'properties' in value
  )
}
