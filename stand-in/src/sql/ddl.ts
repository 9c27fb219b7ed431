import { duckType } from '../catalog/column-type.ts'
import { storageName, type TableDef } from '../catalog/table-def.ts'
import { StandInError } from '../stand-in-error.ts'
import { quoteName } from '../storage/duck.ts'
import { type CreateTable, parseCreateTable } from './create-table.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { ok, type StatementResult } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

const reservedDatabases = new Set(['information_schema', 'sys', '_statistics_'])

/** CREATE DATABASE / TABLE, DROP and TRUNCATE (reference/starrocks.md 3, 5). Undefined when it is none of them. */
export async function runDdl(
  context: SqlContext,
  session: Session,
  cursor: TokenCursor,
): Promise<StatementResult | undefined> {
  if (cursor.accept('CREATE', 'DATABASE') || cursor.accept('CREATE', 'SCHEMA'))
    return await createDatabase(context, cursor)
  if (cursor.accept('DROP', 'DATABASE') || cursor.accept('DROP', 'SCHEMA'))
    return await dropDatabase(context, session, cursor)
  if (cursor.accept('CREATE', 'TABLE')) {
    if (cursor.tokens.some((token) => token.word === 'LIKE')) return await createTableLike(context, session, cursor)
    return await createTable(context, parseCreateTable(cursor, session.database, context.options.version))
  }
  if (cursor.accept('DROP', 'TABLE')) return await dropTable(context, session, cursor)
  if (cursor.accept('TRUNCATE', 'TABLE')) return await truncate(context, session, cursor)
  return undefined
}

async function createDatabase(context: SqlContext, cursor: TokenCursor): Promise<StatementResult> {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const name = cursor.name()
  if (name.length > 256 || !/^[\w-]+$/.test(name))
    throw new StandInError(`Incorrect database name '${name}'`, 1102, '42000')
  if (context.catalog.databases.has(name) || reservedDatabases.has(name.toLowerCase())) {
    if (ifNotExists) return ok()
    throw new StandInError(`Can't create database '${name}'; database exists`, 1007)
  }
  await context.catalog.createDatabase(name)
  return ok()
}

async function dropDatabase(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const ifExists = cursor.accept('IF', 'EXISTS')
  const name = cursor.name()
  cursor.accept('FORCE')
  cursor.end()
  if (!context.catalog.databases.has(name)) {
    if (ifExists) return ok()
    throw new StandInError(`Can't drop database '${name}'; database doesn't exist`, 1008)
  }
  await context.catalog.dropDatabase(name)
  if (session.database === name) session.database = undefined
  return ok()
}

async function createTable(context: SqlContext, statement: CreateTable): Promise<StatementResult> {
  const { catalog, clock } = context
  const { database, name } = statement.table
  if (catalog.database(database).tables.has(name)) {
    if (statement.ifNotExists) return ok()
    throw new StandInError(`Table '${name}' already exists`, 1050, '42S01')
  }
  checkColumns(statement)
  checkDistribution(statement)
  const properties = { ...defaultProperties(context), ...statement.properties }
  checkReplication(context, Number(properties['replication_num']))
  const table: TableDef = {
    id: catalog.nextId(),
    database,
    name,
    model: statement.model,
    columns: statement.columns,
    keyNames: statement.keyNames,
    distributedBy: statement.distributedBy,
    buckets: statement.buckets,
    orderBy: statement.orderBy,
    partitionBy: statement.partitionBy,
    comment: statement.comment,
    properties,
    createdMs: clock.nowMs(),
    retiredNames: [],
  }
  await catalog.createTable(table, createStorageSql(table))
  return ok()
}

/** The DuckDB table behind a definition: no constraint and no index, loads judge the rows (reference/performance.md 6). */
function createStorageSql(table: TableDef): string {
  const columns = table.columns.map((column) => `${quoteName(column.name)} ${duckType(column.type)}`)
  return `CREATE TABLE ${storageName(table.id)} (${columns.join(', ')})`
}

function defaultProperties(context: SqlContext): Record<string, string> {
  return {
    compression: 'LZ4',
    enable_persistent_index: 'true',
    fast_schema_evolution: String(context.options.version.fastSchemaEvolutionDefault),
    replicated_storage: 'true',
    replication_num: '3',
  }
}

function checkColumns(statement: CreateTable): void {
  const seen = new Set<string>()
  for (const { name } of statement.columns) {
    if (seen.has(name.toLowerCase())) throw new StandInError(`Duplicate column name '${name}'`, 1060, '42S21')
    seen.add(name.toLowerCase())
  }
  for (const name of statement.orderBy ?? []) {
    if (!seen.has(name.toLowerCase())) throw new StandInError(`Sort key column(${name}) doesn't exist.`, 1064, '42000')
  }
}

/** A primary key must include all bucket columns and be distributed by hash (3). */
function checkDistribution(statement: CreateTable): void {
  const keys = new Set(statement.keyNames.map((name) => name.toLowerCase()))
  const columns = new Set(statement.columns.map(({ name }) => name.toLowerCase()))
  for (const name of statement.distributedBy) {
    if (!columns.has(name.toLowerCase())) {
      throw new StandInError(`Distribution column(${name}) doesn't exist`, 1064, '42000')
    }
    if (statement.model === 'primary' && !keys.has(name.toLowerCase())) {
      throw new StandInError(`Distribution column[${name}] is not key column`, 1064, '42000')
    }
  }
  if (statement.model !== 'duplicate' && statement.distributedBy.length === 0 && statement.buckets !== undefined) {
    throw new StandInError(`${statement.model.toUpperCase()} KEYS must use hash distribution`, 1064, '42000')
  }
}

function checkReplication(context: SqlContext, replicas: number): void {
  const { backends } = context.options
  if (!Number.isInteger(replicas) || replicas < 1) throw new StandInError('Replication num should larger than 0')
  if (replicas <= backends) return
  const alive = Array.from({ length: backends }, (_, index) => 10001 + index).join(', ')
  throw new StandInError(
    `Table replication num should be less than or equal to the number of available BE nodes. You can change this default by setting the replication_num table properties. Current alive backend is [${alive}].`,
  )
}

async function createTableLike(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const { catalog, clock } = context
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const target = cursor.tableName(session.database)
  cursor.expect('LIKE')
  const source = cursor.tableName(session.database)
  cursor.end()
  if (catalog.database(target.database).tables.has(target.name)) {
    if (ifNotExists) return ok()
    throw new StandInError(`Table '${target.name}' already exists`, 1050, '42S01')
  }
  const model = catalog.table(source.database, source.name)
  const table: TableDef = { ...model, ...target, id: catalog.nextId(), createdMs: clock.nowMs() }
  await catalog.createTable(table, createStorageSql(table))
  return ok()
}

async function dropTable(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const ifExists = cursor.accept('IF', 'EXISTS')
  const { database, name } = cursor.tableName(session.database)
  cursor.accept('FORCE')
  cursor.end()
  const table = context.catalog.database(database).tables.get(name)
  if (table === undefined) {
    if (ifExists) return ok()
    throw new StandInError(`Unknown table '${database}.${name}'`, 1051, '42S02')
  }
  await context.locks.holding([table.id], () => context.catalog.dropTable(table))
  return ok()
}

/** Instant, and not to be undone (5). */
async function truncate(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const { database, name } = cursor.tableName(session.database)
  cursor.end()
  const table = context.catalog.table(database, name)
  await context.locks.holding([table.id], () =>
    context.duck.with((connection) => connection.run(`TRUNCATE ${storageName(table.id)}`)),
  )
  return ok()
}
