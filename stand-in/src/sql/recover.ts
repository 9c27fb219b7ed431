import { analyzingError, StandInError } from '../stand-in-error.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { refuseInTransaction } from './sql-transaction.ts'
import { ok, type StatementResult } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

/** `RECOVER DATABASE d` and `RECOVER TABLE [d.]t`: what DROP without FORCE took away (reference/starrocks.md 5). */
export async function recover(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  refuseInTransaction(session)
  if (cursor.accept('DATABASE')) {
    const name = cursor.name()
    cursor.end()
    session.access.require({ tag: 'catalog' }, 'CREATE DATABASE')
    if (context.catalog.databases.has(name)) {
      throw new StandInError(`Can't create database '${name}'; database exists`, 1007)
    }
    if (!(await context.catalog.recoverDatabase(name)))
      throw analyzingError(`Unknown database '${name}'`, 5501, '3F000')
    return ok()
  }
  cursor.expect('TABLE')
  const { database, name } = cursor.tableName(session.database)
  cursor.end()
  session.access.require({ tag: 'database', database: context.catalog.database(database) }, 'CREATE TABLE')
  if (context.catalog.findTable(database, name) !== undefined) {
    throw new StandInError(`Table '${name}' already exists`, 1050, '42S01')
  }
  if (!(await context.catalog.recoverTable(database, name))) {
    throw analyzingError(`Unknown table '${database}.${name}'`, 5502, '42602')
  }
  return ok()
}
