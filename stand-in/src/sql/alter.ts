import { duckType, errorTypeName } from '../catalog/column-type.ts'
import { type ColumnDef, findColumn, storageName, type TableDef } from '../catalog/table-def.ts'
import { defaultSql } from '../load/apply-sql.ts'
import { StandInError } from '../stand-in-error.ts'
import { quoteName } from '../storage/duck.ts'
import { isAllowedTypeChange } from './alter-type.ts'
import { parseColumn, parseComment } from './column-parser.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { refuseInTransaction } from './sql-transaction.ts'
import { ok, type StatementResult } from './statement-result.ts'
import { checkSettableProperties } from './table-properties.ts'
import { tableTarget } from './table-source.ts'
import type { TokenCursor } from './token-cursor.ts'

/** ALTER TABLE (reference/starrocks.md 5): names change at once, columns by a job. */
export async function runAlter(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const { database, name } = cursor.tableName(session.database)
  refuseInTransaction(session)
  const table = context.catalog.table(database, name)
  session.access.require(tableTarget(context, table), 'ALTER')
  if (cursor.sees('ADD', 'PARTITION') || cursor.sees('DROP', 'PARTITION') || cursor.sees('ADD', 'ROLLUP')) {
    throw new StandInError('The stand-in has neither partitions nor rollups')
  }
  if (cursor.accept('RENAME', 'COLUMN')) return await renameColumn(context, table, cursor)
  if (cursor.accept('RENAME')) return await rename(context, table, cursor)
  if (cursor.accept('SWAP', 'WITH')) return await swap(context, table, cursor)
  if (cursor.accept('ORDER', 'BY')) return changeSortKey(context, table, cursor)
  if (cursor.sees('COMMENT')) {
    const comment = parseComment(cursor)
    cursor.end()
    return await replace(context, table, { ...table, comment })
  }
  if (cursor.accept('SET')) {
    const properties = setProperties(cursor)
    cursor.end()
    checkSettableProperties(properties)
    return await replace(context, table, { ...table, properties: { ...table.properties, ...properties } })
  }
  return await changeColumns(context, table, cursor)
}

function setProperties(cursor: TokenCursor): Record<string, string> {
  const properties: Record<string, string> = {}
  cursor.expect('(')
  do {
    const key = cursor.string()
    cursor.expect('=')
    properties[key] = cursor.string()
  } while (cursor.accept(','))
  cursor.expect(')')
  return properties
}

async function replace(context: SqlContext, before: TableDef, after: TableDef, sql = ''): Promise<StatementResult> {
  await context.locks.holding([before.id], () => context.catalog.change([before], [after], sql))
  return ok()
}

async function rename(context: SqlContext, table: TableDef, cursor: TokenCursor): Promise<StatementResult> {
  const name = cursor.name()
  cursor.end()
  if (context.catalog.findTable(table.database, name) !== undefined) {
    throw new StandInError(`Table name[${name}] is already used`, 1064, '42000')
  }
  return await replace(context, table, { ...table, name })
}

/** Atomic and at once; the other table is of the same database and unqualified (5). */
async function swap(context: SqlContext, table: TableDef, cursor: TokenCursor): Promise<StatementResult> {
  const otherName = cursor.name()
  cursor.end()
  const other = context.catalog.table(table.database, otherName)
  context.alterJobs.checkFree(table)
  context.alterJobs.checkFree(other)
  await context.locks.holding([table.id, other.id], () =>
    context.catalog.change(
      [table, other],
      [
        { ...table, name: other.name },
        { ...other, name: table.name },
      ],
      '',
    ),
  )
  return ok()
}

/** 3.3.2 and later, at once; the old name cannot be added again (5). */
async function renameColumn(context: SqlContext, table: TableDef, cursor: TokenCursor): Promise<StatementResult> {
  if (!context.options.version.renameColumn) throw cursor.unexpected()
  const from = requireColumn(table, cursor.name())
  cursor.accept('TO')
  const to = cursor.name()
  cursor.end()
  if (findColumn(table, to) !== undefined) throw new StandInError(`Column name[${to}] is already used`)
  const renamed = (name: string): string => (name.toLowerCase() === from.name.toLowerCase() ? to : name)
  const after: TableDef = {
    ...table,
    columns: table.columns.map((column) => (column === from ? { ...column, name: to } : column)),
    keyNames: table.keyNames.map(renamed),
    distributedBy: table.distributedBy.map(renamed),
    retiredNames: [...table.retiredNames, from.name.toLowerCase()],
  }
  return await replace(
    context,
    table,
    after,
    `ALTER TABLE ${storageName(table.id)} RENAME COLUMN ${quoteName(from.name)} TO ${quoteName(to)}`,
  )
}

