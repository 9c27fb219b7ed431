import type { Socket } from 'node:net'
import type { Fault, Faults } from '../fault.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { RequestLog } from '../request-log.ts'
import { messageOf, StandInError } from '../stand-in-error.ts'
import { executeStatement } from '../sql/execute-statement.ts'
import type { Session } from '../sql/session.ts'
import type { SqlContext } from '../sql/sql-context.ts'
import { splitStatements } from '../sql/token.ts'
import { useDatabase } from '../sql/use-database.ts'
import { changedUser, type HandshakeAnswer } from './handshake.ts'
import { commandName, loggedPart } from './command-log.ts'
import { Login } from './login.ts'
import { PacketSocket } from './packet-socket.ts'
import { PreparedStatements } from './prepared-statements.ts'
import { columnPacket, eofPacket, errorPacket, okPacket } from './replies.ts'
import { sendResult } from './result-sender.ts'
import { columnType, PacketReader } from './wire.ts'

/** What a connection works with beyond statements. */
export interface MysqlDeps {
  readonly sql: SqlContext
  readonly faults: Faults
  readonly log: RequestLog
  readonly metrics: Metrics
  /** Names the FE in the log. */
  readonly listener: string
}

/** One client of port 9030 (reference/starrocks.md 6): commands one after another, in the order they came. */
export class MysqlConnection {
  readonly #deps: MysqlDeps
  readonly #packets: PacketSocket
  readonly #login: Login
  readonly #statements: PreparedStatements
  readonly #id: number
  readonly #host: string
  /** Resolves when the connection is gone. */
  readonly #closed: Promise<void>
  /** Undefined until the client has logged in. */
  #session: Session | undefined
  #queue: Promise<void> = Promise.resolve()

