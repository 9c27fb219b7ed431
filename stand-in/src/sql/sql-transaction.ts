import { randomUUID } from 'node:crypto'
import { LoadFailure } from '../load/field-row.ts'
import { StandInError } from '../stand-in-error.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { ok, type StatementResult } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

/** `query_timeout` of a session, which ends an SQL transaction that is left open. */
const timeoutMs = 300_000

/** BEGIN [WORK]: one database, no nesting; the transaction does not see its own writes (reference/starrocks.md 6). */
export function beginSql(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  cursor.accept('WORK')
  cursor.end()
  if (!context.options.version.sqlTransactions) throw cursor.unexpected(cursor.tokens[0])
  if (session.transaction !== undefined)
    return ok(0, reply(session.transaction.label, 'PREPARE', session.transaction.id))
  if (session.database === undefined) throw new StandInError('No database selected', 1046, '3D000')
  const label = `begin_${randomUUID()}`
  const txn = context.transactions.begin({ database: session.database, label, kind: 'insert', timeoutMs })
  session.transaction = txn
  return ok(0, reply(label, 'PREPARE', txn.id))
}

/** COMMIT [WORK]; without a transaction it does nothing. */
export async function commitSql(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  cursor.accept('WORK')
  cursor.end()
  const txn = session.transaction
  session.transaction = undefined
  if (txn === undefined) return ok()
  if (txn.status !== 'PREPARE') throw new StandInError(`Transaction ${txn.id} is ${txn.status}: ${txn.reason}`)
  try {
    await context.transactions.commit(txn)
  } catch (error) {
    if (error instanceof LoadFailure) throw new StandInError(error.message)
    throw error
  }
  return ok(0, reply(txn.label, 'VISIBLE', txn.id))
}

/** ROLLBACK [WORK], also done when the connection closes. */
export async function rollbackSql(
  context: SqlContext,
  session: Session,
  cursor: TokenCursor,
): Promise<StatementResult> {
  cursor.accept('WORK')
  cursor.end()
  const txn = session.transaction
  session.transaction = undefined
  if (txn === undefined) return ok()
  await context.transactions.abort(txn, 'user rollback')
  return ok(0, reply(txn.label, 'ABORTED', txn.id))
}

const reply = (label: string, status: string, txnId: number): string =>
  `{'label':'${label}', 'status':'${status}', 'txnId':'${txnId}'}`
