import { type Connection, createConnection, type FieldPacket, type TypeCastField } from 'mysql2/promise'
import type { Clock } from '../../../core/clock.ts'
import type { PoolUse } from '../../../core/pool-use.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { judgeSqlError } from '../outcome.ts'
import { outcomeError } from '../outcome-error.ts'
import type { MysqlAddress } from '../target.ts'

/** The answer to a statement: every value as text, so that no number loses digits. */
export interface SqlRows<Value = string> {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (Value | null)[])[]
}

/** Whom to ask, and as whom. */
export interface SqlClientOptions {
  readonly addresses: readonly MysqlAddress[]
  readonly user: string
  readonly password: string
  readonly connectMs: number
  readonly queryMs: number
  /** Measures how long requests wait for a connection; absent: not measured. */
  readonly clock?: Pick<Clock, 'monotonicMs'> | undefined
  /** Connections that may be open at once. */
  readonly limit: number
}

interface Slot {
  readonly connection: Connection
  used: boolean
}

/**
 * A few connections to whichever front end answers. Text protocol only: prepared statements of StarRocks know SELECT alone
 * (reference/starrocks.md 6). A connection that failed is thrown away.
 */
export class SqlClient implements AsyncDisposable {
  readonly #options: SqlClientOptions
  readonly #idle: Slot[] = []
  readonly #waiting: (() => void)[] = []
  #open = 0
  #good = 0
  #closed = false
  #waitedMs = 0

  constructor(options: SqlClientOptions) {
    this.#options = options
  }

  /** How its connections are used now. */
  use(): Omit<PoolUse, 'name'> {
    const { length: idle } = this.#idle
    const { limit } = this.#options
    return { used: this.#open - idle, idle, limit, waiting: this.#waiting.length, waitedMs: this.#waitedMs }
  }

  /** Asks; asked once more on another connection when a kept one turns out to be closed. @throws {SyncError} */
  async select(sql: string): Promise<SqlRows> {
    return await this.#run(sql, true, (field) => field.string('utf8'))
  }

  /** Asks for the values as the bytes that the server sent. @throws {SyncError} */
  async selectBytes(sql: string): Promise<SqlRows<Buffer>> {
    return await this.#run(sql, true, (field) => field.buffer())
  }

  /** Runs a statement that changes something: never twice. @throws {SyncError} */
  async execute(sql: string): Promise<void> {
    await this.#run(sql, false, (field) => field.string('utf8'))
  }

  async #run<Value>(
    sql: string,
    repeatable: boolean,
    read: (field: TypeCastField) => Value | null,
  ): Promise<SqlRows<Value>> {
    for (let tried = 1; ; tried += 1) {
      const slot = await this.#take()
      try {
        const rows = await queryWith(slot.connection, sql, this.#options.queryMs, read)
        this.#give(slot)
        return rows
      } catch (error) {
        const refusal = serverRefusal(error)
        if (refusal !== null) {
          this.#give(slot)
          throw outcomeError(judgeSqlError(refusal.errno, refusal.message), shortened(sql))
        }
        this.#drop(slot)
        if (!(repeatable && slot.used && tried === 1)) throw unreachable(error, shortened(sql))
      }
    }
  }

  async #take(): Promise<Slot> {
    while (this.#idle.length === 0 && this.#open >= this.#options.limit) {
      const sinceMs = this.#options.clock?.monotonicMs() ?? 0
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
      this.#waitedMs += (this.#options.clock?.monotonicMs() ?? 0) - sinceMs
    }
    if (this.#closed) throw new SyncError('SINK_UNREACHABLE', 'the connections to StarRocks are closed')
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    this.#open += 1
    try {
      return { connection: await this.#connect(), used: false }
    } catch (error) {
      this.#open -= 1
      this.#waiting.shift()?.()
      throw error
    }
  }

  #give(slot: Slot): void {
    slot.used = true
    if (this.#closed) {
      this.#drop(slot)
      return
    }
    this.#idle.push(slot)
    this.#waiting.shift()?.()
  }

  #drop(slot: Slot): void {
    this.#open -= 1
    slot.connection.destroy()
    this.#waiting.shift()?.()
  }

  async #connect(): Promise<Connection> {
    const { addresses, user, password, connectMs } = this.#options
    const first = this.#good
    for (let tried = 0; ; tried += 1) {
      const index = (first + tried) % addresses.length
      const address = addresses[index]
      if (address === undefined) throw new SyncError('CONFIG_INVALID', 'target.fe_mysql names no front end')
      try {
        const { host, port } = address
        const connection = await createConnection({ host, port, user, password, connectTimeout: connectMs })
        // Without a listener a connection that is closed while it is idle would end the process.
        connection.on('error', () => undefined)
        this.#good = index
        return connection
      } catch (error) {
        const refusal = serverRefusal(error)
        if (refusal !== null) throw outcomeError(judgeSqlError(refusal.errno, refusal.message), 'connect to StarRocks')
        if (tried + 1 >= addresses.length) throw unreachable(error, `connect to ${address.host}:${address.port}`)
      }
    }
  }

  /** Closes every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    for (const wake of this.#waiting.splice(0)) wake()
    await Promise.allSettled(this.#idle.splice(0).map(async ({ connection }) => await connection.end()))
  }
}

async function queryWith<Value>(
  connection: Connection,
  sql: string,
  timeout: number,
  read: (field: TypeCastField) => Value | null,
): Promise<SqlRows<Value>> {
  const rows: (Value | null)[][] = []
  const [answer, fields]: [unknown, FieldPacket[] | undefined] = await connection.query({
    sql,
    timeout,
    rowsAsArray: true,
    typeCast: (field: TypeCastField) => ({ value: read(field) }),
  })
  for (const row of Array.isArray(answer) ? answer : []) {
    if (Array.isArray(row)) rows.push(row.map((cell: { readonly value: Value | null }) => cell.value))
  }
  return { columns: (fields ?? []).map((field) => field.name), rows }
}

/** What the server said, when it is an answer and not the end of the connection. */
function serverRefusal(error: unknown): { readonly errno: number; readonly message: string } | null {
  if (!(error instanceof Error) || !('errno' in error) || !('sqlState' in error)) return null
  return typeof error.errno === 'number' && typeof error.sqlState === 'string'
    ? { errno: error.errno, message: error.message }
    : null
}

function unreachable(cause: unknown, what: string): SyncError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new SyncError('SINK_UNREACHABLE', `${what}: ${why}`, { cause })
}

/** The head of a statement, without the values that stand further on. */
function shortened(sql: string): string {
  const head = sql.split(/\bWHERE\b|\bVALUES\b/, 1)[0] ?? ''
  return head.length > 120 ? `${head.slice(0, 120)}...` : head.trim()
}
