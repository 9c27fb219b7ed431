import { TxnRefusal } from '../txn/txn-refusal.ts'
import { messageOf, StandInError } from '../stand-in-error.ts'
import { runAlter } from './alter.ts'
import { runDdl } from './ddl.ts'
import { type DmlStatement, runDelete, runInsert, runUpdate } from './dml.ts'
import type { QueryEnvironment } from './query-environment.ts'
import { translateQuery } from './query-translator.ts'
import type { Session } from './session.ts'
import { showFrontendConfig } from './show-config.ts'
import { describe, runShow } from './show.ts'
import type { SqlContext } from './sql-context.ts'
import { beginSql, commitSql, rollbackSql } from './sql-transaction.ts'
import { ok, type StatementResult, textRows } from './statement-result.ts'
import { tokenize } from './token.ts'
import { TokenCursor } from './token-cursor.ts'

/** What the names of a query mean in a session. */
export function environmentOf(context: SqlContext, session: Session): QueryEnvironment {
  return {
    catalog: context.catalog,
    database: session.database,
    user: session.user,
    variable: (name) => session.variable(name),
  }
}

/**
 * Runs one statement.
 * @throws {StandInError} as the client is to see it; a statement that is not known is a syntax error.
 */
export async function executeStatement(context: SqlContext, session: Session, sql: string): Promise<StatementResult> {
  const cursor = new TokenCursor(tokenize(sql))
  try {
    return (await dispatch(context, session, sql, cursor)) ?? notKnown(cursor)
  } catch (error) {
    if (error instanceof StandInError) throw error
    if (error instanceof TxnRefusal) throw new StandInError(error.message)
    throw new StandInError(messageOf(error).replace(/^(?:Binder|Catalog|Parser|Conversion) Error: /, ''))
  }
}

function notKnown(cursor: TokenCursor): never {
  cursor.at = 0
  throw cursor.unexpected()
}

type Runner = (statement: DmlStatement) => StatementResult | Promise<StatementResult>

const query: Runner = ({ sql, cursor, environment }) => ({
  tag: 'query',
  sql: translateQuery(sql, cursor.tokens, environment),
})

/** Statements by their first words, which have been read when the runner is called (but for queries). */
const runners: readonly (readonly [words: readonly string[], run: Runner])[] = [
  [['SHOW'], ({ context, session, cursor }) => runShow(context, session, cursor)],
  [['INSERT'], runInsert],
  [['UPDATE'], runUpdate],
  [['DELETE'], runDelete],
  [['ALTER', 'TABLE'], ({ context, session, cursor }) => runAlter(context, session, cursor)],
  [['USE'], ({ context, session, cursor }) => use(context, session, cursor)],
  [['SET'], ({ session, cursor }) => setVariables(session, cursor)],
  [['DESC'], describeTable],
  [['DESCRIBE'], describeTable],
  [['EXPLAIN'], () => textRows(['Explain String'], [['PLAN FRAGMENT 0'], ['  RESULT SINK']])],
  [['CANCEL', 'ALTER', 'TABLE', 'COLUMN'], ({ context, session, cursor }) => cancelAlter(context, session, cursor)],
  [['BEGIN'], ({ context, session, cursor }) => beginSql(context, session, cursor)],
  [['START', 'TRANSACTION'], ({ context, session, cursor }) => beginSql(context, session, cursor)],
  [['COMMIT'], ({ context, session, cursor }) => commitSql(context, session, cursor)],
  [['ROLLBACK'], ({ context, session, cursor }) => rollbackSql(context, session, cursor)],
  [['ADMIN', 'SHOW', 'FRONTEND', 'CONFIG'], ({ context, cursor }) => showFrontendConfig(context, cursor)],
  [['KILL'], () => ok()],
]

async function dispatch(
  context: SqlContext,
  session: Session,
  sql: string,
  cursor: TokenCursor,
): Promise<StatementResult | undefined> {
  const statement: DmlStatement = { context, session, environment: environmentOf(context, session), sql, cursor }
  if (cursor.sees('SELECT') || cursor.sees('WITH') || cursor.sees('(')) return await query(statement)
  const runner = runners.find(([words]) => cursor.accept(...words))
  return runner === undefined ? await runDdl(context, session, cursor) : await runner[1](statement)
}

function describeTable({ context, session, cursor }: DmlStatement): StatementResult {
  const { database, name } = cursor.tableName(session.database)
  return describe(context.catalog.table(database, name))
}

function use(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  let name = cursor.name()
  if (cursor.accept('.')) name = cursor.name()
  cursor.end()
  useDatabase(context, session, name)
  return ok()
}

/** @throws {StandInError} "Unknown database". */
export function useDatabase(context: SqlContext, session: Session, name: string): void {
  if (name.toLowerCase() !== 'information_schema') context.catalog.database(name)
  session.database = name
}

/** `SET [SESSION|GLOBAL] a = x, NAMES utf8mb4, ...`: remembered, and read back by `@@a`. */
function setVariables(session: Session, cursor: TokenCursor): StatementResult {
  do {
    if (cursor.accept('NAMES') || cursor.accept('CHARACTER', 'SET') || cursor.accept('CHARSET')) {
      cursor.next()
      if (cursor.accept('COLLATE')) cursor.next()
      continue
    }
    if (cursor.accept('PASSWORD') || cursor.accept('TRANSACTION') || cursor.accept('SESSION', 'TRANSACTION')) {
      cursor.at = cursor.tokens.length
      break
    }
    setOne(session, cursor)
  } while (cursor.accept(','))
  cursor.end()
  return ok()
}

function setOne(session: Session, cursor: TokenCursor): void {
  for (const scope of ['@@', '@', 'SESSION', 'GLOBAL', 'LOCAL']) {
    if (cursor.accept(scope)) cursor.accept('.')
  }
  const name = cursor.name()
  if (!cursor.accept('=')) cursor.expect(':=')
  const negative = cursor.accept('-')
  const value = cursor.next()
  const isCall = cursor.accept('(')
  let depth = isCall ? 1 : 0
  while (depth > 0) {
    const token = cursor.next()
    if (token.tag === 'sign') depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0
  }
  const isOn = value.tag === 'name' && value.word === 'ON'
  session.setVariable(name, isOn ? '1' : negative ? `-${value.text}` : value.text)
}

function cancelAlter(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  cursor.expect('FROM')
  const { database, name } = cursor.tableName(session.database)
  context.alterJobs.cancel(database, name)
  return ok()
}
