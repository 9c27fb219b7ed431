import type { Catalog } from '../catalog/catalog.ts'
import { analyzingError } from '../stand-in-error.ts'
import type { TokenCursor } from '../sql/token-cursor.ts'
import { type GrantObject, privilegesOf } from './privilege.ts'

/** Whom a GRANT or REVOKE is for. */
export type Grantee =
  | { readonly tag: 'user'; readonly name: string; readonly host: string }
  | { readonly tag: 'role'; readonly name: string }

/** A GRANT or REVOKE: of privileges on objects, or of roles. */
export type GrantStatement =
  | {
      readonly tag: 'privileges'
      readonly privileges: readonly string[]
      readonly objects: readonly GrantObject[]
      readonly grantee: Grantee
      readonly withGrantOption: boolean
    }
  | { readonly tag: 'roles'; readonly roles: readonly string[]; readonly grantee: Grantee }

/** `'name'@'host'`, with or without quotes and host. */
export function userIdentity(cursor: TokenCursor): { readonly name: string; readonly host: string } {
  const name = cursor.nameOrString()
  if (!cursor.accept('@')) return { name, host: '%' }
  if (cursor.accept('%')) return { name, host: '%' }
  return { name, host: cursor.nameOrString() }
}

/** Reads what follows GRANT or REVOKE; `direction` is TO or FROM. */
export function parseGrant(
  cursor: TokenCursor,
  direction: 'TO' | 'FROM',
  names: { readonly catalog: Catalog; readonly database: string | undefined },
): GrantStatement {
  const onAt = cursor.tokens.findIndex(({ word }, at) => at >= cursor.at && word === 'ON')
  if (onAt < 0) {
    const roles = listOf(cursor, () => cursor.nameOrString())
    cursor.expect(direction)
    const statement: GrantStatement = { tag: 'roles', roles, grantee: parseGrantee(cursor) }
    cursor.end()
    return statement
  }
  const privileges = listOf(cursor, () => privilegeWords(cursor))
  cursor.expect('ON')
  const objects = parseObjects(cursor, direction, names)
  cursor.expect(direction)
  const grantee = parseGrantee(cursor)
  const withGrantOption = cursor.accept('WITH', 'GRANT', 'OPTION')
  cursor.end()
  return { tag: 'privileges', privileges: checked(privileges, objects), objects, grantee, withGrantOption }
}

function listOf<Item>(cursor: TokenCursor, read: () => Item): Item[] {
  const items = [read()]
  while (cursor.accept(',')) items.push(read())
  return items
}

/** `SELECT`, `CREATE TABLE`, `ALL [PRIVILEGES]`. */
function privilegeWords(cursor: TokenCursor): string {
  const words = [cursor.word()]
  while (!cursor.sees(',') && !cursor.sees('ON')) words.push(cursor.word())
  return words[0] === 'ALL' ? 'ALL' : words.join(' ')
}

function checked(privileges: readonly string[], objects: readonly GrantObject[]): readonly string[] {
  const kind = objects[0]?.tag ?? 'other'
  const known: readonly string[] = privilegesOf[kind]
  if (privileges.includes('ALL')) return known
  for (const privilege of privileges) {
    if (kind !== 'other' && !known.includes(privilege)) {
      throw analyzingError(`Cannot find privilege ${privilege} in type ${kind.toUpperCase()}`)
    }
  }
  return privileges
}

/** `[USER] 'name'@'host'` or `ROLE name`. */
export function parseGrantee(cursor: TokenCursor): Grantee {
  if (cursor.accept('ROLE')) return { tag: 'role', name: cursor.nameOrString() }
  cursor.accept('USER')
  return { tag: 'user', ...userIdentity(cursor) }
}

type Names = { readonly catalog: Catalog; readonly database: string | undefined }

function parseObjects(cursor: TokenCursor, direction: string, names: Names): GrantObject[] {
  if (cursor.accept('SYSTEM')) return [{ tag: 'system' }]
  if (cursor.accept('ALL', 'CATALOGS')) return [{ tag: 'catalog' }]
  if (cursor.accept('CATALOG')) return listOf(cursor, () => catalogObject(cursor))
  if (cursor.accept('ALL', 'DATABASES')) return [{ tag: 'database', databaseId: '*' }]
  if (cursor.accept('DATABASE'))
    return listOf(cursor, () => ({ tag: 'database', databaseId: databaseId(names, cursor.name()) }))
  if (cursor.accept('ALL', 'TABLES')) return allTables(cursor, names)
  if (cursor.accept('TABLE') || cursor.sees('*') || isPlainTable(cursor, direction)) {
    return listOf(cursor, () => tableObject(cursor, names))
  }
  const start = cursor.at
  while (!cursor.atEnd && !cursor.sees(direction)) cursor.next()
  const text = cursor.tokens.slice(start, cursor.at).map((token) => token.text)
  return [{ tag: 'other', text: text.join(' ') }]
}

/** `ON t TO` and `ON d.t TO`: a table without the word. */
function isPlainTable(cursor: TokenCursor, direction: string): boolean {
  const next = cursor.tokens[cursor.at + 1]?.word
  return next === '.' || next === ',' || next === direction
}

function catalogObject(cursor: TokenCursor): GrantObject {
  const name = cursor.name()
  if (name !== 'default_catalog') throw analyzingError(`cannot find catalog ${name}`)
  return { tag: 'catalog' }
}

function databaseId({ catalog }: Names, name: string): number {
  const found = catalog.databases.get(name)
  if (found === undefined) throw analyzingError(`cannot find db: ${name}`)
  return found.id
}

function allTables(cursor: TokenCursor, names: Names): GrantObject[] {
  cursor.expect('IN')
  if (cursor.accept('ALL', 'DATABASES')) return [{ tag: 'table', databaseId: '*', tableId: '*' }]
  cursor.expect('DATABASE')
  return listOf(cursor, () => ({ tag: 'table', databaseId: databaseId(names, cursor.name()), tableId: '*' }))
}

/** `t`, `d.t`, `d.*`, `*.*`. */
function tableObject(cursor: TokenCursor, names: Names): GrantObject {
  const part = (): string => (cursor.accept('*') ? '*' : cursor.name())
  const first = part()
  const second = cursor.accept('.') ? part() : undefined
  const [database, table] = second === undefined ? [names.database, first] : [first, second]
  if (database === undefined) throw analyzingError('No database selected', 1046, '3D000')
  if (database === '*') return { tag: 'table', databaseId: '*', tableId: '*' }
  const id = databaseId(names, database)
  if (table === '*') return { tag: 'table', databaseId: id, tableId: '*' }
  const found = names.catalog.findTable(database, table)
  if (found === undefined) throw analyzingError(`cannot find table ${table} in db ${database}`)
  return { tag: 'table', databaseId: id, tableId: found.id }
}
