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

const numberColumn = (name: string, type: number, length: number, decimals = 0): WireColumn => ({
  name,
  type,
  length,
  decimals,
  isBinary: false,
})

/** How a DuckDB result column looks to a MySQL client: BOOLEAN is tinyint(1) (reference/starrocks.md 4). */
export function wireColumn(name: string, type: DuckDBType): WireColumn {
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return numberColumn(name, columnType.tiny, 1)
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.UTINYINT:
      return numberColumn(name, columnType.tiny, 4)
    case DuckDBTypeId.SMALLINT:
      return numberColumn(name, columnType.short, 6)
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.USMALLINT:
      return numberColumn(name, columnType.long, 11)
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.UBIGINT:
      return numberColumn(name, columnType.longlong, 20)
    case DuckDBTypeId.FLOAT:
      return numberColumn(name, columnType.float, 12, 31)
    case DuckDBTypeId.DOUBLE:
      return numberColumn(name, columnType.double, 22, 31)
    case DuckDBTypeId.DECIMAL:
      return numberColumn(name, columnType.newDecimal, 40, 'scale' in type ? Number(type.scale) : 0)
    case DuckDBTypeId.DATE:
      return numberColumn(name, columnType.date, 10)
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_TZ:
      return numberColumn(name, columnType.datetime, 26, 6)
    case DuckDBTypeId.BLOB:
      return { name, type: columnType.blob, length: 1048576, decimals: 0, isBinary: true }
    default:
      return numberColumn(name, columnType.varString, 1048576)
  }
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
