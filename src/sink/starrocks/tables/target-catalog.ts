import { SyncError } from '../../../core/sync-error.ts'
import type { ActualColumn } from '../compare-target-shape.ts'
import type { SqlClient } from '../mysql/sql-client.ts'
import { quoteString, quoteTable } from '../sql-text.ts'

/** A table as the target has it. */
export interface ActualTable {
  readonly columns: readonly ActualColumn[]
  readonly isPrimaryKeyTable: boolean
}

/** Reads a table's shape; null when there is none of that name. @see reference/starrocks.md 6 */
export async function describeTable(sql: SqlClient, database: string, table: string): Promise<ActualTable | null> {
  if (!(await tableExists(sql, database, table))) return null
  const description = await sql.select(`DESC ${quoteTable(database, table)}`)
  const creation = await sql.select(`SHOW CREATE TABLE ${quoteTable(database, table)}`)
  const at = (name: string): number => description.columns.findIndex((column) => column.toLowerCase() === name)
  const [field, type, nullable, key] = [at('field'), at('type'), at('null'), at('key')]
  const columns = description.rows.map((row) => ({
    name: row[field] ?? '',
    type: row[type] ?? '',
    nullable: isYes(row[nullable]),
    partOfKey: isYes(row[key]),
  }))
  const saysNoKey = columns.every((column) => !column.partOfKey)
  return {
    columns: saysNoKey ? columns.map((column) => ({ ...column, partOfKey: null })) : columns,
    isPrimaryKeyTable: /PRIMARY\s+KEY\s*\(/i.test(creation.rows[0]?.[1] ?? ''),
  }
}

/** Whether there is a table of that name. Names of tables are case-sensitive. */
export async function tableExists(sql: SqlClient, database: string, table: string): Promise<boolean> {
  return (await tableComment(sql, database, table)) !== null
}

/** The table's comment; null when there is no such table. */
export async function tableComment(sql: SqlClient, database: string, table: string): Promise<string | null> {
  const { rows } = await sql.select(
    `SELECT TABLE_NAME, TABLE_COMMENT FROM information_schema.tables ` +
      `WHERE TABLE_SCHEMA = ${quoteString(database)} AND TABLE_NAME = ${quoteString(table)}`,
  )
  const row = rows.find(([name]) => name === table)
  return row === undefined ? null : (row[1] ?? '')
}

/** Whether an error says that a table or database is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof SyncError && error.code === 'TARGET_MISSING'
}

function isYes(text: string | null | undefined): boolean {
  return text != null && /^(yes|true|pri|1)$/i.test(text)
}
