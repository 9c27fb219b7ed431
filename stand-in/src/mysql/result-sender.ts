import { DuckDBTypeId, type DuckDBValue } from '@duckdb/node-api'
import type { Duck } from '../storage/duck.ts'
import type { StatementResult } from '../sql/statement-result.ts'
import { wireColumn, wireText } from './duck-values.ts'
import type { PacketSocket } from './packet-socket.ts'
import { binaryRowPacket, columnPacket, eofPacket, okPacket, textRowPacket, type WireColumn } from './replies.ts'
import { columnType, PacketWriter } from './wire.ts'

/** How a result goes out. */
export interface SendSettings {
  readonly moreResults: boolean
  /** Binary rows, for prepared statements. */
  readonly binary: boolean
}

/** Sends what a statement answered; queries are streamed from DuckDB, one snapshot for the whole result. */
export async function sendResult(
  packets: PacketSocket,
  duck: Duck,
  result: StatementResult,
  settings: SendSettings,
): Promise<void> {
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
      sendHead(packets, columns, settings)
      for (const row of result.rows) packets.send(settings.binary ? binaryRowPacket(row) : textRowPacket(row))
      packets.send(eofPacket(settings.moreResults))
      break
    }
    case 'query':
      await sendQuery(packets, duck, result.sql, settings)
  }
  await packets.flush()
}

function sendHead(packets: PacketSocket, columns: readonly WireColumn[], settings: SendSettings): void {
  packets.send(new PacketWriter().lenenc(columns.length).done())
  for (const column of columns) packets.send(columnPacket(settings.binary ? asText(column) : column, false))
  packets.send(eofPacket(false))
}

/** Columns of prepared statements are described as text, which every client converts. */
export function asText(column: WireColumn): WireColumn {
  return column.isBinary ? column : { ...column, type: columnType.varString, decimals: 31 }
}

async function sendQuery(packets: PacketSocket, duck: Duck, sql: string, settings: SendSettings): Promise<void> {
  await duck.with(async (connection) => {
    const result = await connection.stream(sql)
    let chunk = await result.fetchChunk()
    const firstRow = chunk !== null && chunk.rowCount === 1 ? chunk.getRows()[0] : undefined
    const names = result.columnNames()
    const columns = result.columnTypes().map((type, index) => {
      const isSmallHuge = type.typeId === DuckDBTypeId.HUGEINT && fitsBigint(firstRow?.[index])
      const column = wireColumn(names[index] ?? '', type)
      return isSmallHuge ? { ...column, type: columnType.longlong } : column
    })
    sendHead(packets, columns, settings)
    while (chunk !== null && chunk.rowCount > 0) {
      for (const row of chunk.getRows()) {
        const values = row.map(wireText)
        packets.send(settings.binary ? binaryRowPacket(values) : textRowPacket(values))
      }
      if (packets.isFull) await packets.flush()
      chunk = await result.fetchChunk()
    }
    packets.send(eofPacket(settings.moreResults))
  })
}

/** DuckDB sums integers into 128 bits; StarRocks into BIGINT. A single row shows which it can be. */
function fitsBigint(value: DuckDBValue | undefined): boolean {
  return typeof value === 'bigint' && value < 2n ** 63n && value >= -(2n ** 63n)
}
