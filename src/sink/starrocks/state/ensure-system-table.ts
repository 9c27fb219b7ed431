import type { Clock } from '../../../core/clock.ts'
import { SyncError } from '../../../core/sync-error.ts'
import type { SqlClient } from '../mysql/sql-client.ts'
import { quoteIdentifier, quoteString, quoteTable } from '../sql-text.ts'
import { systemTableSql, type SystemTable } from './system-table.ts'

/** A change of columns is a job at the target, which waits for the transactions that are open on the table. */
const ASK_EVERY_MS = 250
const WAIT_MS = 30_000

/** Where the table is, and how it is made. */
export interface SystemTableHome {
  readonly database: string
  readonly properties: Readonly<Record<string, string>>
  readonly clock: Clock
}

/**
 * Makes the table where it is absent, and adds the columns that an older version of the service did not have; its rows hold NULL there.
 *
 * @throws {SyncError} TARGET_SHAPE when it has another key, SINK_BUSY while the columns are not there yet.
 * @see reference/starrocks.md 5
 */
export async function ensureSystemTable(sql: SqlClient, table: SystemTable, home: SystemTableHome): Promise<void> {
  const { database, properties, clock } = home
  await sql.execute(systemTableSql(database, table, properties))
  const missing = await missingColumns(sql, database, table)
  if (missing.length === 0) return
  const keys = missing.filter((name) => table.keyColumns.includes(name))
  if (keys.length > 0) throw otherKey(database, table, keys)
  const added = missing.map((name) => `${quoteIdentifier(name)} ${table.columns[name]} NULL`)
  await sql.execute(`ALTER TABLE ${quoteTable(database, table.name)} ADD COLUMN (${added.join(', ')})`)
  for (const until = clock.monotonicMs() + WAIT_MS; ;) {
    if ((await missingColumns(sql, database, table)).length === 0) return
    if (clock.monotonicMs() > until)
      throw new SyncError('SINK_BUSY', `${database}.${table.name} is still being given ${missing.join(', ')}`)
    await clock.sleep(ASK_EVERY_MS)
  }
}

async function missingColumns(sql: SqlClient, database: string, table: SystemTable): Promise<readonly string[]> {
  const { rows } = await sql.select(
    `SELECT COLUMN_NAME FROM information_schema.columns ` +
      `WHERE TABLE_SCHEMA = ${quoteString(database)} AND TABLE_NAME = ${quoteString(table.name)}`,
  )
  const present = new Set(rows.map(([name]) => name?.toLowerCase()))
  return Object.keys(table.columns).filter((name) => !present.has(name))
}

function otherKey(database: string, table: SystemTable, keys: readonly string[]): SyncError {
  const name = `${database}.${table.name}`
  return new SyncError('TARGET_SHAPE', `${name} is not a table of this service: it has no ${keys.join(', ')}`, {
    remedy: `If nobody else uses it, drop it: DROP TABLE ${name}. What it held is then copied again.`,
  })
}
