import { TxnRefusal } from '../txn/txn-refusal.ts'
import { StandInError } from '../stand-in-error.ts'
import { runAccountStatement } from './account-statements.ts'
import { runAlter } from './alter.ts'
import { runDdl } from './ddl.ts'
import { type DmlStatement, runDelete, runInsert, runUpdate } from './dml.ts'
import { duckRefusal } from './duck-refusal.ts'
import { environmentOf } from './environment.ts'
import { explain } from './explain.ts'
import { translateQuery } from './query-translator.ts'
import type { Session } from './session.ts'
import { showFrontendConfig } from './show-config.ts'
import { runSet } from './set-statement.ts'
import { isShortAnswer } from './short-answer.ts'
import { runShow } from './show.ts'
import { describe } from './show-columns.ts'
import type { SqlContext } from './sql-context.ts'
import { beginSql, commitSql, rollbackSql } from './sql-transaction.ts'
import { recover } from './recover.ts'
import { ok, type StatementResult } from './statement-result.ts'
import { tableTarget } from './table-source.ts'
import { tokenize } from './token.ts'
import { useDatabase } from './use-database.ts'
import { TokenCursor } from './token-cursor.ts'

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
    throw duckRefusal(error, cursor.tokens)
  }
}

/** At the first word, or at the second where the first begins statements. */
function notKnown(cursor: TokenCursor): never {
  cursor.at = statementWords.includes(`'${cursor.tokens[0]?.word}'`) ? 1 : 0
  if (cursor.at > 0) throw cursor.unexpected()
  throw cursor.unexpected(cursor.peek, ...statementWords)
}

/** What a statement may begin with, as StarRocks lists it. */
const statementWords =
  "'ALTER' 'CREATE' 'DELETE' 'DESC' 'DROP' 'EXPLAIN' 'INSERT' 'SELECT' 'SET' 'SHOW' 'UPDATE' 'USE' '(' ';'".split(' ')

type Runner = (statement: DmlStatement) => StatementResult | Promise<StatementResult>

const query: Runner = ({ context, sql, cursor, environment }) => {
  const translated = translateQuery(sql, cursor.tokens, environment)
  const { hasLargeint, sleepMs, readTableIds } = environment.notes
  const tables = [...readTableIds].flatMap((id) => context.catalog.tableById(id) ?? [])
  return {
    tag: 'query',
    sql: translated,
    tokens: cursor.tokens,
    hugeIsBigint: !hasLargeint,
    isShort: isShortAnswer(cursor.tokens, tables),
    sleepMs,
  }
}

const describeTable: Runner = ({ context, session, cursor }) => describe(context, session, cursor)

/** Statements by their first words, which have been read when the runner is called (but for queries). */
const runners: readonly (readonly [words: readonly string[], run: Runner])[] = [
  [['SHOW'], ({ context, session, cursor }) => runShow(context, session, cursor)],
  [['INSERT'], runInsert],
  [['UPDATE'], runUpdate],
  [['DELETE'], runDelete],
  [['ALTER', 'TABLE'], ({ context, session, cursor }) => runAlter(context, session, cursor)],
  [['USE'], ({ context, session, cursor }) => use(context, session, cursor)],
  [['SET'], runSet],
  [['DESC'], describeTable],
  [['DESCRIBE'], describeTable],
  [['EXPLAIN'], explain],
  [['CANCEL', 'ALTER', 'TABLE', 'COLUMN'], ({ context, session, cursor }) => cancelAlter(context, session, cursor)],
  [['BEGIN'], ({ context, session, cursor }) => beginSql(context, session, cursor)],
  [['START', 'TRANSACTION'], ({ context, session, cursor }) => beginSql(context, session, cursor)],
  [['COMMIT'], ({ context, session, cursor }) => commitSql(context, session, cursor)],
  [['ROLLBACK'], ({ context, session, cursor }) => rollbackSql(context, session, cursor)],
  [
    ['ADMIN', 'SHOW', 'FRONTEND', 'CONFIG'],
    ({ context, session, cursor }) => showFrontendConfig(context, session, cursor),
  ],
  [['KILL'], kill],
  [['RECOVER'], ({ context, session, cursor }) => recover(context, session, cursor)],
]

async function dispatch(
  context: SqlContext,
  session: Session,
  sql: string,
  cursor: TokenCursor,
): Promise<StatementResult | undefined> {
  const statement: DmlStatement = { context, session, environment: environmentOf(context, session), sql, cursor }
  if (cursor.sees('SELECT') || cursor.sees('WITH') || cursor.sees('(')) return await query(statement)
  const account = await runAccountStatement(context, session, cursor)
  if (account !== undefined) return account
  const runner = runners.find(([words]) => cursor.accept(...words))
  return runner === undefined ? await runDdl(statement) : await runner[1](statement)
}

function use(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  let name = cursor.name()
  if (cursor.accept('.')) name = cursor.name()
  cursor.end()
  useDatabase(context, session, name)
  return ok()
}

/** `KILL [CONNECTION | QUERY] id`. */
function kill({ context, session, cursor }: DmlStatement): StatementResult {
  const isQuery = cursor.accept('QUERY')
  if (!isQuery) cursor.accept('CONNECTION')
  const id = cursor.whole()
  cursor.end()
  context.sessions.kill(id, session, isQuery)
  return ok()
}

function cancelAlter(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  cursor.expect('FROM')
  const { database, name } = cursor.tableName(session.database)
  cursor.end()
  session.access.require(tableTarget(context, context.catalog.table(database, name)), 'ALTER')
  context.alterJobs.cancel(database, name)
  return ok()
}
