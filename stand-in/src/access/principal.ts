import type { Grant } from './privilege.ts'

/** A user or a role: what it was granted, and the roles it was given. */
interface Grantee {
  readonly name: string
  grants: readonly Grant[]
  roles: readonly string[]
}

/** A role. */
export interface Role extends Grantee {
  readonly isBuiltIn: boolean
}

/** A user: `'name'@'host'` is its identity. */
export interface User extends Grantee {
  /** `%` for any; the stand-in lets everybody in from everywhere and only shows it. */
  readonly host: string
  /** SHA1(SHA1(password)) in hexadecimal digits, as `mysql_native_password` keeps it; empty without a password. */
  passwordHash: string
  /** Active from login on; other roles are so after SET ROLE only. */
  defaultRoles: readonly string[]
}

/** A user as StarRocks prints it. */
export const identityOf = ({ name, host }: Pick<User, 'name' | 'host'>): string => `'${name}'@'${host}'`

/** Whether a text read from disk is a user or role that this program wrote. */
export function isStoredPrincipal(value: unknown): value is User & Role {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'grants' in value &&
    Array.isArray(value.grants) &&
    'roles' in value &&
    Array.isArray(value.roles)
  )
}
