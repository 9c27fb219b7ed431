import { randomUUID } from 'node:crypto'
import type { ColumnDef, TableDef } from '../catalog/table-def.ts'
import { findColumn, storageName } from '../catalog/table-def.ts'
import { duckType } from '../catalog/column-type.ts'
import { analyzingError, StandInError } from '../stand-in-error.ts'
import { quoteName } from '../storage/duck.ts'
import type { QueryEnvironment } from './query-environment.ts'
import { translateExpression, translateQuery } from './query-translator.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { refuseInTransaction, replyText } from './sql-transaction.ts'
import { defaultLoadText, loadText, ownColumns, writeRows } from './sql-writer.ts'
import type { StatementResult } from './statement-result.ts'
import { ok } from './statement-result.ts'
import { tableTarget } from './table-source.ts'
import type { Token } from './token.ts'
import type { TokenCursor } from './token-cursor.ts'

/** A statement that writes rows, taken apart as far as its verb. */
export interface DmlStatement {
  readonly context: SqlContext
  readonly session: Session
  readonly environment: QueryEnvironment
  readonly sql: string
  readonly cursor: TokenCursor
}

/** The table that a statement writes; it takes the privilege for the verb. */
function targetTable({ context, session, cursor }: DmlStatement, privilege: 'INSERT' | 'UPDATE' | 'DELETE'): TableDef {
  const { database, name } = cursor.tableName(session.database)
  const table = context.catalog.table(database, name)
  session.access.require(tableTarget(context, table), privilege)
  return table
}

/** `INSERT INTO | OVERWRITE t [WITH LABEL l] [(columns)] VALUES ... | SELECT ...` (reference/starrocks.md 6). */
export async function runInsert(statement: DmlStatement): Promise<StatementResult> {
  const { context, session, cursor, environment } = statement
  const verb = cursor.accept('OVERWRITE') ? 'INSERT OVERWRITE' : 'INSERT'
  if (verb === 'INSERT') cursor.expect('INTO')
  cursor.accept('TABLE')
  const table = targetTable(statement, 'INSERT')
  const label = cursor.accept('WITH', 'LABEL') ? cursor.nameOrString() : undefined
  const names = cursor.sees('(') && !startsQuery(cursor.tokens[cursor.at + 1]) ? cursor.nameList() : undefined
  const columns = insertedColumns(table, names)
  const isValues = cursor.accept('VALUES')
  const source: InsertSource = {
    columns,
    sql: isValues ? valuesSql(statement, columns) : selectSql(statement),
    isLoadText: isValues,
  }
  const fills = fillsMissingFromRows(statement, table, columns)
  if (!fills) checkMentioned(table, columns)
  const sql = fills ? partialSql(table, source) : wholeSql(table, source)
  const { readTableIds } = environment.notes
  return await writeRows(context, session, { verb, table, sql, label, readTableIds })
}

const startsQuery = (token: Token | undefined): boolean => token?.word === 'SELECT' || token?.word === 'WITH'

function insertedColumns(table: TableDef, names: readonly string[] | undefined): readonly ColumnDef[] {
  const columns = names === undefined ? table.columns : names.map((wanted) => requireColumn(table, wanted))
  for (const [index, column] of columns.entries()) {
    if (columns.indexOf(column) < index) throw analyzingError(`Column '${column.name}' specified twice`, 1110, '42000')
  }
  return columns
}

/** `enable_insert_partial_update`: columns that an INSERT leaves out keep the values of the row that is there. */
function fillsMissingFromRows(
  { context, session }: DmlStatement,
  table: TableDef,
  columns: readonly ColumnDef[],
): boolean {
  return (
    table.model === 'primary' &&
    columns.length < table.columns.length &&
    table.columns.every((column) => !column.isKey || columns.includes(column)) &&
    context.options.version.insertPartialUpdate &&
    session.variable('enable_insert_partial_update') !== 'false'
  )
}

