declare const tableIdBrand: unique symbol

/** A source table's name, `schema.table` as the catalog spells it (no quoting). Unique within a pipeline. */
export type TableId = string & { readonly [tableIdBrand]: true }

const isTableId = (value: string): value is TableId => value.indexOf('.') > 0 && value.indexOf('.') < value.length - 1

/** Makes a table id of its parts as they stand in the catalog. @throws {RangeError} when a part is empty. */
export function tableId(schema: string, table: string): TableId {
  const value = `${schema}.${table}`
  if (!isTableId(value)) throw new RangeError(`not a table name: ${JSON.stringify(value)}`)
  return value
}

/** Reads a table id that was written by {@link tableId}. @throws {RangeError} when it has no schema. */
export function parseTableId(value: string): TableId {
  if (!isTableId(value)) throw new RangeError(`not a table name: ${JSON.stringify(value)}`)
  return value
}
