import { systemTables } from './information-schema.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'

/** @throws {StandInError} "Unknown database", or 5203 for one that the user may see nothing of. */
export function useDatabase(context: SqlContext, session: Session, name: string): void {
  if (systemTables(name) === undefined) {
    const database = context.catalog.database(name)
    if (!session.access.seesDatabase(database.id)) session.access.require({ tag: 'database', database }, 'ANY')
  }
  session.database = name
}
