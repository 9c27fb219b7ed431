import { storageName, type TableDef } from '../catalog/table-def.ts'
import { StandInError } from '../stand-in-error.ts'
import { createTableAs, queryOfCreate } from './create-table-as.ts'
import { parseCreateTable, parseProperties } from './create-table.ts'
import type { DmlStatement } from './dml.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { ok, type StatementResult } from './statement-result.ts'
import { createStorageSql, createTable } from './stored-table.ts'
import { refuseInTransaction } from './sql-transaction.ts'
import { tableTarget } from './table-source.ts'
import type { TokenCursor } from './token-cursor.ts'

const reservedDatabases = new Set(['information_schema', 'sys', '_statistics_'])

/** CREATE DATABASE / TABLE, DROP and TRUNCATE (reference/starrocks.md 3, 5). Undefined when it is none of them. */
export async function runDdl(statement: DmlStatement): Promise<StatementResult | undefined> {
  const { context, session, cursor } = statement
  if (['CREATE', 'DROP', 'TRUNCATE'].some((word) => cursor.sees(word))) refuseInTransaction(session)
  if (cursor.accept('CREATE', 'DATABASE') || cursor.accept('CREATE', 'SCHEMA'))
    return await createDatabase(context, session, cursor)
  if (cursor.accept('DROP', 'DATABASE') || cursor.accept('DROP', 'SCHEMA'))
    return await dropDatabase(context, session, cursor)
  if (cursor.accept('CREATE', 'TABLE')) {
    const asAt = queryOfCreate(statement)
    if (asAt !== undefined) return await createTableAs(statement, asAt)
    if (cursor.tokens.some((token) => token.word === 'LIKE')) return await createTableLike(context, session, cursor)
    return await createTable(context, session, parseCreateTable(cursor, session.database, context.options.version))
  }
  if (cursor.accept('DROP', 'TABLE')) return await dropTable(context, session, cursor)
  if (cursor.accept('TRUNCATE', 'TABLE')) return await truncate(context, session, cursor)
  return undefined
}

async function createDatabase(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const name = cursor.name()
  parseProperties(cursor)
  cursor.end()
  session.access.require({ tag: 'catalog' }, 'CREATE DATABASE')
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
  const isForced = cursor.accept('FORCE')
  cursor.end()
  const database = context.catalog.databases.get(name)
  if (database === undefined) {
    if (ifExists) return ok()
    throw new StandInError(`Can't drop database '${name}'; database doesn't exist`, 1008)
  }
  session.access.require({ tag: 'database', database }, 'DROP')
  await context.catalog.dropDatabase(name, isForced ? undefined : context.clock.nowMs())
  if (session.database === name) session.database = undefined
  return ok()
}

async function createTableLike(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const { catalog, clock } = context
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const target = cursor.tableName(session.database)
  cursor.expect('LIKE')
  const source = cursor.tableName(session.database)
  cursor.end()
  session.access.require({ tag: 'database', database: catalog.database(target.database) }, 'CREATE TABLE')
  if (catalog.database(target.database).tables.has(target.name)) {
    if (ifNotExists) return ok()
    throw new StandInError(`Table '${target.name}' already exists`, 1050, '42S01')
  }
  const model = catalog.table(source.database, source.name)
  session.access.require(tableTarget(context, model), 'SELECT')
  const table: TableDef = { ...model, ...target, id: catalog.nextId(), createdMs: clock.nowMs() }
  await catalog.createTable(table, createStorageSql(table))
  return ok()
}

async function dropTable(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const ifExists = cursor.accept('IF', 'EXISTS')
  const { database, name } = cursor.tableName(session.database)
  const isForced = cursor.accept('FORCE')
  cursor.end()
  if (ifExists && context.catalog.findTable(database, name) === undefined) return ok()
  const table = context.catalog.table(database, name)
  session.access.require(tableTarget(context, table), 'DROP')
  const droppedMs = isForced ? undefined : context.clock.nowMs()
  await context.locks.holding([table.id], () => context.catalog.dropTable(table, droppedMs))
  return ok()
}

/** Instant, and not to be undone (5). */
async function truncate(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  const { database, name } = cursor.tableName(session.database)
  cursor.end()
  const table = context.catalog.table(database, name)
  session.access.require(tableTarget(context, table), 'DELETE')
  await context.locks.holding([table.id], () =>
    context.duck.with((connection) => connection.run(`TRUNCATE ${storageName(table.id)}`)),
  )
  return ok()
}
