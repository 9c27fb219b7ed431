import type { Socket } from 'node:net'
import pg from 'pg'
import type { Clock } from '../../../core/clock.ts'
import type { SyncError } from '../../../core/sync-error.ts'
import { sourceError } from '../wire/server-error.ts'

const CLOSE_TIMEOUT_MS = 2_000

/**
 * One connection to PostgreSQL: statements one after another, every failure a SyncError.
 *
 * A session that was lost stays lost; {@link isUsable} tells.
 */
export class Session implements AsyncDisposable {
  readonly #client: pg.Client
  readonly #socket: Socket
  readonly #clock: Clock
  #lost: Error | null = null
  /** Settles when the statement before has: the client library is given one at a time. */
  #before: Promise<unknown> = Promise.resolve()

  constructor(client: pg.Client, socket: Socket, clock: Clock) {
    this.#client = client
    this.#socket = socket
    this.#clock = clock
    client.on('error', (error) => {
      this.#lost ??= error
    })
    client.on('end', () => {
      this.#lost ??= new Error('the connection was closed')
    })
  }

  /** False once the connection is gone. */
  get isUsable(): boolean {
    return this.#lost === null && !this.#socket.destroyed
  }

  /**
   * Runs one statement after those before and returns its rows, as the client library parses them (int8 and numeric as
   * text). Without values several statements may stand in one text; the rows are then those of the last one.
   *
   * @throws {SyncError} what {@link sourceError} makes of the failure; `doing` says what was attempted.
   */
  async query<Row extends pg.QueryResultRow>(
    doing: string,
    sql: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]> {
    const turn = this.#before.then(() => this.#client.query<Row>(sql, values === undefined ? undefined : [...values]))
    this.#before = turn.catch(() => undefined)
    try {
      return rowsOf<Row>(await turn)
    } catch (error) {
      throw this.explain(error, doing)
    }
  }

  /** Hands a statement of another kind to the client library. Only while no other one runs. */
  submit(statement: pg.Submittable): void {
    this.#client.query(statement)
  }

  /** Cuts the connection at once: a running statement fails. */
  destroy(reason?: Error): void {
    this.#lost ??= reason ?? new Error('the connection was given up')
    this.#socket.destroy()
  }

  /** Says goodbye, or cuts the connection when a statement is running or the server does not react. Safe to call twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    const called = new AbortController()
    const patience = this.#clock.sleep(CLOSE_TIMEOUT_MS, called.signal).catch(() => undefined)
    try {
      await Promise.race([this.#client.end().catch(() => undefined), patience])
    } finally {
      called.abort()
      this.#lost ??= new Error('the connection was closed')
      this.#socket.destroy()
    }
  }

  /** What the failure of a statement means: when the connection is gone, why it is. */
  explain(error: unknown, doing: string): SyncError {
    const cause = error instanceof pg.DatabaseError ? error : (this.#lost ?? error)
    return sourceError(cause, doing, 'query')
  }
}

/** Several statements in one text give an array of results; the last one counts. */
function rowsOf<Row>(answer: unknown): readonly Row[] {
  const last: unknown = Array.isArray(answer) ? answer.at(-1) : answer
  return isResult<Row>(last) ? last.rows : []
}

function isResult<Row>(value: unknown): value is { readonly rows: readonly Row[] } {
  return typeof value === 'object' && value !== null && 'rows' in value && Array.isArray(value.rows)
}