function requireColumn(table: TableDef, name: string): ColumnDef {
  const column = findColumn(table, name)
  if (column === undefined) throw new StandInError(`Column does not exists: ${name}`)
  return column
}

/** `ORDER BY (a, b)`: all columns would be a new order of the schema, fewer are a new sort key, made by a job (5). */
function changeSortKey(context: SqlContext, table: TableDef, cursor: TokenCursor): StatementResult {
  const names = cursor.nameList()
  cursor.end()
  if (table.model !== 'primary' || names.length === table.columns.length) {
    throw new StandInError(
      'Primary key table do not support reorder table schema. Please confirm if you want to modify the sorting columns.',
    )
  }
  const orderBy = names.map((name) => requireColumn(table, name).name)
  context.alterJobs.start(table, async () => {
    const now = context.catalog.tableById(table.id)
    if (now !== undefined) await context.catalog.change([now], [{ ...now, orderBy }], '')
  })
  return ok()
}

/** Reads all column clauses, checks them, then starts the job. */
async function changeColumns(context: SqlContext, table: TableDef, cursor: TokenCursor): Promise<StatementResult> {
  context.alterJobs.checkFree(table)
  let columns = [...table.columns]
  let isFast = table.properties['fast_schema_evolution'] === 'true'
  do {
    if (cursor.accept('ADD', 'COLUMN')) columns = addColumns(context, { ...table, columns }, cursor)
    else if (cursor.accept('DROP', 'COLUMN')) columns = dropColumn({ ...table, columns }, cursor)
    else if (cursor.accept('MODIFY', 'COLUMN')) {
      columns = modifyColumn(context, { ...table, columns }, cursor)
      isFast = false
    } else throw cursor.unexpected()
  } while (cursor.accept(','))
  cursor.end()
  const work = async (): Promise<void> => {
    const now = context.catalog.tableById(table.id)
    if (now === undefined) throw new StandInError(`Table ${table.name} does not exist`)
    const after = { ...now, columns }
    await context.catalog.change([now], [after], rebuildSql(now, after))
  }
  if (isFast) await context.alterJobs.runFast(table, work)
  else context.alterJobs.start(table, work)
  return ok()
}

/** Moves the rows into a table of the new shape; columns that were not there are filled with their default (5). */
function rebuildSql(before: TableDef, after: TableDef): string {
  const storage = storageName(after.id)
  const appended = after.columns.slice(0, before.columns.length)
  const onlyAppends = before.columns.every((column, index) => appended[index] === column)
  if (onlyAppends) {
    return after.columns
      .slice(before.columns.length)
      .map(
        (column) =>
          `ALTER TABLE ${storage} ADD COLUMN ${quoteName(column.name)} ${duckType(column.type)} DEFAULT ${defaultSql(column)}`,
      )
      .join('; ')
  }
  const values = after.columns.map((column) => {
    const old = findColumn(before, column.name)
    if (old === undefined) return `${defaultSql(column)} AS ${quoteName(column.name)}`
    const name = quoteName(old.name)
    if (duckType(old.type) === duckType(column.type)) return `${name} AS ${quoteName(column.name)}`
    return `TRY_CAST(${changedValue(old, column)} AS ${duckType(column.type)}) AS ${quoteName(column.name)}`
  })
  return `CREATE OR REPLACE TEMP TABLE rebuilt AS SELECT ${values.join(', ')} FROM ${storage};
    DROP TABLE ${storage}; CREATE TABLE ${storage} AS SELECT * FROM rebuilt; DROP TABLE rebuilt`
}

/** A stored value, in a form that DuckDB casts as StarRocks does: 20240102 is a day. */
function changedValue(old: ColumnDef, column: ColumnDef): string {
  const name = quoteName(old.name)
  if (duckType(column.type) === 'VARCHAR') return `sr_text(${name})`
  return old.type.tag === 'int' && column.type.tag === 'date' ? `try_strptime(${name}::VARCHAR, '%Y%m%d')` : name
}

