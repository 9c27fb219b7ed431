import { showTime } from '../clock.ts'
import { analyzingError } from '../stand-in-error.ts'
import type { Transaction } from '../txn/transaction.ts'
import type { Session } from './session.ts'
import { showFiltered } from './show-filter.ts'
import type { SqlContext } from './sql-context.ts'
import type { StatementResult } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

/** The database after FROM, else the session's. */
export function fromDatabase(session: Session, cursor: TokenCursor): string {
  const named = cursor.accept('FROM') || cursor.accept('IN') ? cursor.name() : session.database
  if (named === undefined) throw analyzingError('No database selected', 1046, '3D000')
  return named
}

const alterColumns =
  'JobId TableName CreateTime FinishTime IndexName IndexId OriginIndexId SchemaVersion TransactionId State Msg Progress Timeout'.split(
    ' ',
  )

/** `SHOW ALTER TABLE COLUMN [FROM db] [WHERE TableName = 't'] [ORDER BY CreateTime [DESC]] [LIMIT n]` (reference/starrocks.md 5). */
export function showAlter(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const database = context.catalog.database(fromDatabase(session, cursor))
  const jobs = context.alterJobs.all.filter((job) => {
    const target = { tag: 'table', database, table: { id: job.tableId, name: job.tableName } } as const
    return job.database === database.name && session.access.allows(target, 'ANY')
  })
  const rows = jobs.map((job) => [
    String(job.id),
    job.tableName,
    showTime(job.createMs),
    showTime(job.finishMs),
    job.tableName,
    String(job.tableId),
    String(job.tableId),
    '1:0',
    String(job.txnId),
    job.state,
    job.message,
    job.state === 'RUNNING' ? '0/1' : null,
    String(job.timeoutSeconds),
  ])
  return showFiltered(cursor, alterColumns, rows, {
    whereColumns: ['TableName', 'CreateTime', 'FinishTime', 'State'],
    whereRefusal: 'The columns of TableName/CreateTime/FinishTime/State are supported.',
  })
}

/** SHOW ALTER TABLE ROLLUP and OPTIMIZE: the stand-in has no such jobs. */
export function showNoAlter(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  context.catalog.database(fromDatabase(session, cursor))
  return showFiltered(
    cursor,
    'JobId TableName CreateTime FinishTime BaseIndexName RollupIndexName RollupId TransactionId State Msg Progress Timeout'.split(
      ' ',
    ),
    [],
  )
}

function transactionsOf(context: SqlContext, database: string): Transaction[] {
  const { labels } = context.transactions
  context.catalog.database(database)
  const open = [...labels.open].filter((txn) => txn.database === database && txn.isRegistered)
  return [...labels.finished(database), ...open]
}

const loadColumns =
  'JobId Label State Progress Type Priority ScanRows FilteredRows UnselectedRows SinkRows EtlInfo TaskInfo ErrorMsg CreateTime EtlStartTime EtlFinishTime LoadStartTime LoadFinishTime TrackingSQL JobDetails'.split(
    ' ',
  )

/** `SHOW LOAD [FROM db] [WHERE LABEL = 'x' AND STATE = 'FINISHED'] ...`: finished and running loads, newest last. */
export function showLoad(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const txns = transactionsOf(context, fromDatabase(session, cursor))
  const rows = txns.map((txn) => {
    const row: Readonly<Record<string, string | null>> = {
      JobId: String(txn.id),
      Label: txn.label,
      State: txn.status === 'VISIBLE' ? 'FINISHED' : txn.status === 'ABORTED' ? 'CANCELLED' : 'LOADING',
      Progress: txn.isFinal ? 'ETL:100%; LOAD:100%' : 'ETL:N/A; LOAD:N/A',
      Type: txn.kind === 'insert' ? 'INSERT' : 'STREAM_LOAD',
      Priority: 'NORMAL',
      ScanRows: String(txn.counts.total),
      FilteredRows: String(txn.counts.filtered),
      UnselectedRows: String(txn.counts.unselected),
      SinkRows: String(txn.counts.loaded),
      ErrorMsg: txn.reason === '' ? null : txn.reason,
      CreateTime: showTime(txn.beginMs),
      LoadStartTime: showTime(txn.beginMs),
      LoadFinishTime: showTime(txn.finishMs),
    }
    return loadColumns.map((column) => row[column] ?? null)
  })
  return showFiltered(cursor, loadColumns, rows)
}

/** Columns of SHOW TRANSACTION and SHOW PROC '/transactions/...' (6). */
export const transactionColumns =
  'TransactionId Label Coordinator TransactionStatus LoadJobSourceType PrepareTime PreparedTime CommitTime PublishTime FinishTime Reason ErrorReplicasCount ListenerId TimeoutMs ErrMsg'.split(
    ' ',
  )

const sourceTypes = {
  plain: 'BACKEND_STREAMING',
  single: 'BACKEND_STREAMING',
  multi: 'MULTI_STATEMENT_STREAMING',
  insert: 'INSERT_STREAMING',
  merge: 'BACKEND_STREAMING',
} as const satisfies Readonly<Record<Transaction['kind'], string>>

/** A transaction in these columns. */
export const transactionRow = (context: SqlContext, txn: Transaction): (string | null)[] => [
  String(txn.id),
  txn.label,
  `BE: ${context.options.host}`,
  txn.status,
  sourceTypes[txn.kind],
  showTime(txn.beginMs),
  showTime(txn.preparedMs),
  showTime(txn.commitMs),
  showTime(txn.finishMs),
  showTime(txn.finishMs),
  txn.reason,
  '0',
  '-1',
  String(txn.timeoutMs),
  '',
]

/** `SHOW TRANSACTION [FROM db] WHERE ID = n | LABEL = 'x'`. */
export function showTransaction(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult {
  const database = fromDatabase(session, cursor)
  cursor.expect('WHERE')
  const by = cursor.word()
  if (by !== 'ID' && by !== 'LABEL')
    throw analyzingError('Where clause should looks like one of them: id = 123 or label = "x"')
  cursor.expect('=')
  const wanted = cursor.next().text
  cursor.end()
  const txn = transactionsOf(context, database).findLast((one) => (by === 'ID' ? String(one.id) : one.label) === wanted)
  if (txn === undefined) {
    throw analyzingError(`transaction with ${by.toLowerCase()} ${wanted} does not exist`)
  }
  return showFiltered(cursor, transactionColumns, [transactionRow(context, txn)])
}
