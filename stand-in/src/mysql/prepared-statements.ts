import { environmentOf } from '../sql/environment.ts'
import { duckRefusal } from '../sql/duck-refusal.ts'
import { translateQuery } from '../sql/query-translator.ts'
import type { Session } from '../sql/session.ts'
import type { SqlContext } from '../sql/sql-context.ts'
import { tokenize } from '../sql/token.ts'
import { StandInError } from '../stand-in-error.ts'
import type { PacketSocket } from './packet-socket.ts'
import { PreparedStatement } from './prepared-statement.ts'
import { columnPacket, eofPacket, type WireColumn } from './replies.ts'
import { wireColumns } from './result-sender.ts'
import { columnType, PacketWriter } from './wire.ts'

/** The prepared statements of one connection (reference/starrocks.md 6). */
export class PreparedStatements {
  readonly #context: SqlContext
  readonly #statements = new Map<number, PreparedStatement>()
  #nextId = 1

  constructor(context: SqlContext) {
    this.#context = context
  }

  /** COM_STMT_PREPARE: answers id, parameters and columns. */
  async prepare(packets: PacketSocket, session: Session, sql: string): Promise<void> {
    if (!this.#context.options.version.preparedStatements) {
      throw new StandInError('Unsupported command(COM_STMT_PREPARE)', 1047, '08S01')
    }
    const statement = new PreparedStatement(sql)
    const columns = await this.#describe(session, statement)
    const id = this.#nextId++
    this.#statements.set(id, statement)
    packets.send(
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
    for (let index = 0; index < statement.parameterCount; index++) packets.send(columnPacket(parameter, false))
    if (statement.parameterCount > 0) packets.send(eofPacket(false))
    for (const column of columns) packets.send(columnPacket(column, false))
    if (columns.length > 0) packets.send(eofPacket(false))
  }

  async #describe(session: Session, statement: PreparedStatement): Promise<WireColumn[]> {
    const sql = statement.withValues(Array.from({ length: statement.parameterCount }, () => 'NULL'))
    const tokens = tokenize(sql)
    const environment = environmentOf(this.#context, session)
    const translated = translateQuery(sql, tokens, environment)
    try {
      return await this.#context.duck.with(async (connection) =>
        wireColumns(await connection.run(`SELECT * FROM (${translated}) LIMIT 0`), {
          hugeIsBigint: !environment.notes.hasLargeint,
        }),
      )
    } catch (error) {
      throw duckRefusal(error, tokens)
    }
  }

  /**
   * The text of a COM_STMT_EXECUTE with its parameters put in.
   * @throws {StandInError} 1243 for an id that nobody prepared.
   */
  bind(payload: Buffer): string {
    const statement = this.#statements.get(payload.readUInt32LE(1))
    if (statement === undefined) throw new StandInError('Unknown prepared statement handler', 1243)
    return statement.bind(payload)
  }

  close(id: number): void {
    this.#statements.delete(id)
  }

  clear(): void {
    this.#statements.clear()
  }
}