function addColumns(context: SqlContext, table: TableDef, cursor: TokenCursor): ColumnDef[] {
  const columns = [...table.columns]
  const several = cursor.accept('(')
  do {
    const { column, saysKey } = parseColumn(cursor, context.options.version)
    if (table.model === 'primary' && saysKey) {
      throw new StandInError(`Can not add key column: ${column.name} to primary key table`)
    }
    if (findColumn({ ...table, columns }, column.name) !== undefined) {
      throw new StandInError(`Can not add column which already exists in base table: ${column.name}`)
    }
    if (table.retiredNames.includes(column.name.toLowerCase())) {
      throw new StandInError(`Can not add column ${column.name}: a column of that name was renamed`)
    }
    if (column.autoIncrement) throw new StandInError(`Can not add AUTO_INCREMENT column ${column.name}`)
    if (!column.nullable && column.default === undefined) {
      throw new StandInError(`column ${column.name} is not null and has no default value, so it cannot be added`)
    }
    columns.splice(positionFor({ ...table, columns }, cursor), 0, column)
  } while (several && cursor.accept(','))
  if (several) cursor.expect(')')
  return columns
}

function positionFor(table: TableDef, cursor: TokenCursor): number {
  if (cursor.accept('FIRST')) {
    if (table.model === 'primary') {
      throw new StandInError(
        'Can not add value column before key column: primary key columns must be the first few columns',
      )
    }
    return 0
  }
  if (!cursor.accept('AFTER')) return table.columns.length
  const before = requireColumn(table, cursor.name())
  const at = table.columns.indexOf(before) + 1
  if (at < table.keyNames.length)
    throw new StandInError(`Can not add value column before key column ${table.keyNames[at] ?? ''}`)
  return at
}

function dropColumn(table: TableDef, cursor: TokenCursor): ColumnDef[] {
  const column = requireColumn(table, cursor.name())
  if (column.isKey) throw new StandInError('Can not drop key column in primary data model table')
  if (isSortColumn(table, column)) {
    throw new StandInError('Can not drop sort column in primary data model table')
  }
  return table.columns.filter((other) => other !== column)
}

function modifyColumn(context: SqlContext, table: TableDef, cursor: TokenCursor): ColumnDef[] {
  const { column } = parseColumn(cursor, context.options.version)
  const old = findColumn(table, column.name)
  if (old === undefined) throw new StandInError(`Column[${column.name}] does not exists`)
  if (cursor.accept('FIRST') || cursor.accept('AFTER'))
    throw new StandInError('Can not reorder pk keys by modify column')
  checkChange(table, old, column)
  const isPrimary = old.isKey && table.model === 'primary'
  const changed = { ...column, name: old.name, isKey: old.isKey, nullable: isPrimary ? false : column.nullable }
  return table.columns.map((other) => (other === old ? changed : other))
}

/** What MODIFY COLUMN may not do (5). */
function checkChange(table: TableDef, old: ColumnDef, column: ColumnDef): void {
  const isRetyped = duckType(old.type) !== duckType(column.type)
  if (old.isKey && table.model === 'primary' && column.nullable && isRetyped) {
    throw new StandInError(`primary key column[${column.name}] cannot be nullable`)
  }
  if (old.nullable && !column.nullable) {
    throw new StandInError(`Can not change from nullable to non-nullable: ${column.name}`)
  }
  if (isSortColumn(table, old) && !isLongerVarchar(old, column)) {
    throw new StandInError(
      'Can not modify sort column in primary data model table except for increasing varchar length',
    )
  }
  if (!isAllowedTypeChange(old.type, column.type)) {
    throw new StandInError(`Can not change ${errorTypeName(old.type)} to ${errorTypeName(column.type)}`)
  }
}

const isSortColumn = (table: TableDef, column: ColumnDef): boolean =>
  table.orderBy?.some((name) => name.toLowerCase() === column.name.toLowerCase()) === true

const isLongerVarchar = ({ type: from }: ColumnDef, { type: to }: ColumnDef): boolean =>
  from.tag === 'varchar' && to.tag === 'varchar' && to.length >= from.length
