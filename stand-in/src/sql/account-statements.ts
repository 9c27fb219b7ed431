import { type Grantee, type GrantStatement, parseGrant, parseGrantee, userIdentity } from '../access/grant-parser.ts'
import type { GrantObject } from '../access/privilege.ts'
import type { Role, User } from '../access/principal.ts'
import { identityOf } from '../access/principal.ts'
import { passwordHash } from '../access/proof.ts'
import { analyzingError, StandInError } from '../stand-in-error.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { ok, type StatementResult } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

type Runner = (context: SqlContext, session: Session, cursor: TokenCursor) => Promise<StatementResult>

/** Statements on users, roles and what they may, by their first words (reference/starrocks.md 6). */
const runners: readonly (readonly [words: readonly string[], run: Runner])[] = [
  [['CREATE', 'USER'], createUser],
  [['ALTER', 'USER'], alterUser],
  [['DROP', 'USER'], dropUser],
  [['CREATE', 'ROLE'], createRole],
  [['DROP', 'ROLE'], dropRole],
  [['GRANT'], (context, session, cursor) => grant(context, session, cursor)],
  [['REVOKE'], (context, session, cursor) => revoke(context, session, cursor)],
  [['SET', 'PASSWORD'], setPassword],
  [['SET', 'DEFAULT', 'ROLE'], setDefaultRole],
  [['SET', 'ROLE'], setRole],
]

/** Undefined when the statement is none of them. */
export async function runAccountStatement(
  context: SqlContext,
  session: Session,
  cursor: TokenCursor,
): Promise<StatementResult | undefined> {
  const runner = runners.find(([words]) => cursor.accept(...words))
  return runner === undefined ? undefined : await runner[1](context, session, cursor)
}

const administers = (session: Session): void => session.access.require({ tag: 'system' }, 'GRANT')

async function createUser(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  administers(session)
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const identity = userIdentity(cursor)
  const hash = authentication(cursor) ?? ''
  const defaultRoles = cursor.accept('DEFAULT', 'ROLE') ? roleNames(context, cursor) : []
  if (cursor.accept('PROPERTIES')) cursor.at = cursor.tokens.length
  cursor.end()
  if (context.accounts.users.has(identity.name)) {
    if (ifNotExists) return ok()
    throw analyzingError(`Operation CREATE USER failed for ${identityOf(identity)} : user already exists`, 1396)
  }
  await context.accounts.putUser({ ...identity, grants: [], roles: defaultRoles, defaultRoles, passwordHash: hash })
  return ok()
}

/** `IDENTIFIED BY [PASSWORD] 'x'`, `IDENTIFIED WITH mysql_native_password [BY 'x' | AS 'hash']`; undefined without it. */
function authentication(cursor: TokenCursor): string | undefined {
  if (!cursor.accept('IDENTIFIED')) return undefined
  if (cursor.accept('BY')) {
    return cursor.accept('PASSWORD') ? storedHash(cursor.string()) : passwordHash(cursor.string())
  }
  cursor.expect('WITH')
  const plugin = cursor.nameOrString()
  if (plugin.toLowerCase() !== 'mysql_native_password') {
    throw new StandInError(`Plugin '${plugin}' is not loaded`, 1524)
  }
  if (cursor.accept('BY')) return passwordHash(cursor.string())
  return cursor.accept('AS') ? storedHash(cursor.string()) : ''
}

/** `*` and forty digits, as `password()` answers. */
function storedHash(text: string): string {
  if (text === '') return ''
  if (!/^\*[0-9A-Fa-f]{40}$/.test(text))
    throw new StandInError('Password hash should be a 41-digit hexadecimal number', 1372)
  return text.slice(1).toLowerCase()
}

function roleNames(context: SqlContext, cursor: TokenCursor): string[] {
  const names: string[] = []
  do names.push(context.accounts.role(cursor.nameOrString()).name)
  while (cursor.accept(','))
  return names
}

async function alterUser(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const ifExists = cursor.accept('IF', 'EXISTS')
  const identity = userIdentity(cursor)
  if (identity.name !== session.user) administers(session)
  if (ifExists && !context.accounts.users.has(identity.name)) return ok()
  const user = context.accounts.user(identity.name, identity.host)
  const hash = authentication(cursor)
  if (cursor.accept('DEFAULT', 'ROLE')) user.defaultRoles = chosenRoles(context, cursor, user)
  cursor.end()
  if (hash !== undefined) user.passwordHash = hash
  await context.accounts.putUser(user)
  return ok()
}

async function dropUser(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  administers(session)
  const ifExists = cursor.accept('IF', 'EXISTS')
  const identity = userIdentity(cursor)
  cursor.end()
  if (!context.accounts.users.has(identity.name)) {
    if (ifExists) return ok()
    throw analyzingError(`Operation DROP USER failed for ${identityOf(identity)} : user not exists`, 1396)
  }
  if (identity.name === context.options.user) {
    throw analyzingError(
      `Operation DROP USER failed for ${identityOf(identity)} : cannot drop user ${identityOf(identity)}`,
      1396,
    )
  }
  await context.accounts.dropUser(identity.name)
  return ok()
}

