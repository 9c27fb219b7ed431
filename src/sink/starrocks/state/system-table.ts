import { quoteIdentifier, propertiesClause, quoteTable } from '../sql-text.ts'
import type { LoadHeaders } from '../transaction-client.ts'

/** A `_sync_*` table: its columns with their types, key columns first. */
export interface SystemTable {
  readonly name: string
  readonly columns: Readonly<Record<string, string>>
  readonly keyColumns: readonly string[]
}

/** The statement that makes it where it is absent. One bucket: its rows are few, and each bucket of a load is a rowset. */
export function systemTableSql(
  database: string,
  table: SystemTable,
  properties: Readonly<Record<string, string>>,
): string {
  const columns = Object.entries(table.columns).map(([name, type]) => {
    return `${quoteIdentifier(name)} ${type} ${table.keyColumns.includes(name) ? 'NOT NULL' : 'NULL'}`
  })
  const key = table.keyColumns.map(quoteIdentifier).join(', ')
  return (
    `CREATE TABLE IF NOT EXISTS ${quoteTable(database, table.name)} (${columns.join(', ')}) ` +
    `PRIMARY KEY (${key}) DISTRIBUTED BY HASH (${key}) BUCKETS 1${propertiesClause(properties)}`
  )
}

/** The statement that reads its rows of one pipeline, columns in order. */
export function selectSystemTableSql(database: string, table: SystemTable, condition: string): string {
  const columns = Object.keys(table.columns).map(quoteIdentifier).join(', ')
  return `SELECT ${columns} FROM ${quoteTable(database, table.name)} WHERE ${condition}`
}

/** Headers of its loads. The values never hold the separators: free text stands in JSON, which escapes them. */
export function systemTableHeaders(table: SystemTable): LoadHeaders {
  return {
    format: 'csv',
    column_separator: '\\x01',
    row_delimiter: '\\x02',
    columns: Object.keys(table.columns).join(','),
  }
}

/** Rows as the body of a load, values in the order of the columns; null is SQL NULL. */
export function systemTableBody(rows: readonly (readonly (string | null)[])[]): Buffer {
  const lines = rows.map((row) => `${row.map((value) => value ?? '\\N').join('\u0001')}\u0002`)
  return Buffer.from(lines.join(''), 'utf8')
}

/** A text without control characters, for a column that people read. */
export function plainText(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f]/g, ' ')
}
