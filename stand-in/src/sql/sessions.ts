import { StandInError } from '../stand-in-error.ts'
import type { Session } from './session.ts'

/** A connection that has logged in. */
interface Connected {
  readonly session: Session
  /** `address:port` of the client. */
  readonly host: string
  readonly beganMs: number
  /** Closes the connection. */
  readonly kill: () => void
}

/** Who is connected, for SHOW PROCESSLIST and KILL. */
export class Sessions {
  readonly #connected = new Map<number, Connected>()

  add(connected: Connected): void {
    this.#connected.set(connected.session.id, connected)
  }

  remove(id: number): void {
    this.#connected.delete(id)
  }

  get all(): readonly Connected[] {
    return [...this.#connected.values()]
  }

  /** Closes a connection, or ends its query. @throws {StandInError} when nobody has that id, or somebody else has. */
  kill(id: number, by: Session, isQueryOnly: boolean): void {
    const connected = this.#connected.get(id)
    if (connected === undefined) throw new StandInError(`Unknown thread id: ${id}`, 1094)
    if (connected.session.user !== by.user) by.access.require({ tag: 'system' }, 'OPERATE')
    if (isQueryOnly) connected.session.cancel?.()
    else connected.kill()
  }
}
