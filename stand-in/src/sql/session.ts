import { Access } from '../access/access.ts'
import type { Accounts } from '../access/accounts.ts'
import type { User } from '../access/principal.ts'
import type { Fault } from '../fault.ts'
import type { Transaction } from '../txn/transaction.ts'
import type { SystemVariables } from './system-variables.ts'

/** An SQL transaction under way, and the tables that its statements have written (reference/starrocks.md 6). */
export interface SqlTransaction {
  readonly id: number
  readonly label: string
  /** Begun by the first statement that writes. */
  txn: Transaction | undefined
  readonly writtenTableIds: Set<number>
}

/** What one MySQL connection remembers. */
export class Session {
  readonly id: number
  access: Access
  database: string | undefined
  transaction: SqlTransaction | undefined
  /** What goes wrong with the commit of the statement that runs. */
  fault: Fault | undefined
  /** Ends the query that runs. */
  cancel: (() => void) | undefined
  /** What the connection does, for SHOW PROCESSLIST; undefined when it waits for a command. */
  running: string | undefined
  /** When the state above began, in ms. */
  sinceMs: number
  #variables: Map<string, string>
  readonly #userVariables = new Map<string, string>()
  readonly #system: SystemVariables

  constructor(begin: {
    readonly id: number
    readonly accounts: Accounts
    readonly user: User
    readonly system: SystemVariables
    readonly nowMs: number
  }) {
    this.id = begin.id
    this.#system = begin.system
    this.#variables = begin.system.snapshot()
    this.sinceMs = begin.nowMs
    const allRoles = this.#variables.get('activate_all_roles_on_login') === 'true'
    this.access = new Access(begin.accounts, begin.user, allRoles ? begin.user.roles : begin.user.defaultRoles)
  }

  get user(): string {
    return this.access.user.name
  }

  /** SET ROLE: these roles count from now on, and no others. */
  activate(accounts: Accounts, roles: readonly string[]): void {
    this.access = new Access(accounts, this.access.user, roles)
  }

  /** A system variable of the session; undefined when there is none of that name. */
  variable(name: string): string | undefined {
    return this.#variables.get(name.toLowerCase())
  }

  userVariable(name: string): string | undefined {
    return this.#userVariables.get(name.toLowerCase())
  }

  setUserVariable(name: string, value: string): void {
    this.#userVariables.set(name.toLowerCase(), value)
  }

  /** @throws {StandInError} for a variable that is not known, or not to be set for one session. */
  setVariable(name: string, value: string): void {
    this.#system.checkSession(name.toLowerCase())
    this.#variables.set(name.toLowerCase(), value)
  }

  /** All variables, for SHOW VARIABLES. */
  get variables(): ReadonlyMap<string, string> {
    return this.#variables
  }

  /** COM_RESET_CONNECTION: variables are as at login. */
  reset(): void {
    this.#variables = this.#system.snapshot()
    this.#userVariables.clear()
  }
}
