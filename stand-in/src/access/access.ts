import { StandInError } from '../stand-in-error.ts'
import type { Accounts } from './accounts.ts'
import type { User } from './principal.ts'
import { type AccessTarget, covers, type Grant, nameInError } from './privilege.ts'

/** What a user may do with some of its roles active (reference/starrocks.md 6). */
export class Access {
  readonly user: User
  readonly activeRoles: readonly string[]
  readonly #accounts: Accounts

  /** `activeRoles`: by default those that are active after login, which are also those of loads over HTTP. */
  constructor(accounts: Accounts, user: User, activeRoles: readonly string[] = user.defaultRoles) {
    this.#accounts = accounts
    this.user = user
    this.activeRoles = activeRoles
  }

  /** Whether one of the privileges is there; `ANY` is any on the object. */
  allows(target: AccessTarget, ...privileges: readonly string[]): boolean {
    const isWanted = ({ privilege }: Grant): boolean => privileges.includes('ANY') || privileges.includes(privilege)
    return this.#grants().some((grant) => isWanted(grant) && covers(grant.object, target))
  }

  /** @throws {StandInError} 5203 unless one of the privileges is there. */
  require(target: AccessTarget, ...privileges: readonly string[]): void {
    if (this.allows(target, ...privileges)) return
    const list = (roles: readonly string[]): string => (roles.length === 0 ? 'NONE' : `[${roles.join(', ')}]`)
    const inactive = this.user.roles.filter((role) => !this.activeRoles.includes(role))
    throw new StandInError(
      `Access denied; you need (at least one of) the ${privileges.join(' or ')} privilege(s) on ${nameInError(target)} for this operation. ` +
        'Please ask the admin to grant permission(s) or try activating existing roles using <set [default] role>. ' +
        `Current role(s): ${list(this.activeRoles)}. Inactivated role(s): ${list(inactive)}.`,
      5203,
      '42000',
    )
  }

  /** Whether anything is granted on a database or on a table in it: else it is hidden. */
  seesDatabase(databaseId: number): boolean {
    return this.#grants().some(
      ({ object }) =>
        (object.tag === 'database' || object.tag === 'table') &&
        (object.databaseId === '*' || object.databaseId === databaseId),
    )
  }

  /** The user's own grants and those of its active roles, and of the roles that these were given. */
  #grants(): readonly Grant[] {
    const { roles } = this.#accounts
    const grants = [...this.user.grants]
    const seen = new Set<string>()
    const visit = (name: string): void => {
      const role = roles.get(name)
      if (role === undefined || seen.has(name)) return
      seen.add(name)
      grants.push(...role.grants)
      for (const parent of role.roles) visit(parent)
    }
    for (const name of this.activeRoles) visit(name)
    return grants
  }
}
