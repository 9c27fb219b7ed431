import type { Role } from './principal.ts'
import { type Grant, type GrantObject, privilegesOf } from './privilege.ts'

const allOf = (object: GrantObject, except: readonly string[] = []): Grant[] =>
  privilegesOf[object.tag]
    .filter((privilege) => !except.includes(privilege))
    .map((privilege) => ({ privilege, object, withGrantOption: false }))

const data: readonly GrantObject[] = [
  { tag: 'catalog' },
  { tag: 'database', databaseId: '*' },
  { tag: 'table', databaseId: '*', tableId: '*' },
]

const role = (name: string, grants: readonly Grant[]): Role => ({ name, grants, roles: [], isBuiltIn: true })
const system = (...privileges: readonly string[]): Grant[] =>
  privileges.map((privilege) => ({ privilege, object: { tag: 'system' }, withGrantOption: false }))

/** The roles that every StarRocks has; they can be neither changed nor dropped. */
export const builtInRoles: readonly Role[] = [
  role('root', [...allOf({ tag: 'system' }), ...data.flatMap((object) => allOf(object))]),
  role('db_admin', [
    ...allOf({ tag: 'system' }, ['GRANT', 'NODE', 'OPERATE']),
    ...data.flatMap((object) => allOf(object)),
  ]),
  role('cluster_admin', system('NODE', 'OPERATE')),
  role('user_admin', system('GRANT')),
  role('public', []),
]
