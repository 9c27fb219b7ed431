import type pg from 'pg'
import type { CopyReceiver } from './copy-tap.ts'

/** Where a COPY statement's conversation goes. Each is called at most once but `data`. */
export interface CopyEvents {
  /** The statement is about to be sent; `stream` is the socket that its rows will come from, decrypting when under TLS. */
  readonly sending: (stream: pg.Connection['stream']) => void
  /** One CopyData message that the client library framed. */
  readonly data: CopyReceiver['data']
  readonly failed: (error: unknown) => void
  readonly done: () => void
}

interface CopyDataMessage {
  readonly chunk: Buffer
}

/**
 * A COPY ... TO STDOUT as the client library's queue takes it: the handlers that the library calls on its active statement.
 * @see node-postgres, lib/query.js: the same methods
 */
export class CopyQuery implements pg.Submittable {
  readonly #sql: string
  readonly #events: CopyEvents

  constructor(sql: string, events: CopyEvents) {
    this.#sql = sql
    this.#events = events
  }

  submit(connection: pg.Connection): void {
    this.#events.sending(connection.stream)
    connection.query(this.#sql)
  }

  handleCopyData(message: CopyDataMessage): void {
    this.#events.data(message.chunk, 0, message.chunk.length)
  }

  handleError(error: unknown): void {
    this.#events.failed(error)
  }

  handleReadyForQuery(): void {
    this.#events.done()
  }

  handleCommandComplete(): void {
    // The end of the statement is ReadyForQuery.
  }
}
