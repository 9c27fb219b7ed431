import { nativeProof } from '../access/proof.ts'
import { Session } from '../sql/session.ts'
import type { SqlContext } from '../sql/sql-context.ts'
import { useDatabase } from '../sql/use-database.ts'
import { answerHandshake, authSwitch, greeting, type HandshakeAnswer, nativePlugin } from './handshake.ts'
import { newSalt } from './salt.ts'

/** What the server does next at login. */
type LoginStep = { readonly tag: 'ask'; readonly packet: Buffer } | { readonly tag: 'in'; readonly session: Session }

/**
 * The conversation before the first command (reference/starrocks.md 6). A client that offers another plugin than
 * `mysql_native_password`, `mysql_clear_password` too, is switched to it; a password in clear is never asked for.
 */
export class Login {
  readonly #context: SqlContext
  readonly #id: number
  readonly #salt = newSalt()
  #answer: HandshakeAnswer | undefined
  #isOver = false

  constructor(context: SqlContext, connectionId: number) {
    this.#context = context
    this.#id = connectionId
  }

  get greeting(): Buffer {
    return greeting(this.#id, this.#context.options.settings.text('mysql_server_version'), this.#salt)
  }

  /** What the log says of a login: who it was for. Undefined while the client is asked again. */
  get loggedPart(): Readonly<Record<string, unknown>> | undefined {
    return this.#isOver ? { command: 'login', for: this.#answer?.user, database: this.#answer?.database } : undefined
  }

  /** @throws {StandInError} 1045 for a wrong password, "Unknown database", or 5203 for one that is not for the user. */
  receive(payload: Buffer): LoginStep {
    const switched = this.#answer
    this.#isOver = true
    if (switched !== undefined) return { tag: 'in', session: this.logIn({ ...switched, scramble: payload }) }
    const answer = answerHandshake(payload)
    this.#answer = answer
    if (answer.plugin === undefined || answer.plugin === nativePlugin) {
      return { tag: 'in', session: this.logIn(answer) }
    }
    this.#isOver = false
    return { tag: 'ask', packet: authSwitch(this.#salt) }
  }

  /** Also COM_CHANGE_USER: by the salt of the handshake, and without a switch of plugins. */
  logIn(answer: HandshakeAnswer): Session {
    const { accounts, system, clock } = this.#context
    const user = accounts.logIn(answer.user, nativeProof(answer.scramble, this.#salt))
    const session = new Session({ id: this.#id, accounts, user, system, nowMs: clock.nowMs() })
    if (answer.database !== undefined && answer.database !== '') useDatabase(this.#context, session, answer.database)
    return session
  }
}
