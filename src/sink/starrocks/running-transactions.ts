import { type Label, label } from '../../core/label.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { SqlClient, SqlRows } from './mysql/sql-client.ts'
import { quoteString } from './sql-text.ts'

/** An open transaction as the server lists it. */
export interface RunningTransaction {
  readonly label: Label
  readonly isMulti: boolean
}

/**
 * The open transactions of a database whose labels begin with a prefix; null when the user may not list them.
 * @see reference/starrocks.md 6
 */
export async function runningTransactions(
  sql: SqlClient,
  database: string,
  prefix: string,
): Promise<readonly RunningTransaction[] | null> {
  try {
    const databases = await sql.select(`SHOW PROC '/transactions'`)
    const id = cellOf(databases, 'DbId', (row) => lastPart(row('DbName')) === database)
    if (id === undefined) return []
    return readRunning(await sql.select(`SHOW PROC ${quoteString(`/transactions/${id}/running`)}`), prefix)
  } catch (error) {
    if (error instanceof SyncError && error.retry === 'manual' && error.code !== 'SINK_AUTH') return null
    if (error instanceof SyncError && error.code === 'SINK_QUERY') return null
    throw error
  }
}

/** Picks out of the listing what begins with the prefix. */
export function readRunning(listing: SqlRows, prefix: string): readonly RunningTransaction[] {
  return listing.rows.flatMap((row) => {
    const text = cell(listing, row, 'Label')
    if (!text.startsWith(prefix)) return []
    return [{ label: label(text), isMulti: /multi/i.test(cell(listing, row, 'LoadJobSourceType')) }]
  })
}

function cellOf(
  listing: SqlRows,
  column: string,
  matches: (value: (column: string) => string) => boolean,
): string | undefined {
  const row = listing.rows.find((candidate) => matches((name) => cell(listing, candidate, name)))
  return row === undefined ? undefined : cell(listing, row, column)
}

function cell(listing: SqlRows, row: readonly (string | null)[], column: string): string {
  const index = listing.columns.findIndex((name) => name.toLowerCase() === column.toLowerCase())
  return row[index] ?? ''
}

/** Older servers put the cluster's name before a database's. */
function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1)
}
