import type { Socket } from 'node:net'
import type { Fault, Faults } from '../fault.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { RequestLog } from '../request-log.ts'
import { messageOf, StandInError } from '../stand-in-error.ts'
import { environmentOf, executeStatement, useDatabase } from '../sql/execute-statement.ts'
import { translateQuery } from '../sql/query-translator.ts'
import { Session } from '../sql/session.ts'
import type { SqlContext } from '../sql/sql-context.ts'
import { splitStatements, tokenize } from '../sql/token.ts'
import { answerHandshake, changedUser, greeting, type HandshakeAnswer } from './handshake.ts'
import { isNativePassword, newSalt } from './native-password.ts'
import { PacketSocket } from './packet-socket.ts'
import { PreparedStatement } from './prepared-statement.ts'
import { columnPacket, eofPacket, errorPacket, okPacket } from './replies.ts'
import { asText, sendResult } from './result-sender.ts'
import { wireColumn } from './duck-values.ts'
import { columnType, PacketReader, PacketWriter } from './wire.ts'

/** What a connection works with beyond statements. */
export interface MysqlDeps {
  readonly sql: SqlContext
  readonly faults: Faults
  readonly log: RequestLog
  readonly metrics: Metrics
  /** Names the FE in the log. */
  readonly listener: string
}

const commandNames: Readonly<Record<number, string>> = {
  0: 'COM_SLEEP',
  5: 'COM_CREATE_DB',
  9: 'COM_STATISTICS',
  13: 'COM_DEBUG',
  24: 'COM_STMT_SEND_LONG_DATA',
  28: 'COM_STMT_FETCH',
}

/** One client of port 9030 (reference/starrocks.md 6): commands one after another, in the order they came. */
export class MysqlConnection {
  readonly #deps: MysqlDeps
  readonly #packets: PacketSocket
  readonly #salt = newSalt()
  readonly #statements = new Map<number, PreparedStatement>()
  readonly #id: number
  /** Resolves when the connection is gone. */
  readonly #closed: Promise<void>
  #session: Session
  #phase: 'greeting' | 'switching' | 'commands' = 'greeting'
  #answer: HandshakeAnswer | undefined
  #nextStatement = 1
  #queue: Promise<void> = Promise.resolve()

