import { assumptions } from '../assumptions.ts'
import type { ColumnType } from '../catalog/column-type.ts'
import { StandInError } from '../stand-in-error.ts'
import type { ServerVersion } from '../version.ts'
import type { TokenCursor } from './token-cursor.ts'

const plainTypes: Readonly<Record<string, ColumnType>> = {
  BOOLEAN: { tag: 'boolean' },
  BOOL: { tag: 'boolean' },
  TINYINT: { tag: 'int', bits: 8 },
  SMALLINT: { tag: 'int', bits: 16 },
  INT: { tag: 'int', bits: 32 },
  INTEGER: { tag: 'int', bits: 32 },
  BIGINT: { tag: 'int', bits: 64 },
  LARGEINT: { tag: 'int', bits: 128 },
  FLOAT: { tag: 'float', bits: 32 },
  DOUBLE: { tag: 'float', bits: 64 },
  DATE: { tag: 'date' },
  DATETIME: { tag: 'datetime' },
  STRING: { tag: 'varchar', length: assumptions.stringMaxBytes },
  TEXT: { tag: 'varchar', length: assumptions.stringMaxBytes },
  JSON: { tag: 'json' },
}

const unsupported = ['TIME', 'INTERVAL', 'TIMESTAMP', 'UUID', 'ENUM', 'UNSIGNED', 'BLOB', 'HLL', 'BITMAP', 'PERCENTILE']

type SizedType = (cursor: TokenCursor, version: ServerVersion) => ColumnType

const decimalType: SizedType = (cursor, version) => decimal(cursor, version)
const varbinary: SizedType = (cursor) => ({ tag: 'varbinary', length: lengthWithin(cursor, 'VARBINARY', 1048576) ?? 0 })

const sizedTypes: Readonly<Record<string, SizedType>> = {
  CHAR: (cursor) => ({ tag: 'char', length: lengthWithin(cursor, 'CHAR', 255) ?? 1 }),
  VARCHAR: (cursor, version) => ({
    tag: 'varchar',
    length: lengthWithin(cursor, 'VARCHAR', version.maxVarcharBytes) ?? 1,
  }),
  VARBINARY: varbinary,
  BINARY: varbinary,
  DECIMAL: decimalType,
  NUMERIC: decimalType,
  DECIMALV3: decimalType,
  DECIMAL32: decimalType,
  DECIMAL64: decimalType,
  DECIMAL128: decimalType,
  ARRAY: (cursor, version) => nested(cursor, 'ARRAY', version),
  MAP: (cursor, version) => nested(cursor, 'MAP', version),
  STRUCT: (cursor, version) => nested(cursor, 'STRUCT', version),
}

/**
 * Reads a column type with its limits (reference/starrocks.md 4).
 * @throws {StandInError} 1064 for a type that StarRocks, or the stand-in, has not.
 */
export function parseType(cursor: TokenCursor, version: ServerVersion): ColumnType {
  const token = cursor.next()
  const word = token.text.toUpperCase()
  const plain = plainTypes[word]
  if (plain?.tag === 'int') skipDisplayWidth(cursor)
  const sized = sizedTypes[word]
  const type = plain ?? sized?.(cursor, version)
  if (type !== undefined) return type
  if (unsupported.includes(word)) throw new StandInError(`Unsupported type: ${word}`, 1064, '42000')
  throw cursor.unexpected(token)
}

function skipDisplayWidth(cursor: TokenCursor): void {
  if (!cursor.accept('(')) return
  cursor.whole()
  cursor.expect(')')
}

function lengthWithin(cursor: TokenCursor, type: string, max: number): number | undefined {
  if (!cursor.accept('(')) return undefined
  if (cursor.accept('*')) {
    cursor.expect(')')
    return max
  }
  const length = cursor.whole()
  cursor.expect(')')
  if (length < 1 || length > max) {
    throw new StandInError(`${type} size must be <= ${max}: ${length}`, 1064, '42000')
  }
  return length
}

function decimal(cursor: TokenCursor, version: ServerVersion): ColumnType {
  let [precision, scale] = [10, 0]
  if (cursor.accept('(')) {
    precision = cursor.whole()
    if (cursor.accept(',')) scale = cursor.whole()
    cursor.expect(')')
  }
  const max = version.maxDecimalPrecision
  if (precision < 1 || precision > max) {
    throw new StandInError(`DECIMAL's precision should range from 1 to ${max}`, 1064, '42000')
  }
  if (scale > precision) {
    throw new StandInError(`DECIMAL(P[,S]) type P must be greater than or equal to the value of S`, 1064, '42000')
  }
  return { tag: 'decimal', precision, scale }
}

/** The inside is kept as written, lower case; its own types are checked by reading them. */
function nested(cursor: TokenCursor, word: 'ARRAY' | 'MAP' | 'STRUCT', version: ServerVersion): ColumnType {
  const start = cursor.at
  cursor.expect('<')
  do {
    if (word === 'STRUCT') cursor.name()
    parseType(cursor, version)
  } while (cursor.accept(','))
  cursor.expect('>')
  const inside = cursor.tokens.slice(start, cursor.at).map((token) => token.text.toLowerCase())
  const text = `${word.toLowerCase()}${inside.join(word === 'STRUCT' ? ' ' : '')}`
  const kinds = { ARRAY: 'array', MAP: 'map', STRUCT: 'struct' } as const
  return { tag: 'nested', kind: kinds[word], text }
}
