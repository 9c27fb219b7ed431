import type { ColumnDef, TableDef } from '../catalog/table-def.ts'
import { findColumn, storageName } from '../catalog/table-def.ts'
import { StandInError } from '../stand-in-error.ts'
import { quoteName } from '../storage/duck.ts'
import type { QueryEnvironment } from './query-environment.ts'
import { translateExpression, translateQuery } from './query-translator.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { defaultLoadText, loadText, selfColumns, writeRows } from './sql-writer.ts'
import type { StatementResult } from './statement-result.ts'
import { ok } from './statement-result.ts'
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

/** `INSERT INTO | OVERWRITE t [WITH LABEL l] [(columns)] VALUES ... | SELECT ...` (reference/starrocks.md 6). */
export async function runInsert(statement: DmlStatement): Promise<StatementResult> {
  const { context, session, cursor } = statement
  const overwrite = cursor.accept('OVERWRITE')
  if (!overwrite) cursor.expect('INTO')
  cursor.accept('TABLE')
  const name = cursor.tableName(session.database)
  const table = context.catalog.table(name.database, name.name)
  const label = cursor.accept('WITH', 'LABEL') ? cursor.name() : undefined
  const names = cursor.sees('(') && cursor.tokens[cursor.at + 1]?.word !== 'SELECT' ? cursor.nameList() : undefined
  const columns = names === undefined ? [...table.columns] : names.map((wanted) => requireColumn(table, wanted))
  const sql = cursor.accept('VALUES') ? valuesSql(statement, table, columns) : selectSql(statement, table, columns)
  return await writeRows(context, session, { table, sql, deletes: false, label, overwrite })
}

function requireColumn(table: TableDef, name: string): ColumnDef {
  const column = findColumn(table, name)
  if (column === undefined) throw new StandInError(`Unknown column '${name}' in '${table.name}'`, 1054, '42S22')
  return column
}

/** One SELECT of all table columns from given ones; columns that are not named take their default. */
function completed(table: TableDef, given: ReadonlyMap<string, string>): string {
  return table.columns.map((column) => given.get(column.name) ?? defaultLoadText(column)).join(', ')
}

function valuesSql(statement: DmlStatement, table: TableDef, columns: readonly ColumnDef[]): string {
  const { cursor, environment } = statement
  const rows: string[] = []
  do {
    cursor.expect('(')
    const values = splitAtCommas(cursor)
    cursor.expect(')')
    if (values.length !== columns.length) {
      throw new StandInError(`Column count doesn't match value count`, 1136, '21S01')
    }
    const given = new Map(
      columns.map((column, index) => {
        const tokens = values[index] ?? []
        const isDefault = tokens.length === 1 && tokens[0]?.word === 'DEFAULT'
        return [
          column.name,
          isDefault ? defaultLoadText(column) : loadText(column, `(${translateExpression(tokens, environment)})`),
        ]
      }),
    )
    rows.push(`SELECT ${completed(table, given)}`)
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

function selectSql(statement: DmlStatement, table: TableDef, columns: readonly ColumnDef[]): string {
  const { cursor, environment, sql } = statement
  if (!cursor.sees('SELECT') && !cursor.sees('WITH') && !cursor.sees('(')) throw cursor.unexpected()
  const query = translateQuery(sql, cursor.tokens.slice(cursor.at), environment)
  const names = columns.map((_column, index) => `c${index}`)
  const given = new Map(columns.map((column, index) => [column.name, loadText(column, `c${index}`)]))
  return `SELECT ${completed(table, given)} FROM (${query}) source(${names.join(', ')})`
}

/** `UPDATE t SET c = x, ... WHERE ...`, for primary key tables; keys stay as they are (3). */
export async function runUpdate(statement: DmlStatement): Promise<StatementResult> {
  const { context, session, cursor, environment } = statement
  const name = cursor.tableName(session.database)
  const table = context.catalog.table(name.database, name.name)
  if (table.model !== 'primary') throw new StandInError('does not support update operations in non-primary key table')
  cursor.expect('SET')
  const changes = new Map<string, string>()
  do {
    const column = requireColumn(table, cursor.name())
    if (column.isKey) throw new StandInError(`primary key column cannot be updated: ${column.name}`)
    cursor.expect('=')
    changes.set(column.name, translateExpression(untilClause(cursor), environment))
  } while (cursor.accept(','))
  if (!cursor.accept('WHERE')) throw new StandInError('must specify where clause to prevent full table update')
  const condition = translateExpression(cursor.tokens.slice(cursor.at), environment)
  const columns = table.columns.map((column) => {
    const change = changes.get(column.name)
    return change === undefined ? loadText(column, `"self".${quoteName(column.name)}`) : loadText(column, `(${change})`)
  })
  const from = `FROM (SELECT * FROM ${storageName(table.id)}) AS "self" WHERE ${withoutTable(condition, table)}`
  return await writeRows(context, session, { table, sql: `SELECT ${columns.join(', ')} ${from}`, deletes: false })
}

/** `t.column` in a condition means the one table that there is. */
const withoutTable = (condition: string, table: TableDef): string =>
  condition.replaceAll(`${quoteName(table.name)} . `, '"self" . ')

function untilClause(cursor: TokenCursor): Token[] {
  const start = cursor.at
  let depth = 0
  while (!cursor.atEnd && !(depth === 0 && (cursor.sees(',') || cursor.sees('WHERE')))) {
    depth += depthStep(cursor.next())
  }
  return cursor.tokens.slice(start, cursor.at)
}

/** `DELETE FROM t WHERE ...`. */
export async function runDelete(statement: DmlStatement): Promise<StatementResult> {
  const { context, session, cursor, environment } = statement
  cursor.expect('FROM')
  const name = cursor.tableName(session.database)
  const table = context.catalog.table(name.database, name.name)
  if (!cursor.accept('WHERE')) throw new StandInError('Where clause is not set')
  const condition = withoutTable(translateExpression(cursor.tokens.slice(cursor.at), environment), table)
  if (table.model === 'primary') {
    const from = `FROM (SELECT * FROM ${storageName(table.id)}) AS "self" WHERE ${condition}`
    return await writeRows(context, session, {
      table,
      sql: `SELECT ${selfColumns(table).join(', ')} ${from}`,
      deletes: true,
    })
  }
  await context.locks.holding([table.id], () =>
    context.duck.with((connection) =>
      connection.run(`DELETE FROM ${storageName(table.id)} AS "self" WHERE ${condition}`),
    ),
  )
  return ok()
}
