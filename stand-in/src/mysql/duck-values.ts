import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api'
import { showDecimal } from '../load/values/decimal-text.ts'
import { showDays, showMicros } from '../load/values/date-text.ts'
import type { WireColumn } from './replies.ts'
import { columnType } from './wire.ts'

/** Type, length and decimals by DuckDB type; anything else is text. */
const shapes: ReadonlyMap<DuckDBTypeId, readonly [type: number, length: number, decimals: number]> = new Map([
  [DuckDBTypeId.BOOLEAN, [columnType.tiny, 1, 0]],
  [DuckDBTypeId.TINYINT, [columnType.tiny, 4, 0]],
  [DuckDBTypeId.UTINYINT, [columnType.short, 6, 0]],
  [DuckDBTypeId.SMALLINT, [columnType.short, 6, 0]],
  [DuckDBTypeId.USMALLINT, [columnType.long, 11, 0]],
  [DuckDBTypeId.INTEGER, [columnType.long, 11, 0]],
  [DuckDBTypeId.UINTEGER, [columnType.longlong, 20, 0]],
  [DuckDBTypeId.BIGINT, [columnType.longlong, 20, 0]],
  [DuckDBTypeId.UBIGINT, [columnType.longlong, 20, 0]],
  [DuckDBTypeId.FLOAT, [columnType.float, 12, 31]],
  [DuckDBTypeId.DOUBLE, [columnType.double, 22, 31]],
  [DuckDBTypeId.DECIMAL, [columnType.newDecimal, 40, 0]],
  [DuckDBTypeId.DATE, [columnType.date, 10, 0]],
  [DuckDBTypeId.TIMESTAMP, [columnType.datetime, 26, 6]],
  [DuckDBTypeId.TIMESTAMP_TZ, [columnType.datetime, 26, 6]],
  [DuckDBTypeId.BLOB, [columnType.blob, 1048576, 0]],
  [DuckDBTypeId.HUGEINT, [columnType.string, 40, 0]],
])

/** How a DuckDB result column looks to a MySQL client: BOOLEAN is tinyint(1) (reference/starrocks.md 4). */
export function wireColumn(name: string, type: DuckDBType): WireColumn {
  const [wireType, length, decimals] = shapes.get(type.typeId) ?? [columnType.varString, 1048576, 0]
  const scale = type.typeId === DuckDBTypeId.DECIMAL && 'scale' in type ? Number(type.scale) : decimals
  return { name, type: wireType, length, decimals: scale, isBinary: type.typeId === DuckDBTypeId.BLOB }
}

/** A value as StarRocks' text protocol shows it. */
export function wireText(value: DuckDBValue): string | Uint8Array | null {
  switch (typeof value) {
    case 'string':
      return value
    case 'boolean':
      return value ? '1' : '0'
    case 'bigint':
      return value.toString()
    case 'number':
      return showNumber(value)
    default:
      return value === null ? null : objectText(value)
  }
}

function objectText(value: NonNullable<Exclude<DuckDBValue, string | boolean | bigint | number>>): string | Uint8Array {
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return showMicros(value.micros)
  if (value instanceof DuckDBDateValue) return showDays(value.days)
  if (value instanceof DuckDBDecimalValue) return showDecimal(value.value, value.scale)
  if (value instanceof DuckDBBlobValue) return value.bytes
  return String(value)
}

function showNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toString()
  return String(value)
}