async function createRole(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  administers(session)
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  do {
    const name = cursor.nameOrString()
    if (context.accounts.roles.has(name)) {
      if (ifNotExists) continue
      throw analyzingError(`Operation CREATE ROLE failed for ${name} : role already exists`, 1396)
    }
    await context.accounts.putRole({ name, grants: [], roles: [], isBuiltIn: false })
  } while (cursor.accept(','))
  cursor.end()
  return ok()
}

async function dropRole(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  administers(session)
  const ifExists = cursor.accept('IF', 'EXISTS')
  do {
    const name = cursor.nameOrString()
    if (ifExists && !context.accounts.roles.has(name)) continue
    await context.accounts.dropRole(changeable(context.accounts.role(name)).name)
  } while (cursor.accept(','))
  cursor.end()
  return ok()
}

function changeable(role: Role): Role {
  if (role.isBuiltIn) throw analyzingError(`role ${role.name} is not mutable!`)
  return role
}

async function grant(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const statement = parseGrant(cursor, 'TO', { catalog: context.catalog, database: session.database })
  requireGrantRight(session, statement)
  await change(context, statement.grantee, (grantee) => {
    if (statement.tag === 'roles') {
      for (const name of statement.roles) context.accounts.role(name)
      grantee.roles = [...new Set([...grantee.roles, ...statement.roles])]
      return
    }
    const kept = grantee.grants.filter((old) => !isOf(statement, old))
    const added = statement.objects.flatMap((object) =>
      statement.privileges.map((privilege) => ({ privilege, object, withGrantOption: statement.withGrantOption })),
    )
    grantee.grants = [...kept, ...added]
  })
  return ok()
}

/** Somebody who holds the privileges WITH GRANT OPTION may pass them on; else it takes GRANT on the system. */
function requireGrantRight(session: Session, statement: GrantStatement): void {
  const { grants } = session.access.user
  const owns = (privilege: string, object: GrantObject): boolean =>
    grants.some((own) => own.withGrantOption && own.privilege === privilege && isSame(own.object, object))
  if (
    statement.tag === 'privileges' &&
    statement.objects.every((object) => statement.privileges.every((privilege) => owns(privilege, object)))
  ) {
    return
  }
  administers(session)
}

async function revoke(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const statement = parseGrant(cursor, 'FROM', { catalog: context.catalog, database: session.database })
  requireGrantRight(session, statement)
  await change(context, statement.grantee, (grantee) => {
    if (statement.tag === 'privileges') grantee.grants = grantee.grants.filter((old) => !isOf(statement, old))
    else grantee.roles = grantee.roles.filter((role) => !statement.roles.includes(role))
  })
  return ok()
}

const isSame = (a: GrantObject, b: GrantObject): boolean => JSON.stringify(a) === JSON.stringify(b)

const isOf = (
  statement: Extract<GrantStatement, { tag: 'privileges' }>,
  { privilege, object }: User['grants'][number],
): boolean => statement.privileges.includes(privilege) && statement.objects.some((other) => isSame(other, object))

async function change(context: SqlContext, grantee: Grantee, apply: (principal: User | Role) => void): Promise<void> {
  const { accounts } = context
  if (grantee.tag === 'role') {
    const role = changeable(accounts.role(grantee.name))
    apply(role)
    return await accounts.putRole(role)
  }
  const user = accounts.user(grantee.name, grantee.host)
  apply(user)
  user.defaultRoles = user.defaultRoles.filter((role) => user.roles.includes(role))
  await accounts.putUser(user)
}

/** `SET PASSWORD [FOR user] = PASSWORD('x') | 'hash'`. */
async function setPassword(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const identity = cursor.accept('FOR') ? userIdentity(cursor) : { name: session.user, host: '%' }
  if (identity.name !== session.user) administers(session)
  cursor.expect('=')
  let hash: string
  if (cursor.accept('PASSWORD', '(')) {
    hash = passwordHash(cursor.string())
    cursor.expect(')')
  } else {
    hash = storedHash(cursor.string())
  }
  cursor.end()
  const user = context.accounts.user(identity.name, identity.host)
  user.passwordHash = hash
  await context.accounts.putUser(user)
  return ok()
}

/** `ALL`, `NONE`, or names of roles that the user was given. */
function chosenRoles(context: SqlContext, cursor: TokenCursor, user: User): readonly string[] {
  if (cursor.accept('ALL')) return user.roles
  if (cursor.accept('NONE')) return []
  const names = roleNames(context, cursor)
  for (const name of names) {
    if (!user.roles.includes(name)) throw analyzingError(`Role ${name} is not granted to ${identityOf(user)}`)
  }
  return names
}

async function setDefaultRole(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const toAt = cursor.tokens.findIndex(({ word }) => word === 'TO')
  if (toAt < 0) throw cursor.unexpected(undefined, "'TO'")
  const rolesAt = cursor.at
  cursor.at = toAt + 1
  const grantee = parseGrantee(cursor)
  cursor.end()
  if (grantee.name !== session.user) administers(session)
  const user = context.accounts.user(grantee.name)
  cursor.at = rolesAt
  user.defaultRoles = chosenRoles(context, cursor, user)
  await context.accounts.putUser(user)
  return ok()
}

async function setRole(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const isDefault = cursor.accept('DEFAULT')
  const { user } = session.access
  session.activate(context.accounts, isDefault ? user.defaultRoles : chosenRoles(context, cursor, user))
  cursor.end()
  return ok()
}
