import { showTime } from '../clock.ts'
import { quoteText } from '../storage/duck.ts'
import { type ColumnType, columnTypeName, dataTypeName } from './column-type.ts'
import type { ColumnDef, TableDef } from './table-def.ts'

/** The DuckDB statements that forget what information_schema says of one table. */
export function forgetTableSql(database: string, name: string): string {
  const where = `WHERE TABLE_SCHEMA = ${quoteText(database)} AND TABLE_NAME = ${quoteText(name)};`
  return `DELETE FROM info.tables ${where} DELETE FROM info.columns ${where} DELETE FROM info.tables_config ${where}`
}

/** The DuckDB statements that make information_schema tell of one table (reference/starrocks.md 6). */
export function describeTableSql(table: TableDef): string {
  const columns = table.columns.map((column, index) => columnRow(table, column, index)).join(',')
  const created = quoteText(showTime(table.createdMs) ?? '')
  const config = [
    table.database,
    table.name,
    'OLAP',
    { primary: 'PRIMARY_KEYS', duplicate: 'DUP_KEYS', unique: 'UNIQUE_KEYS' }[table.model],
    table.model === 'primary' ? table.keyNames.map((name) => `\`${name}\``).join(', ') : '',
    table.partitionBy ?? '',
    table.distributedBy.map((name) => `\`${name}\``).join(', '),
    table.distributedBy.length > 0 ? 'HASH' : 'RANDOM',
  ]
  return `INSERT INTO info.tables VALUES ('def', ${quoteText(table.database)}, ${quoteText(table.name)}, 'BASE TABLE',
    'StarRocks', NULL, '', 0, 0, 0, NULL, NULL, NULL, NULL, TIMESTAMP ${created}, TIMESTAMP ${created}, NULL,
    'utf8_general_ci', NULL, NULL, ${quoteText(table.comment)});
    INSERT INTO info.columns VALUES ${columns};
    INSERT INTO info.tables_config VALUES (${config.map(quoteText).join(', ')}, ${table.buckets ?? 0},
    ${quoteText((table.orderBy ?? table.keyNames).map((name) => `\`${name}\``).join(', '))},
    ${quoteText(JSON.stringify(table.properties))}, ${table.id});`
}

function columnRow(table: TableDef, column: ColumnDef, index: number): string {
  const size = columnSize(column.type)
  const values = [
    `'def', ${quoteText(table.database)}, ${quoteText(table.name)}, ${quoteText(column.name)}, ${index + 1}`,
    column.default === undefined ? 'NULL' : quoteText(defaultText(column)),
    quoteText(column.nullable ? 'YES' : 'NO'),
    quoteText(dataTypeName(column.type)),
    nullable(size.characters),
    nullable(size.characters),
    nullable(size.precision),
    nullable(size.scale),
    column.type.tag === 'datetime' ? '0' : 'NULL',
    'NULL, NULL',
    quoteText(columnTypeName(column.type)),
    quoteText(columnKey(table, column)),
    quoteText(column.autoIncrement ? 'auto_increment' : ''),
    `'', ${quoteText(column.comment)}`,
    nullable(size.columnSize),
    nullable(size.scale),
    'NULL, NULL',
  ]
  return `(${values.join(', ')})`
}

/** `PRI` for primary keys, `DUP`/`UNI` for the other models' keys. */
export function columnKey(table: TableDef, column: ColumnDef): string {
  if (!column.isKey) return ''
  return { primary: 'PRI', duplicate: 'DUP', unique: 'UNI' }[table.model]
}

/** A default as shown to clients. */
export function defaultText(column: ColumnDef): string {
  if (column.default === undefined) return ''
  switch (column.default.tag) {
    case 'literal':
      return column.default.text
    case 'now':
      return column.default.digits > 0 ? `CURRENT_TIMESTAMP(${column.default.digits})` : 'CURRENT_TIMESTAMP'
    case 'function':
      return column.default.name
  }
}

const nullable = (value: number | undefined): string => (value === undefined ? 'NULL' : String(value))

interface ColumnSize {
  readonly characters?: number
  readonly precision?: number
  readonly scale?: number
  /** COLUMN_SIZE: NULL for BOOLEAN, the digits of numbers, the length of strings. */
  readonly columnSize?: number
}

function columnSize(type: ColumnType): ColumnSize {
  switch (type.tag) {
    case 'char':
    case 'varchar':
      return { characters: type.length, columnSize: type.length }
    case 'decimal':
      return { precision: type.precision, scale: type.scale, columnSize: type.precision }
    case 'int': {
      const digits = { 8: 3, 16: 5, 32: 10, 64: 19, 128: 39 }[type.bits]
      return { precision: digits, scale: 0, columnSize: digits }
    }
    case 'float':
      return {
        precision: type.bits === 32 ? 7 : 15,
        scale: type.bits === 32 ? 7 : 15,
        columnSize: type.bits === 32 ? 7 : 15,
      }
    default:
      return {}
  }
}
