/** A StarRocks column type (reference/starrocks.md 4). Lengths of CHAR, VARCHAR and VARBINARY are bytes. */
export type ColumnType =
  | { readonly tag: 'boolean' }
  | { readonly tag: 'int'; readonly bits: 8 | 16 | 32 | 64 | 128 }
  | { readonly tag: 'float'; readonly bits: 32 | 64 }
  | { readonly tag: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly tag: 'date' }
  | { readonly tag: 'datetime' }
  | { readonly tag: 'char'; readonly length: number }
  | { readonly tag: 'varchar'; readonly length: number }
  | { readonly tag: 'varbinary'; readonly length: number }
  | { readonly tag: 'json' }
  /** ARRAY, MAP and STRUCT: kept as the text that a SELECT shows; `text` is the type as written. */
  | { readonly tag: 'nested'; readonly kind: 'array' | 'map' | 'struct'; readonly text: string }

const intNames = { 8: 'tinyint', 16: 'smallint', 32: 'int', 64: 'bigint', 128: 'largeint' } as const
const displayWidths = { 8: 4, 16: 6, 32: 11, 64: 20, 128: 40 } as const

/** The type as DESC and SHOW CREATE TABLE print it: `tinyint(1)` for BOOLEAN (4), display widths for integers. */
export function showType(type: ColumnType): string {
  switch (type.tag) {
    case 'boolean':
      return 'boolean'
    case 'int':
      return type.bits === 128 ? 'largeint(40)' : `${intNames[type.bits]}(${displayWidths[type.bits]})`
    case 'float':
      return type.bits === 32 ? 'float' : 'double'
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`
    case 'char':
    case 'varchar':
      return `${type.tag}(${type.length})`
    case 'varbinary':
      return type.length > 0 ? `varbinary(${type.length})` : 'varbinary'
    case 'nested':
      return type.text
    default:
      return type.tag
  }
}

/** `information_schema.columns.DATA_TYPE`: BOOLEAN is `tinyint`, LARGEINT is `bigint unsigned` (6). */
export function dataTypeName(type: ColumnType): string {
  switch (type.tag) {
    case 'boolean':
      return 'tinyint'
    case 'int':
      return type.bits === 128 ? 'bigint unsigned' : intNames[type.bits]
    case 'float':
      return type.bits === 32 ? 'float' : 'double'
    case 'nested':
      return type.kind
    default:
      return type.tag
  }
}

/** `information_schema.columns.COLUMN_TYPE`: BOOLEAN is `tinyint(1)`. */
export function columnTypeName(type: ColumnType): string {
  if (type.tag === 'boolean') return 'tinyint(1)'
  if (type.tag === 'int' && type.bits === 128) return 'bigint(20) unsigned'
  if (type.tag === 'decimal') return `decimal(${type.precision},${type.scale})`
  return showType(type)
}

/** The DuckDB type that stores it. DECIMAL above 38 digits is stored as its exact text; nested types as their shown text. */
export function duckType(type: ColumnType): string {
  switch (type.tag) {
    case 'boolean':
      return 'BOOLEAN'
    case 'int':
      return { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT', 128: 'HUGEINT' }[type.bits]
    case 'float':
      return type.bits === 32 ? 'FLOAT' : 'DOUBLE'
    case 'decimal':
      return type.precision > 38 ? 'VARCHAR' : `DECIMAL(${type.precision},${type.scale})`
    case 'date':
      return 'DATE'
    case 'datetime':
      return 'TIMESTAMP'
    case 'varbinary':
      return 'BLOB'
    default:
      return 'VARCHAR'
  }
}

/** Upper-case name for error texts, e.g. `VARCHAR(10)`, `DECIMAL128(38,9)`. */
export function errorTypeName(type: ColumnType): string {
  if (type.tag === 'decimal') {
    const width = type.precision <= 9 ? 32 : type.precision <= 18 ? 64 : type.precision <= 38 ? 128 : 256
    return `DECIMAL${width}(${type.precision},${type.scale})`
  }
  if (type.tag === 'int') return intNames[type.bits].toUpperCase()
  return showType(type).toUpperCase()
}

/** Whether the type may be part of a primary key (reference/starrocks.md 0.9, 3). */
export function isPrimaryKeyType(type: ColumnType): boolean {
  return (
    type.tag === 'boolean' ||
    type.tag === 'int' ||
    type.tag === 'varchar' ||
    type.tag === 'date' ||
    type.tag === 'datetime'
  )
}

/** Whether the type may be the first column, hence a key, of a DUPLICATE KEY table (3). */
export function isSortKeyType(type: ColumnType): boolean {
  return type.tag !== 'float' && type.tag !== 'json' && type.tag !== 'varbinary' && type.tag !== 'nested'
}
