import { type TableDef, storageName } from '../catalog/table-def.ts'
import type { AccessTarget } from '../access/privilege.ts'
import { analyzingError, StandInError } from '../stand-in-error.ts'
import { systemTable, systemTables } from './information-schema.ts'
import type { QueryNotes } from './query-environment.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'

/** A table as privileges are asked for. */
export const tableTarget = ({ catalog }: SqlContext, table: TableDef): AccessTarget => ({
  tag: 'table',
  database: catalog.database(table.database),
  table,
})

/** Who asks, and what is noted of the question. */
interface Asking {
  readonly context: SqlContext
  readonly session: Session
  readonly notes: QueryNotes
}

/**
 * What DuckDB reads for a table that a query names.
 * @throws {StandInError} when there is no such table, or the session may not read it.
 */
export function tableSource(asking: Asking, database: string | undefined, name: string): string {
  const { context, session, notes } = asking
  if (database === undefined) throw analyzingError('No database selected', 1046, '3D000')
  if (systemTables(database) !== undefined) {
    const source = systemTable(context, session, { database, name })
    if (source === undefined) throw analyzingError(`Unknown table '${database}.${name}'`, 5502, '42602')
    return source
  }
  const table = known(() => context.catalog.table(database, name))
  session.access.require(tableTarget(context, table), 'SELECT')
  notes.readTableIds.add(table.id)
  notes.hasLargeint ||= table.columns.some(({ type }) => type.tag === 'int' && type.bits === 128)
  return storageName(table.id)
}

/** Words what the catalog says as StarRocks' analyzer does. */
function known<Found>(find: () => Found): Found {
  try {
    return find()
  } catch (error) {
    if (error instanceof StandInError) throw analyzingError(error.message, error.errno, error.sqlState)
    throw error
  }
}
