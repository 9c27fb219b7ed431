import { StandInError } from '../stand-in-error.ts'
import { type Duck, quoteText } from '../storage/duck.ts'
import { builtInRoles } from './built-in-roles.ts'
import { passwordHash, type Proof } from './proof.ts'
import { identityOf, isStoredPrincipal, type Role, type User } from './principal.ts'

/** Users and roles, in memory and on disk (reference/starrocks.md 6). */
export class Accounts {
  readonly users = new Map<string, User>()
  readonly roles = new Map<string, Role>(builtInRoles.map((role) => [role.name, role]))
  readonly #duck: Duck

  private constructor(duck: Duck) {
    this.#duck = duck
  }

  /** Reads what is stored; the administrator of the command line is there in any case, with that password. */
  static async open(
    duck: Duck,
    administrator: { readonly user: string; readonly password: string },
  ): Promise<Accounts> {
    const accounts = new Accounts(duck)
    await duck.with(async (connection) => {
      await connection.run('CREATE TABLE IF NOT EXISTS sr.principals (kind VARCHAR, name VARCHAR, body VARCHAR)')
      for (const [kind, body] of await connection.texts('SELECT kind, body FROM sr.principals')) {
        const stored: unknown = JSON.parse(body ?? '')
        if (!isStoredPrincipal(stored)) throw new Error('The data directory holds a user that this version cannot read')
        if (kind === 'user') accounts.users.set(stored.name, stored)
        else accounts.roles.set(stored.name, stored)
      }
    })
    accounts.users.set(administrator.user, {
      name: administrator.user,
      host: '%',
      grants: [],
      roles: ['root'],
      defaultRoles: ['root'],
      passwordHash: passwordHash(administrator.password),
    })
    return accounts
  }

  /**
   * The user whose password the proof shows.
   * @throws {StandInError} 1045.
   */
  logIn(name: string, proof: Proof): User {
    const user = this.users.get(name)
    if (user !== undefined && proof.shows(user.passwordHash)) return user
    throw new StandInError(
      `Access denied for user '${name}' (using password: ${proof.isEmpty ? 'NO' : 'YES'})`,
      1045,
      '28000',
    )
  }

  /** @throws {StandInError} when there is none. */
  user(name: string, host = '%'): User {
    const user = this.users.get(name)
    if (user === undefined) throw new StandInError(`cannot find user ${identityOf({ name, host })}!`)
    return user
  }

  /** @throws {StandInError} when there is none. */
  role(name: string): Role {
    const role = this.roles.get(name)
    if (role === undefined) throw new StandInError(`cannot find role ${name}!`)
    return role
  }

  /** Remembers a new or changed user. */
  async putUser(user: User): Promise<void> {
    await this.#store('user', user.name, JSON.stringify(user))
    this.users.set(user.name, user)
  }

  /** Remembers a new or changed role. */
  async putRole(role: Role): Promise<void> {
    await this.#store('role', role.name, JSON.stringify(role))
    this.roles.set(role.name, role)
  }

  async dropUser(name: string): Promise<void> {
    await this.#store('user', name)
    this.users.delete(name)
  }

  async dropRole(name: string): Promise<void> {
    await this.#store('role', name)
    this.roles.delete(name)
    for (const user of this.users.values()) {
      user.roles = user.roles.filter((role) => role !== name)
      user.defaultRoles = user.defaultRoles.filter((role) => role !== name)
    }
  }

  async #store(kind: 'user' | 'role', name: string, body?: string): Promise<void> {
    const key = `kind = ${quoteText(kind)} AND name = ${quoteText(name)}`
    const insert =
      body === undefined ? '' : `INSERT INTO sr.principals VALUES (${[kind, name, body].map(quoteText).join(', ')});`
    await this.#duck.with((connection) =>
      connection.transaction(`DELETE FROM sr.principals WHERE ${key}; ${insert} SELECT 1`),
    )
  }
}
