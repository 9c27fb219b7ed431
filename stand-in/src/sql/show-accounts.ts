import { parseGrantee } from '../access/grant-parser.ts'
import type { Grant, GrantObject } from '../access/privilege.ts'
import { identityOf, type Role, type User } from '../access/principal.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { type StatementResult, textRows } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

/** SHOW GRANTS [FOR user | FOR ROLE role]: one row for the roles, one for each object (reference/starrocks.md 6). */
export function showGrants(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const grantee = cursor.accept('FOR') ? parseGrantee(cursor) : undefined
  cursor.end()
  if (grantee?.tag === 'role') {
    session.access.require({ tag: 'system' }, 'GRANT')
    const role = context.accounts.role(grantee.name)
    return textRows(['RoleName', 'Catalog', 'Grants'], grantRows(context, role, role.name, `ROLE '${role.name}'`))
  }
  if (grantee !== undefined && grantee.name !== session.user) session.access.require({ tag: 'system' }, 'GRANT')
  const user = grantee === undefined ? session.access.user : context.accounts.user(grantee.name, grantee.host)
  const identity = identityOf(user)
  return textRows(['UserIdentity', 'Catalog', 'Grants'], grantRows(context, user, identity, `USER ${identity}`))
}

function grantRows(
  context: SqlContext,
  { roles, grants }: User | Role,
  name: string,
  grantee: string,
): (string | null)[][] {
  const rows: (string | null)[][] = []
  if (roles.length > 0) {
    rows.push([name, null, `GRANT ${roles.map((role) => `'${role}'`).join(', ')} TO ${grantee.replace(/^USER /, '')}`])
  }
  const byObject = new Map<string, Grant[]>()
  for (const one of grants) {
    const key = `${one.withGrantOption} ${JSON.stringify(one.object)}`
    byObject.set(key, [...(byObject.get(key) ?? []), one])
  }
  for (const same of byObject.values()) {
    const [first] = same
    const object = first === undefined ? undefined : objectText(context, first.object)
    if (first === undefined || object === undefined) continue
    const option = first.withGrantOption ? ' WITH GRANT OPTION' : ''
    const privileges = same.map(({ privilege }) => privilege).join(', ')
    rows.push([
      name,
      first.object.tag === 'system' ? null : 'default_catalog',
      `GRANT ${privileges} ON ${object} TO ${grantee}${option}`,
    ])
  }
  return rows
}

/** An object as SHOW GRANTS words it; undefined when it is gone. */
function objectText({ catalog }: SqlContext, object: GrantObject): string | undefined {
  switch (object.tag) {
    case 'system':
      return 'SYSTEM'
    case 'catalog':
      return 'CATALOG default_catalog'
    case 'database': {
      if (object.databaseId === '*') return 'ALL DATABASES'
      const database = catalog.databaseById(object.databaseId)
      return database === undefined ? undefined : `DATABASE ${database.name}`
    }
    case 'table': {
      if (object.databaseId === '*') return 'ALL TABLES IN ALL DATABASES'
      const database = catalog.databaseById(object.databaseId)
      if (database === undefined) return undefined
      if (object.tableId === '*') return `ALL TABLES IN DATABASE ${database.name}`
      const table = catalog.tableById(object.tableId)
      return table === undefined ? undefined : `TABLE ${table.database}.${table.name}`
    }
    case 'other':
      return object.text
  }
}

/** SHOW USERS. */
export function showUsers(context: SqlContext, session: Session): StatementResult {
  session.access.require({ tag: 'system' }, 'GRANT')
  return textRows(
    ['User'],
    [...context.accounts.users.values()].map((user) => [identityOf(user)]),
  )
}

/** SHOW ROLES. */
export function showRoles(context: SqlContext, session: Session): StatementResult {
  session.access.require({ tag: 'system' }, 'GRANT')
  return textRows(
    ['Name', 'Builtin', 'Comment'],
    [...context.accounts.roles.values()].map((role) => [role.name, String(role.isBuiltIn), '']),
  )
}

/** SHOW AUTHENTICATION: how the user of the session logs in. */
export function showAuthentication(_context: SqlContext, session: Session): StatementResult {
  const { user } = session.access
  return textRows(
    ['UserIdentity', 'Password', 'AuthPlugin', 'UserFromAuthPlugin'],
    [[identityOf(user), user.passwordHash === '' ? 'No' : 'Yes', 'MYSQL_NATIVE_PASSWORD', null]],
  )
}
