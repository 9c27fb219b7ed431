import { DuckDBTypeId } from '@duckdb/node-api'
import type { Session } from '../sql/session.ts'
import type { SqlContext } from '../sql/sql-context.ts'
import type { QueryResult, StatementResult } from '../sql/statement-result.ts'
import { duckRefusal } from '../sql/duck-refusal.ts'
import { binaryRowPacket } from './binary-row.ts'
import { wireColumn, wireText } from './duck-values.ts'
import type { PacketSocket } from './packet-socket.ts'
import { QueryGuard } from './query-guard.ts'
import { columnPacket, eofPacket, okPacket, textRowPacket, type WireColumn } from './replies.ts'
import { columnType, PacketWriter } from './wire.ts'

/** How a result goes out. */
export interface SendSettings {
  readonly moreResults: boolean
  /** Binary rows, for prepared statements. */
  readonly binary: boolean
}

/** Where a result goes. */
export interface Receiver {
  readonly packets: PacketSocket
  readonly context: SqlContext
  readonly session: Session
}

/** Sends what a statement answered; queries are streamed from DuckDB, one snapshot for the whole result. */
export async function sendResult(receiver: Receiver, result: StatementResult, settings: SendSettings): Promise<void> {
  const { packets } = receiver
  switch (result.tag) {
    case 'ok':
      packets.send(okPacket(result.affectedRows, result.info, settings.moreResults))
      break
    case 'rows': {
      const columns = result.columns.map(({ name, kind }): WireColumn => ({
        name,
        type: kind === 'bigint' ? columnType.longlong : columnType.varString,
        length: 1024,
        decimals: 0,
        isBinary: false,
      }))
      sendHead(packets, columns)
      for (const row of result.rows) packets.send(settings.binary ? binaryRowPacket(row, columns) : textRowPacket(row))
      packets.send(eofPacket(settings.moreResults))
      break
    }
    case 'query':
      await sendGuarded(receiver, result, settings)
  }
  await packets.flush()
}

function sendHead(packets: PacketSocket, columns: readonly WireColumn[]): void {
  packets.send(new PacketWriter().lenenc(columns.length).done())
  for (const column of columns) packets.send(columnPacket(column, false))
  packets.send(eofPacket(false))
}

/** `query_timeout` and KILL QUERY end a query; what DuckDB refuses is an error of the client's statement. */
async function sendGuarded(receiver: Receiver, query: QueryResult, settings: SendSettings): Promise<void> {
  const { context, session, packets } = receiver
  const timeoutMs = Number(session.variable('query_timeout') ?? 300) * 1000
  await context.duck.with(async (connection) => {
    const guard = new QueryGuard(context.clock, timeoutMs, () => connection.interrupt())
    session.cancel = () => guard.cancel()
    try {
      await guard.run(query.sleepMs, async () => {
        const result = query.isShort ? await connection.whole(query.sql) : await connection.stream(query.sql)
        await sendRows(packets, result, query, settings)
      })
    } catch (error) {
      throw duckRefusal(error, query.tokens)
    } finally {
      session.cancel = undefined
    }
  })
}

type DuckStream = Awaited<ReturnType<Parameters<Parameters<SqlContext['duck']['with']>[0]>[0]['stream']>>

async function sendRows(
  packets: PacketSocket,
  result: DuckStream,
  query: QueryResult,
  settings: SendSettings,
): Promise<void> {
  let chunk = await result.fetchChunk()
  const columns = wireColumns(result, query)
  sendHead(packets, columns)
  while (chunk !== null && chunk.rowCount > 0) {
    for (const row of chunk.getRows()) {
      const values = row.map(wireText)
      packets.send(settings.binary ? binaryRowPacket(values, columns) : textRowPacket(values))
    }
    if (packets.isFull) await packets.flush()
    chunk = await result.fetchChunk()
  }
  packets.send(eofPacket(settings.moreResults))
}

/** DuckDB sums integers into 128 bits, StarRocks into BIGINT: only a query that has to do with LARGEINT answers it. */
export function wireColumns(
  result: Pick<DuckStream, 'columnNames' | 'columnTypes'>,
  { hugeIsBigint }: Pick<QueryResult, 'hugeIsBigint'>,
): WireColumn[] {
  const names = result.columnNames()
  return result.columnTypes().map((type, index) => {
    const column = wireColumn(names[index] ?? '', type)
    return hugeIsBigint && type.typeId === DuckDBTypeId.HUGEINT ? { ...column, type: columnType.longlong } : column
  })
}