  constructor(socket: Socket, id: number, deps: MysqlDeps) {
    this.#deps = deps
    this.#id = id
    this.#host = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`
    this.#login = new Login(deps.sql, id)
    this.#statements = new PreparedStatements(deps.sql)
    this.#packets = new PacketSocket(socket, (payload, sequence) => {
      this.#queue = this.#queue.then(() => this.#receive(payload, sequence))
    })
    socket.on('close', () => {
      deps.sql.sessions.remove(id)
      this.#session?.cancel?.()
      void this.#rollback()
    })
    this.#closed = new Promise((resolve) => void socket.once('close', () => resolve()))
    this.#packets.send(this.#login.greeting)
    void this.#packets.flush()
  }

  /** Closing the connection rolls an SQL transaction back (6). */
  async #rollback(): Promise<void> {
    const open = this.#session?.transaction
    if (this.#session === undefined || open === undefined) return
    this.#session.transaction = undefined
    if (open.txn !== undefined) {
      await this.#deps.sql.transactions.abort(open.txn, 'connection closed').catch(() => undefined)
    }
  }

  async #receive(payload: Buffer, sequence: number): Promise<void> {
    const session = this.#session
    this.#packets.begin(sequence)
    try {
      if (session === undefined) this.#logIn(payload)
      else await this.#command(session, payload)
      this.#logCommand(session, payload)
    } catch (error) {
      this.#logCommand(session, payload, messageOf(error))
      const known = error instanceof StandInError ? error : new StandInError(messageOf(error))
      this.#packets.send(errorPacket(known.errno, known.sqlState, known.message))
    }
    await this.#packets.flush()
  }

  /** A line for what is no statement: those have their own, with how long they took. */
  #logCommand(before: Session | undefined, payload: Buffer, error?: string): void {
    const { log, listener, sql } = this.#deps
    const part = before === undefined ? this.#login.loggedPart : loggedPart(payload)
    if (part === undefined) return
    const user = this.#session?.user
    log.write({ atMs: sql.clock.nowMs(), listener, connection: this.#id, client: this.#host, user, ...part, error })
  }

  #logIn(payload: Buffer): void {
    try {
      const step = this.#login.receive(payload)
      if (step.tag === 'ask') return this.#packets.send(step.packet)
      this.#enter(step.session)
    } catch (error) {
      void this.#packets.flush().then(() => this.#packets.destroy())
      throw error
    }
    this.#sendOk()
  }

  #enter(session: Session): void {
    const { sql } = this.#deps
    this.#session = session
    const kill = (): void => this.#packets.destroy()
    sql.sessions.add({ session, host: this.#host, beganMs: sql.clock.nowMs(), kill })
  }

  /** A refusal leaves the user as it was. */
  async #changeUser(answer: HandshakeAnswer): Promise<void> {
    const session = this.#login.logIn(answer)
    await this.#rollback()
    this.#statements.clear()
    this.#enter(session)
    this.#sendOk()
  }

  async #command(session: Session, payload: Buffer): Promise<void> {
    const command = payload[0] ?? 0
    const handler = this.#handlers[command]
    if (handler === undefined) {
      throw new StandInError(`Unsupported command(${commandName(command)})`, 1047, '08S01')
    }
    await handler(session, payload)
  }

  /** The commands of reference/starrocks.md 6, by number. */
  readonly #handlers: Readonly<Record<number, (session: Session, payload: Buffer) => Promise<void> | void>> = {
    // COM_QUIT
    1: () => this.#packets.destroy(),
    // COM_INIT_DB
    2: (session, payload) => {
      useDatabase(this.#deps.sql, session, payload.toString('utf8', 1))
      this.#sendOk()
    },
    // COM_QUERY
    3: (session, payload) => this.#query(session, payload.toString('utf8', 1)),
    // COM_FIELD_LIST
    4: (session, payload) => this.#fieldList(session, new PacketReader(payload, 1).zeroEnded()),
    // COM_PING
    14: () => this.#sendOk(),
    // COM_CHANGE_USER
    17: (_session, payload) => this.#changeUser(changedUser(payload)),
    // COM_STMT_PREPARE, EXECUTE, CLOSE, RESET
    22: (session, payload) => this.#statements.prepare(this.#packets, session, payload.toString('utf8', 1)),
    23: (session, payload) => this.#execute(session, payload),
    25: (_session, payload) => this.#statements.close(payload.readUInt32LE(1)),
    26: () => this.#sendOk(),
    // COM_RESET_CONNECTION
    31: (session) => this.#resetSession(session),
  }

  #sendOk(): void {
    this.#packets.send(okPacket(0, '', false))
  }

  async #resetSession(session: Session): Promise<void> {
    await this.#rollback()
    session.reset()
    this.#statements.clear()
    this.#sendOk()
  }

  async #query(session: Session, text: string): Promise<void> {
    const fault = this.#deps.faults.strike({ path: 'query', sql: text })
    const entry = { sql: text.slice(0, 10_000), fault: fault?.action }
    await this.#logged(session, entry, () => this.#runQuery(session, text, fault))
  }

  /** Counts a statement, and writes its line of the log when it is over. */
  async #logged(session: Session, entry: Readonly<Record<string, unknown>>, run: () => Promise<void>): Promise<void> {
    const { log, metrics, listener, sql } = this.#deps
    const { user, database } = session
    const beganMs = sql.clock.nowMs()
    let error: string | undefined
    session.running = String(entry['sql'] ?? entry['prepared'])
    session.sinceMs = beganMs
    try {
      await run()
    } catch (thrown) {
      error = messageOf(thrown)
      throw thrown
    } finally {
      session.running = undefined
      session.sinceMs = sql.clock.nowMs()
      const tookMs = session.sinceMs - beganMs
      metrics.query(tookMs, error !== undefined)
      log.write({ atMs: beganMs, tookMs, listener, connection: this.#id, user, database, ...entry, error })
    }
  }

  async #runQuery(session: Session, text: string, fault: Fault | undefined): Promise<void> {
    if (await this.#isStruck(fault)) return
    session.fault = fault
    const statements = splitStatements(text)
    if (statements.length === 0) throw new StandInError('Query was empty', 1065, '42000')
    for (const [index, statement] of statements.entries()) {
      const result = await executeStatement(this.#deps.sql, session, statement)
      if (fault?.action === 'cut-after') return this.#packets.destroy()
      if (fault?.action === 'half-open-after') return await this.#closed
      const moreResults = index < statements.length - 1
      await sendResult(this.#receiver(session), result, { moreResults, binary: false })
    }
  }

  /** Whether a fault strikes before the work, and nothing else happens. */
  async #isStruck(fault: Fault | undefined): Promise<boolean> {
    switch (fault?.action) {
      case 'fail':
        throw new StandInError(fault.text)
      case 'delay':
        await new Promise<void>((resolve) => void this.#deps.sql.clock.after(fault.ms, resolve))
        return false
      case 'cut-before':
        this.#packets.destroy()
        return true
      case 'half-open':
        await this.#closed
        return true
      default:
        return false
    }
  }

  #receiver(session: Session): Parameters<typeof sendResult>[0] {
    return { packets: this.#packets, context: this.#deps.sql, session }
  }

  #fieldList(session: Session, table: string): void {
    const { columns } = this.#deps.sql.catalog.table(session.database ?? '', table)
    for (const { name } of columns) {
      this.#packets.send(
        columnPacket({ name, type: columnType.varString, length: 1024, decimals: 0, isBinary: false }, true),
      )
    }
    this.#packets.send(eofPacket(false))
  }

  async #execute(session: Session, payload: Buffer): Promise<void> {
    const sql = this.#statements.bind(payload)
    await this.#logged(session, { prepared: sql.slice(0, 10_000) }, async () => {
      const result = await executeStatement(this.#deps.sql, session, sql)
      await sendResult(this.#receiver(session), result, { moreResults: false, binary: true })
    })
  }
}
