import { randomUUID } from 'node:crypto'
import { assumptions } from '../assumptions.ts'
import type { TableDef } from '../catalog/table-def.ts'
import { LoadFailure } from '../load/field-row.ts'
import { StandInError } from '../stand-in-error.ts'
import type { Transaction } from '../txn/transaction.ts'
import type { Session } from './session.ts'
import type { SqlContext } from './sql-context.ts'
import { ok, type StatementResult } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

/** `BEGIN [WORK]` or `START TRANSACTION`; begun again it answers the same transaction (reference/starrocks.md 6). */
export function beginSql(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  if (!context.options.version.sqlTransactions) throw cursor.unexpected(cursor.tokens[0])
  cursor.accept('WORK')
  cursor.end()
  session.transaction ??= {
    id: context.catalog.nextId(),
    label: randomUUID(),
    txn: undefined,
    writtenTableIds: new Set(),
  }
  return ok(0, replyText(session.transaction.label, 'PREPARE', session.transaction.id))
}

/** COMMIT [WORK]; without a transaction it does nothing, and one that wrote nothing is VISIBLE at once. */
export async function commitSql(context: SqlContext, session: Session, cursor: TokenCursor): Promise<StatementResult> {
  if (!context.options.version.sqlTransactions) throw cursor.unexpected(cursor.tokens[0])
  cursor.accept('WORK')
  cursor.end()
  const open = session.transaction
  session.transaction = undefined
  if (open === undefined) return ok()
  const { txn } = open
  let isVisible = true
  if (txn !== undefined) {
    if (txn.status !== 'PREPARE') throw new StandInError(`Transaction ${txn.id} is ${txn.status}: ${txn.reason}`)
    try {
      isVisible = await context.transactions.commit(txn, { fault: session.fault, waitMs: txn.timeoutMs })
    } catch (error) {
      if (error instanceof LoadFailure) throw new StandInError(error.message)
      throw error
    }
  }
  return ok(0, replyText(open.label, isVisible ? 'VISIBLE' : 'COMMITTED', open.id))
}

/** ROLLBACK [WORK], also done when the connection closes. */
export async function rollbackSql(
  context: SqlContext,
  session: Session,
  cursor: TokenCursor,
): Promise<StatementResult> {
  if (!context.options.version.sqlTransactions) throw cursor.unexpected(cursor.tokens[0])
  cursor.accept('WORK')
  cursor.end()
  const open = session.transaction
  session.transaction = undefined
  if (open === undefined) return ok()
  if (open.txn !== undefined) await context.transactions.abort(open.txn, 'user rollback')
  return ok(0, replyText(open.label, 'ABORTED', open.id))
}

/** A statement that writes, as the rules of transactions see it. */
export interface WriteInTransaction {
  readonly verb: 'INSERT' | 'INSERT OVERWRITE' | 'UPDATE' | 'DELETE'
  readonly table: TableDef
  readonly readTableIds: ReadonlySet<number>
}

/**
 * The transaction of the session that a statement writes in; undefined when there is none. The database is that of the
 * first statement (reference/starrocks.md 6; TransactionStmtExecutor.java).
 * @throws {StandInError} 5303 and 5304, or for a statement that is not allowed in transactions of this version.
 */
export function writingTransaction(
  context: SqlContext,
  session: Session,
  { verb, table, readTableIds }: WriteInTransaction,
): Transaction | undefined {
  const open = session.transaction
  if (open === undefined) return undefined
  const isChange = verb === 'UPDATE' || verb === 'DELETE'
  if (verb === 'INSERT OVERWRITE' || (isChange && !context.options.version.sqlTransactionUpdates)) {
    throw new StandInError(assumptions.notInTransactionText)
  }
  if (open.txn !== undefined && open.txn.database !== table.database) {
    throw new StandInError(
      'Cannot execute cross-database transactions. All DML target tables must belong to the same db',
      5304,
      '25P01',
    )
  }
  if ([table.id, ...readTableIds].some((id) => open.writtenTableIds.has(id))) {
    throw new StandInError(
      'NOT allowed to read or write tables that have been subjected to DML operations before',
      5303,
      '25P01',
    )
  }
  open.txn ??= context.transactions.begin({
    id: open.id,
    database: table.database,
    label: open.label,
    kind: 'insert',
    timeoutMs: Number(session.variable('query_timeout') ?? 300) * 1000,
  })
  open.writtenTableIds.add(table.id)
  return open.txn
}

/** @throws {StandInError} for DDL while a transaction is open. */
export function refuseInTransaction(session: Session): void {
  if (session.transaction !== undefined) throw new StandInError(assumptions.notInTransactionText)
}

/** The text of the OK packet of a statement that writes (6). */
export const replyText = (label: string, status: string, txnId: number): string =>
  `{'label':'${label}', 'status':'${status}', 'txnId':'${txnId}'}`