function checkMentioned(table: TableDef, columns: readonly ColumnDef[]): void {
  for (const column of table.columns) {
    if (columns.includes(column) || column.nullable || column.default !== undefined || column.autoIncrement) continue
    throw analyzingError(`'${column.name}' must be explicitly mentioned in column permutation`, 5002)
  }
}

/** A query that answers the named columns. */
interface InsertSource {
  readonly columns: readonly ColumnDef[]
  readonly sql: string
  /** Its values are text in the form that loads read. */
  readonly isLoadText: boolean
}

const sourceName = (index: number): string => `source.c${index}`

const asSource = ({ sql, columns }: InsertSource): string =>
  `(${sql}) source(${columns.map((_column, index) => `c${index}`).join(', ')})`

function given({ columns, isLoadText }: InsertSource, column: ColumnDef): string | undefined {
  const index = columns.indexOf(column)
  if (index < 0) return undefined
  return isLoadText ? sourceName(index) : loadText(column, sourceName(index))
}

/** All columns of the table; those that are not named take their default. */
function wholeSql(table: TableDef, source: InsertSource): string {
  const values = table.columns.map((column) => given(source, column) ?? defaultLoadText(column))
  return `SELECT ${values.join(', ')} FROM ${asSource(source)}`
}

function partialSql(table: TableDef, source: InsertSource): string {
  const { columns } = source
  const keys = columns.flatMap((column, index) =>
    column.isKey ? [`old.${quoteName(column.name)} = TRY_CAST(${sourceName(index)} AS ${duckType(column.type)})`] : [],
  )
  const [firstKey] = table.keyNames
  const values = table.columns.map((column) => {
    const value = given(source, column)
    if (value !== undefined) return value
    const kept = loadText(column, `old.${quoteName(column.name)}`)
    return `CASE WHEN old.${quoteName(firstKey ?? '')} IS NULL THEN ${defaultLoadText(column)} ELSE ${kept} END`
  })
  return `SELECT ${values.join(', ')} FROM ${asSource(source)} LEFT JOIN ${storageName(table.id)} old ON ${keys.join(' AND ')}`
}

function requireColumn(table: TableDef, name: string): ColumnDef {
  const column = findColumn(table, name)
  if (column === undefined) throw analyzingError(`Unknown column '${name}' in '${table.name}'`, 1054, '42S22')
  return column
}

/** One SELECT a row, of the named columns. DEFAULT is each column's own. */
function valuesSql({ cursor, environment }: DmlStatement, columns: readonly ColumnDef[]): string {
  const rows: string[] = []
  do {
    cursor.expect('(')
    const values = splitAtCommas(cursor)
    cursor.expect(')')
    if (values.length !== columns.length) {
      throw analyzingError(`Column count doesn't match value count`, 1136, '21S01')
    }
    const texts = columns.map((column, index) => {
      const tokens = values[index] ?? []
      const isDefault = tokens.length === 1 && tokens[0]?.word === 'DEFAULT'
      return isDefault ? defaultLoadText(column) : loadText(column, `(${translateExpression(tokens, environment)})`)
    })
    rows.push(`SELECT ${texts.join(', ')}`)
  } while (cursor.accept(','))
  cursor.end()
  return rows.join(' UNION ALL ')
}