  constructor(socket: Socket, id: number, deps: MysqlDeps) {
    this.#deps = deps
    this.#id = id
    this.#session = new Session(id, '', deps.sql.options.version)
    this.#packets = new PacketSocket(socket, (payload) => {
      this.#queue = this.#queue.then(() => this.#receive(payload))
    })
    socket.on('close', () => void this.#rollback(this.#session))
    this.#closed = new Promise((resolve) => void socket.once('close', () => resolve()))
    this.#packets.send(greeting(id, deps.sql.options.version.mysqlVersion, this.#salt))
    void this.#packets.flush()
  }

  /** Closing the connection rolls an SQL transaction back (6). */
  async #rollback(session: Session): Promise<void> {
    const txn = session.transaction
    session.transaction = undefined
    if (txn !== undefined) await this.#deps.sql.transactions.abort(txn, 'connection closed').catch(() => undefined)
  }

  async #receive(payload: Buffer): Promise<void> {
    try {
      if (this.#phase === 'commands') await this.#command(payload)
      else this.#authenticate(payload)
    } catch (error) {
      const known = error instanceof StandInError ? error : new StandInError(String(error))
      this.#packets.send(errorPacket(known.errno, known.sqlState, known.message))
    }
    await this.#packets.flush()
  }

  #authenticate(payload: Buffer): void {
    const answer = this.#phase === 'switching' ? this.#answer : answerHandshake(payload)
    if (answer === undefined) return
    const scramble = this.#phase === 'switching' ? payload : answer.scramble
    if (this.#phase === 'greeting' && answer.plugin !== undefined && answer.plugin !== 'mysql_native_password') {
      this.#answer = answer
      this.#phase = 'switching'
      const salt = Buffer.concat([this.#salt, Buffer.of(0)])
      this.#packets.send(new PacketWriter().int(0xfe, 1).zeroEnded('mysql_native_password').bytes(salt).done())
      return
    }
    try {
      this.#logIn({ ...answer, scramble })
    } catch (error) {
      void this.#packets.flush().then(() => this.#packets.destroy())
      throw error
    }
    this.#phase = 'commands'
    this.#sendOk()
  }

  /** @throws {StandInError} 1045 for a wrong password, 1049 for an unknown database. */
  #logIn(answer: HandshakeAnswer): void {
    const { options } = this.#deps.sql
    if (answer.user !== options.user || !isNativePassword(answer.scramble, this.#salt, options.password)) {
      const using = answer.scramble.length > 0 ? 'YES' : 'NO'
      throw new StandInError(`Access denied for user '${answer.user}' (using password: ${using})`, 1045, '28000')
    }
    const session = new Session(this.#id, answer.user, options.version)
    if (answer.database !== undefined && answer.database !== '') useDatabase(this.#deps.sql, session, answer.database)
    this.#session = session
  }

  /** As at login, by the salt of the handshake and without a switch of plugins; a refusal leaves the user as it was. */
  async #changeUser(answer: HandshakeAnswer): Promise<void> {
    const before = this.#session
    this.#logIn(answer)
    await this.#rollback(before)
    this.#statements.clear()
    this.#sendOk()
  }

  async #command(payload: Buffer): Promise<void> {
    const command = payload[0] ?? 0
    const handler = this.#handlers[command]
    if (handler === undefined) {
      throw new StandInError(`Unsupported command(${commandNames[command] ?? command})`, 1047, '08S01')
    }
    await handler(payload)
  }

  /** The commands of reference/starrocks.md 6, by number. */
  readonly #handlers: Readonly<Record<number, (payload: Buffer) => Promise<void> | void>> = {
    // COM_QUIT
    1: () => this.#packets.destroy(),
    // COM_INIT_DB
    2: (payload) => {
      useDatabase(this.#deps.sql, this.#session, payload.toString('utf8', 1))
      this.#sendOk()
    },
    // COM_QUERY
    3: (payload) => this.#query(payload.toString('utf8', 1)),
    // COM_FIELD_LIST
    4: (payload) => this.#fieldList(new PacketReader(payload, 1).zeroEnded()),
    // COM_PING
    14: () => this.#sendOk(),
    // COM_CHANGE_USER
    17: (payload) => this.#changeUser(changedUser(payload)),
    // COM_STMT_PREPARE, EXECUTE, CLOSE, RESET
    22: (payload) => this.#prepare(payload.toString('utf8', 1)),
    23: (payload) => this.#execute(payload),
    25: (payload) => void this.#statements.delete(payload.readUInt32LE(1)),
    26: () => this.#sendOk(),
    // COM_RESET_CONNECTION
    31: () => this.#resetSession(),
  }

  #sendOk(): void {
    this.#packets.send(okPacket(0, '', false))
  }

  async #resetSession(): Promise<void> {
    await this.#rollback(this.#session)
    this.#session.reset()
    this.#statements.clear()
    this.#sendOk()
  }

  async #query(text: string): Promise<void> {
    const fault = this.#deps.faults.strike({ path: 'query', sql: text })
    await this.#logged({ sql: text.slice(0, 10_000), fault: fault?.action }, () => this.#runQuery(text, fault))
  }

  /** Counts a statement, and writes its line of the log when it is over. */
  async #logged(entry: Readonly<Record<string, unknown>>, run: () => Promise<void>): Promise<void> {
    const { log, metrics, listener, sql } = this.#deps
    const { user, database } = this.#session
    const beganMs = sql.clock.nowMs()
    let error: string | undefined
    try {
      await run()
    } catch (thrown) {
      error = messageOf(thrown)
      throw thrown
    } finally {
      const tookMs = sql.clock.nowMs() - beganMs
      metrics.query(tookMs, error !== undefined)
      log.write({ atMs: beganMs, tookMs, listener, connection: this.#id, user, database, ...entry, error })
    }
  }

  async #runQuery(text: string, fault: Fault | undefined): Promise<void> {
    if (await this.#isStruck(fault)) return
    const statements = splitStatements(text)
    if (statements.length === 0) throw new StandInError('Query was empty', 1065, '42000')
    for (const [index, statement] of statements.entries()) {
      const result = await executeStatement(this.#deps.sql, this.#session, statement)
      if (fault?.action === 'cut-after') return this.#packets.destroy()
      if (fault?.action === 'half-open-after') return await this.#closed
      const moreResults = index < statements.length - 1
      await this.#send(async () =>
        sendResult(this.#packets, this.#deps.sql.duck, result, { moreResults, binary: false }),
      )
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

  /** What DuckDB refuses is an error of the client's statement. */
  async #send(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (error instanceof StandInError) throw error
      const message = error instanceof Error ? error.message : String(error)
      throw new StandInError(message.replace(/^\w+ Error: /, ''))
    }
  }

  #fieldList(table: string): void {
    const { columns } = this.#deps.sql.catalog.table(this.#session.database ?? '', table)
    for (const { name } of columns) {
      this.#packets.send(
        columnPacket({ name, type: columnType.varString, length: 1024, decimals: 0, isBinary: false }, true),
      )
    }
    this.#packets.send(eofPacket(false))
  }

  async #prepare(sql: string): Promise<void> {
    if (!this.#deps.sql.options.version.preparedStatements)
      throw new StandInError('Unsupported command(COM_STMT_PREPARE)', 1047)
    const statement = new PreparedStatement(sql)
    const columns = await this.#describe(statement)
    const id = this.#nextStatement++
    this.#statements.set(id, statement)
    this.#packets.send(
      new PacketWriter()
        .int(0, 1)
        .int(id, 4)
        .int(columns.length, 2)
        .int(statement.parameterCount, 2)
        .int(0, 1)
        .int(0, 2)
        .done(),
    )
    const parameter = { name: '?', type: columnType.varString, length: 1024, decimals: 0, isBinary: false }
    for (let index = 0; index < statement.parameterCount; index++) this.#packets.send(columnPacket(parameter, false))
    if (statement.parameterCount > 0) this.#packets.send(eofPacket(false))
    for (const column of columns) this.#packets.send(columnPacket(asText(column), false))
    if (columns.length > 0) this.#packets.send(eofPacket(false))
  }

  async #describe(statement: PreparedStatement): Promise<ReturnType<typeof wireColumn>[]> {
    const sql = statement.withValues(Array.from({ length: statement.parameterCount }, () => 'NULL'))
    const translated = translateQuery(sql, tokenize(sql), environmentOf(this.#deps.sql, this.#session))
    return await this.#deps.sql.duck.with(async (connection) => {
      const result = await connection.run(`SELECT * FROM (${translated}) LIMIT 0`)
      return result.columnTypes().map((type, index) => wireColumn(result.columnNames()[index] ?? '', type))
    })
  }

  async #execute(payload: Buffer): Promise<void> {
    const statement = this.#statements.get(payload.readUInt32LE(1))
    if (statement === undefined) throw new StandInError('Unknown prepared statement handler', 1243)
    const sql = statement.bind(payload)
    await this.#logged({ prepared: sql.slice(0, 10_000) }, async () => {
      const result = await executeStatement(this.#deps.sql, this.#session, sql)
      await this.#send(async () =>
        sendResult(this.#packets, this.#deps.sql.duck, result, { moreResults: false, binary: true }),
      )
    })
  }
}
