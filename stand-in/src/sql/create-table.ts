import { isPrimaryKeyType, isSortKeyType, errorTypeName } from '../catalog/column-type.ts'
import type { ColumnDef, TableModel } from '../catalog/table-def.ts'
import { analyzingError, StandInError } from '../stand-in-error.ts'
import type { ServerVersion } from '../version.ts'
import { checkTableName, parseColumn, parseComment } from './column-parser.ts'
import type { TableName, TokenCursor } from './token-cursor.ts'

/** A CREATE TABLE statement, checked but for what the catalog knows. */
export interface CreateTable {
  readonly table: TableName
  readonly ifNotExists: boolean
  readonly columns: readonly ColumnDef[]
  readonly model: TableModel
  readonly keyNames: readonly string[]
  readonly comment: string
  readonly partitionBy?: string | undefined
  readonly distributedBy: readonly string[]
  readonly buckets?: number | undefined
  readonly orderBy?: readonly string[] | undefined
  readonly properties: Readonly<Record<string, string>>
}

/** Reads what follows CREATE TABLE, the clauses in StarRocks' order (reference/starrocks.md 3). */
export function parseCreateTable(
  cursor: TokenCursor,
  current: string | undefined,
  version: ServerVersion,
): CreateTable {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const table = cursor.tableName(current)
  checkTableName(table.name)
  const columns: ColumnDef[] = []
  const saidNullable: ColumnDef[] = []
  cursor.expect('(')
  do {
    if (cursor.sees('INDEX')) {
      skipIndex(cursor)
      continue
    }
    const { column, saysNull } = parseColumn(cursor, version)
    columns.push(column)
    if (saysNull) saidNullable.push(column)
  } while (cursor.accept(','))
  cursor.expect(')')
  checkAutoIncrement(columns)
  const rest = parseAfterColumns(cursor)
  if (rest.keys?.model === 'primary') refuseNullableKeys(saidNullable, rest.keys.names)
  return completeTable({ table, ifNotExists, columns, rest })
}

/** Keys are NOT NULL by themselves, and may not be said to be otherwise (3). */
function refuseNullableKeys(saidNullable: readonly ColumnDef[], keys: readonly string[]): void {
  const lowerKeys = keys.map((key) => key.toLowerCase())
  const found = saidNullable.find(({ name }) => lowerKeys.includes(name.toLowerCase()))
  if (found !== undefined) throw new StandInError(`primary key column[${found.name}] cannot be nullable`)
}

/** One AUTO_INCREMENT column a table, BIGINT, without a default (3; CreateTableAnalyzer.java). */
function checkAutoIncrement(columns: readonly ColumnDef[]): void {
  const found = columns.filter(({ autoIncrement }) => autoIncrement)
  if (found.length > 1) throw analyzingError('More than one AUTO_INCREMENT column defined in CREATE TABLE Statement')
  for (const { name, type, default: value } of found) {
    if (type.tag !== 'int' || type.bits !== 64) throw analyzingError('The AUTO_INCREMENT column must be BIGINT')
    if (value !== undefined) throw analyzingError(`AUTO_INCREMENT column ${name} can not have default value`)
  }
}

/** The clauses after the columns, in StarRocks' order (3). */
interface TableClauses {
  readonly keys: { readonly model: TableModel; readonly names: readonly string[] } | undefined
  readonly comment: string
  readonly partitionBy: string | undefined
  readonly distributedBy: readonly string[]
  readonly buckets?: number | undefined
  readonly orderBy: readonly string[] | undefined
  readonly properties: Readonly<Record<string, string>>
}

/** Reads what follows the columns, to the end. */
export function parseAfterColumns(cursor: TokenCursor): TableClauses {
  if (cursor.accept('ENGINE')) {
    cursor.accept('=')
    cursor.name()
  }
  const keys = parseKeys(cursor)
  const comment = parseComment(cursor)
  const partitionBy = parsePartition(cursor)
  const distribution = parseDistribution(cursor)
  const orderBy = cursor.accept('ORDER', 'BY') ? cursor.nameList() : undefined
  const properties = parseProperties(cursor)
  cursor.end()
  return { keys, comment, partitionBy, ...distribution, orderBy, properties }
}

