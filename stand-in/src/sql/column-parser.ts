import { errorTypeName } from '../catalog/column-type.ts'
import type { ColumnDef, ColumnDefault } from '../catalog/table-def.ts'
import { StandInError } from '../stand-in-error.ts'
import type { ServerVersion } from '../version.ts'
import type { TokenCursor } from './token-cursor.ts'
import { parseType } from './type-parser.ts'

/** A column as a statement has it, with words that the definition does not keep. */
export interface ParsedColumn {
  readonly column: ColumnDef
  /** NULL was written. */
  readonly saysNull: boolean
  /** KEY was written. */
  readonly saysKey: boolean
}

/** `name type [KEY] [NULL | NOT NULL] [AUTO_INCREMENT] [DEFAULT x] [COMMENT 'x']`, in any order as StarRocks reads it. */
export function parseColumn(cursor: TokenCursor, version: ServerVersion): ParsedColumn {
  const name = cursor.name()
  checkColumnName(name)
  const type = parseType(cursor, version)
  let saysKey = false
  let says: 'NULL' | 'NOT NULL' | undefined
  let autoIncrement = false
  let value: ColumnDefault | undefined
  let comment = ''
  for (;;) {
    if (cursor.accept('KEY')) saysKey = true
    else if (cursor.accept('NOT', 'NULL')) says = 'NOT NULL'
    else if (cursor.accept('NULL')) says = 'NULL'
    else if (cursor.accept('AUTO_INCREMENT')) autoIncrement = true
    else if (cursor.accept('DEFAULT')) value = parseDefault(cursor)
    else if (cursor.accept('COMMENT')) comment = cursor.string()
    else break
  }
  if (value?.tag === 'now' && type.tag !== 'datetime') {
    throw new StandInError(`Default function now() for type ${errorTypeName(type)} is not supported`)
  }
  const nullable = says !== 'NOT NULL' && !autoIncrement
  const column = { name, type, nullable, isKey: false, default: value, comment, autoIncrement }
  return { column, saysNull: says === 'NULL', saysKey }
}

/** @throws {StandInError} for reserved names, `__op...` and `__row...`, and those that are too long (reference/starrocks.md 3, 5). */
export function checkColumnName(name: string): void {
  if (/^__(?:op|row)/i.test(name)) {
    throw new StandInError(
      `Column name [${name}] is a system reserved name. Please choose a different one.`,
      1064,
      '42000',
    )
  }
  if (name.length > 1024) throw new StandInError(`Incorrect column name '${name}'`, 1166, '42000')
}

/** Quoted literals, CURRENT_TIMESTAMP, uuid() and uuid_numeric(); no expression (4). */
function parseDefault(cursor: TokenCursor): ColumnDefault | undefined {
  const token = cursor.next()
  if (token.tag === 'string' || token.tag === 'number') return { tag: 'literal', text: token.text }
  switch (token.word) {
    case '-':
      return { tag: 'literal', text: `-${cursor.next().text}` }
    case 'NULL':
      return undefined
    case 'TRUE':
    case 'FALSE':
      return { tag: 'literal', text: token.word.toLowerCase() }
    case 'CURRENT_TIMESTAMP':
    case 'NOW':
      return { tag: 'now', digits: fractionDigits(cursor) }
    case 'UUID':
      cursor.expect('(', ')')
      return { tag: 'function', name: 'uuid()' }
    case 'UUID_NUMERIC':
      cursor.expect('(', ')')
      return { tag: 'function', name: 'uuid_numeric()' }
    case '(':
      return parenthesized(cursor)
    default:
      throw cursor.unexpected(token)
  }
}

function parenthesized(cursor: TokenCursor): ColumnDefault | undefined {
  const inner = parseDefault(cursor)
  cursor.expect(')')
  return inner
}

function fractionDigits(cursor: TokenCursor): number {
  if (!cursor.accept('(') || cursor.accept(')')) return 0
  const digits = cursor.whole()
  cursor.expect(')')
  return digits
}

/** @throws {StandInError} for a name that is too long (5). */
export function checkTableName(name: string): void {
  if (name.length > 1024) throw new StandInError(`Incorrect table name '${name}'`, 1103, '42000')
}

/** Reads the text of a `COMMENT` clause, with or without the equals sign. */
export function parseComment(cursor: TokenCursor): string {
  if (!cursor.accept('COMMENT')) return ''
  cursor.accept('=')
  return cursor.string()
}