/** The token lists between commas up to the closing parenthesis, which is left. */
function splitAtCommas(cursor: TokenCursor): Token[][] {
  const parts: Token[][] = [[]]
  let depth = 0
  while (!cursor.atEnd && (depth > 0 || !cursor.sees(')'))) {
    const isComma = depth === 0 && cursor.sees(',')
    const token = cursor.next()
    depth += depthStep(token)
    if (isComma) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

const depthStep = (token: Token): number =>
  token.tag !== 'sign' ? 0 : token.text === '(' ? 1 : token.text === ')' ? -1 : 0

function selectSql({ cursor, environment, sql }: DmlStatement): string {
  if (!startsQuery(cursor.peek) && !cursor.sees('(')) {
    throw cursor.unexpected(cursor.peek, "'SELECT'", "'VALUES'", "'WITH'", "'('")
  }
  return translateQuery(sql, cursor.tokens.slice(cursor.at), environment)
}

/** `UPDATE t SET c = x, ... [FROM ...] WHERE ...`, for primary key tables; keys stay as they are (3). */
export async function runUpdate(statement: DmlStatement): Promise<StatementResult> {
  const { context, session, cursor, environment } = statement
  const table = targetTable(statement, 'UPDATE')
  if (table.model !== 'primary') throw new StandInError(`table ${table.name} does not support update`)
  cursor.expect('SET')
  const changes = new Map<string, string>()
  do {
    const column = requireColumn(table, columnOf(cursor, table))
    if (column.isKey) throw analyzingError(`primary key column cannot be updated: ${column.name}`)
    cursor.expect('=')
    changes.set(column.name, translateExpression(untilClause(cursor), environment))
  } while (cursor.accept(','))
  const others = otherTables(statement, 'FROM')
  if (!cursor.accept('WHERE')) throw analyzingError('must specify where clause to prevent full table update')
  const condition = translateExpression(cursor.tokens.slice(cursor.at), environment)
  const own = ownColumns(table)
  const columns = table.columns.map((column, index) => {
    const change = changes.get(column.name)
    return change === undefined ? own[index] : loadText(column, `(${change})`)
  })
  const sql = `SELECT ${columns.join(', ')} FROM ${ownTable(table)}${others} WHERE ${condition}`
  return await writeRows(context, session, { verb: 'UPDATE', table, sql, readTableIds: environment.notes.readTableIds })
}

/** `c`, or `t.c` of the table that is updated. */
function columnOf(cursor: TokenCursor, table: TableDef): string {
  const first = cursor.name()
  return first === table.name && cursor.accept('.') ? cursor.name() : first
}

const ownTable = (table: TableDef): string => `${storageName(table.id)} AS ${quoteName(table.name)}`

/** The tables after FROM of an UPDATE or USING of a DELETE, as more of the same FROM clause. */
function otherTables({ cursor, environment }: DmlStatement, word: 'FROM' | 'USING'): string {
  if (!cursor.sees(word)) return ''
  const [first] = cursor.tokens.slice(cursor.at, cursor.at + 1)
  cursor.next()
  const start = cursor.at
  while (!cursor.atEnd && !cursor.sees('WHERE')) cursor.next()
  if (first === undefined) return ''
  const tables = [{ ...first, word: 'FROM', text: 'FROM' }, ...cursor.tokens.slice(start, cursor.at)]
  return translateExpression(tables, environment).replace(/^FROM /, ', ')
}

function untilClause(cursor: TokenCursor): Token[] {
  const start = cursor.at
  let depth = 0
  while (!cursor.atEnd && !(depth === 0 && (cursor.sees(',') || cursor.sees('WHERE') || cursor.sees('FROM')))) {
    depth += depthStep(cursor.next())
  }
  return cursor.tokens.slice(start, cursor.at)
}

/** `DELETE FROM t [USING ...] WHERE ...`. */
export async function runDelete(statement: DmlStatement): Promise<StatementResult> {
  const { context, session, cursor, environment } = statement
  cursor.expect('FROM')
  const table = targetTable(statement, 'DELETE')
  const others = otherTables(statement, 'USING')
  if (!cursor.accept('WHERE')) throw analyzingError('Where clause is not set')
  const condition = translateExpression(cursor.tokens.slice(cursor.at), environment)
  const { readTableIds } = environment.notes
  if (table.model === 'primary') {
    const sql = `SELECT ${ownColumns(table).join(', ')} FROM ${ownTable(table)}${others} WHERE ${condition}`
    return await writeRows(context, session, { verb: 'DELETE', table, sql, readTableIds })
  }
  refuseInTransaction(session)
  await context.locks.holding([table.id], () =>
    context.duck.with((connection) => connection.run(`DELETE FROM ${ownTable(table)} WHERE ${condition}`)),
  )
  return ok(0, replyText(`delete_${randomUUID()}`, 'VISIBLE', context.catalog.nextId()))
}
