import { DuckDBTypeId, type DuckDBType } from '@duckdb/node-api'
import type { ColumnType } from '../catalog/column-type.ts'
import { assumptions } from '../assumptions.ts'
import type { ColumnDef } from '../catalog/table-def.ts'
import { analyzingError } from '../stand-in-error.ts'
import { checkColumnName } from './column-parser.ts'
import { completeTable, parseAfterColumns } from './create-table.ts'
import { createTable } from './stored-table.ts'
import type { DmlStatement } from './dml.ts'
import { duckRefusal } from './duck-refusal.ts'
import { translateQuery } from './query-translator.ts'
import { loadText, writeRows } from './sql-writer.ts'
import type { StatementResult } from './statement-result.ts'
import { ok } from './statement-result.ts'

/** Where the query of a CREATE TABLE ... AS begins; undefined when there is none. */
export function queryOfCreate(statement: DmlStatement): number | undefined {
  const { cursor } = statement
  const at = cursor.tokens.findIndex(
    (token, index) => token.word === 'AS' && /^(?:SELECT|WITH)$/.test(cursor.tokens[index + 1]?.word ?? ''),
  )
  return at < 0 ? undefined : at
}

/** `CREATE TABLE [IF NOT EXISTS] t [(a, b)] [keys, distribution, properties] AS SELECT ...`: the types are the query's. */
export async function createTableAs(statement: DmlStatement, asAt: number): Promise<StatementResult> {
  const { context, session, cursor, environment, sql } = statement
  const query = cursor.tokens.slice(asAt + 1)
  const head = cursor.upTo(asAt)
  const ifNotExists = head.accept('IF', 'NOT', 'EXISTS')
  const table = head.tableName(session.database)
  const names = head.sees('(') ? head.nameList() : undefined
  const rest = parseAfterColumns(head)
  const translated = translateQuery(sql, query, environment)
  const columns = await queryColumns(statement, translated, names)
  for (const { name } of columns) checkColumnName(name)
  if (ifNotExists && context.catalog.findTable(table.database, table.name) !== undefined) return ok()
  await createTable(context, session, completeTable({ table, ifNotExists, columns, rest }))
  const created = context.catalog.table(table.database, table.name)
  const values = created.columns.map((column, index) => loadText(column, `source.c${index}`))
  const source = `(${translated}) source(${values.map((_value, index) => `c${index}`).join(', ')})`
  return await writeRows(context, session, {
    verb: 'INSERT',
    table: created,
    sql: `SELECT ${values.join(', ')} FROM ${source}`,
    readTableIds: environment.notes.readTableIds,
  })
}

async function queryColumns(
  { context, cursor, environment }: DmlStatement,
  translated: string,
  names: readonly string[] | undefined,
): Promise<ColumnDef[]> {
  try {
    return await context.duck.with(async (connection) => {
      const result = await connection.run(`SELECT * FROM (${translated}) LIMIT 0`)
      const found = names ?? result.columnNames()
      const types = result.columnTypes()
      if (found.length !== types.length) throw analyzingError('Number of column names does not match number of columns')
      return types.map((type, index) => ({
        name: found[index] ?? '',
        type: columnTypeOf(type, environment.notes.hasLargeint),
        nullable: true,
        isKey: false,
        comment: '',
        autoIncrement: false,
      }))
    })
  } catch (error) {
    throw duckRefusal(error, cursor.tokens)
  }
}

const plainTypes: ReadonlyMap<DuckDBTypeId, ColumnType> = new Map<DuckDBTypeId, ColumnType>([
  [DuckDBTypeId.BOOLEAN, { tag: 'boolean' }],
  [DuckDBTypeId.TINYINT, { tag: 'int', bits: 8 }],
  [DuckDBTypeId.SMALLINT, { tag: 'int', bits: 16 }],
  [DuckDBTypeId.INTEGER, { tag: 'int', bits: 32 }],
  [DuckDBTypeId.BIGINT, { tag: 'int', bits: 64 }],
  [DuckDBTypeId.UBIGINT, { tag: 'int', bits: 128 }],
  [DuckDBTypeId.FLOAT, { tag: 'float', bits: 32 }],
  [DuckDBTypeId.DOUBLE, { tag: 'float', bits: 64 }],
  [DuckDBTypeId.DATE, { tag: 'date' }],
  [DuckDBTypeId.TIMESTAMP, { tag: 'datetime' }],
  [DuckDBTypeId.BLOB, { tag: 'varbinary', length: 0 }],
])

function columnTypeOf(type: DuckDBType, hasLargeint: boolean): ColumnType {
  if (type.typeId === DuckDBTypeId.HUGEINT) return { tag: 'int', bits: hasLargeint ? 128 : 64 }
  if (type.typeId === DuckDBTypeId.DECIMAL && 'width' in type && 'scale' in type) {
    return { tag: 'decimal', precision: Number(type.width), scale: Number(type.scale) }
  }
  return plainTypes.get(type.typeId) ?? { tag: 'varchar', length: assumptions.stringMaxBytes }
}
