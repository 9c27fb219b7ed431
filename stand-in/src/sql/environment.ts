import { identityOf } from '../access/principal.ts'
import type { QueryEnvironment } from './query-environment.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { tableSource } from './table-source.ts'
import { localTime, offsetSeconds } from './time-zone.ts'

/** What the names of a query mean in a session. */
export function environmentOf(context: SqlContext, session: Session): QueryEnvironment {
  const nowMs = context.clock.nowMs()
  const notes = { hasLargeint: false, sleepMs: 0, readTableIds: new Set<number>() }
  const zone = session.variable('time_zone') ?? 'Etc/UTC'
  return {
    database: session.database,
    user: identityOf(session.access.user),
    roles: session.access.activeRoles.length === 0 ? 'NONE' : session.access.activeRoles.join(', '),
    nowMs,
    localTime: () => localTime(zone, nowMs),
    utcTime: () => localTime('Etc/UTC', nowMs),
    offsetSeconds: () => offsetSeconds(zone, nowMs),
    connectionId: session.id,
    notes,
    variable: (name) => session.variable(name),
    userVariable: (name) => session.userVariable(name),
    source: (database, table) => tableSource({ context, session, notes }, database, table),
  }
}