/** Columns and clauses as one table, the keys marked. */
export function completeTable({
  rest: { keys, ...clauses },
  columns,
  ...head
}: {
  readonly table: TableName
  readonly ifNotExists: boolean
  readonly columns: readonly ColumnDef[]
  readonly rest: TableClauses
}): CreateTable {
  const model = keys?.model ?? 'duplicate'
  const keyNames = keys?.names ?? impliedKeys(columns)
  return { ...head, ...clauses, columns: withKeys(columns, model, keyNames), model, keyNames }
}

function skipIndex(cursor: TokenCursor): void {
  cursor.expect('INDEX')
  cursor.name()
  cursor.nameList()
  if (cursor.accept('USING')) cursor.word()
  parseComment(cursor)
}

function parseKeys(cursor: TokenCursor): { model: TableModel; names: string[] } | undefined {
  if (cursor.accept('PRIMARY', 'KEY')) return { model: 'primary', names: cursor.nameList() }
  if (cursor.accept('DUPLICATE', 'KEY')) return { model: 'duplicate', names: cursor.nameList() }
  if (cursor.accept('UNIQUE', 'KEY')) return { model: 'unique', names: cursor.nameList() }
  if (cursor.sees('AGGREGATE', 'KEY')) throw new StandInError('The stand-in has no AGGREGATE KEY tables')
  return undefined
}

/** Without a key clause the first columns that can be keys, three at most, are the duplicate key. */
function impliedKeys(columns: readonly ColumnDef[]): string[] {
  const keys: string[] = []
  for (const column of columns.slice(0, 3)) {
    if (!isSortKeyType(column.type)) break
    keys.push(column.name)
  }
  return keys
}

/** Key columns must be the first ones, in order; primary keys of few types and never null (3). */
function withKeys(columns: readonly ColumnDef[], model: TableModel, keyNames: readonly string[]): ColumnDef[] {
  for (const [index, key] of keyNames.entries()) {
    const column = columns.find(({ name }) => name.toLowerCase() === key.toLowerCase())
    if (column === undefined) throw new StandInError(`Key column(${key}) doesn't exist.`, 1064, '42000')
    if (columns[index] !== column) {
      throw new StandInError(
        'Key columns must be the first few columns of the schema and the order of the key columns must be consistent with the order of the schema',
        1064,
        '42000',
      )
    }
    if (model === 'primary' && !isPrimaryKeyType(column.type)) {
      throw new StandInError(`primary key column[${column.name}] type not supported: ${errorTypeName(column.type)}`)
    }
    if (model !== 'primary' && !isSortKeyType(column.type)) {
      throw new StandInError(`Data type of first column cannot be ${errorTypeName(column.type)}`)
    }
  }
  if (keyNames.length === 0) {
    throw new StandInError(
      `Data type of first column cannot be ${columns[0] === undefined ? '' : errorTypeName(columns[0].type)}`,
    )
  }
  return columns.map((column, index) => {
    if (index >= keyNames.length) return column
    return { ...column, isKey: true, nullable: model === 'primary' ? false : column.nullable }
  })
}

function parsePartition(cursor: TokenCursor): string | undefined {
  if (!cursor.accept('PARTITION', 'BY')) return undefined
  const start = cursor.at
  let depth = 0
  while (
    !cursor.atEnd &&
    !(depth === 0 && (cursor.sees('DISTRIBUTED') || cursor.sees('ORDER') || cursor.sees('PROPERTIES')))
  ) {
    const token = cursor.next()
    if (token.tag === 'sign') depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0
  }
  return cursor.tokens
    .slice(start, cursor.at)
    .map((token) => (token.tag === 'string' ? `"${token.text}"` : token.text))
    .join(' ')
}

function parseDistribution(cursor: TokenCursor): { distributedBy: string[]; buckets?: number | undefined } {
  if (!cursor.accept('DISTRIBUTED', 'BY')) return { distributedBy: [] }
  let distributedBy: string[] = []
  if (!cursor.accept('RANDOM')) {
    cursor.expect('HASH')
    distributedBy = cursor.nameList()
  }
  return { distributedBy, buckets: cursor.accept('BUCKETS') ? cursor.whole() : undefined }
}

/** `PROPERTIES ("k" = "v", ...)`. */
export function parseProperties(cursor: TokenCursor): Record<string, string> {
  const properties: Record<string, string> = {}
  if (!cursor.accept('PROPERTIES')) return properties
  cursor.expect('(')
  do {
    const key = cursor.string()
    cursor.expect('=')
    properties[key] = cursor.string()
  } while (cursor.accept(','))
  cursor.expect(')')
  return properties
}
