import type { Clock } from '../clock.ts'
import { showTime } from '../clock.ts'
import { type Duck, type DuckConnection, quoteText } from '../storage/duck.ts'
import { type HardenedRows, Transaction, type TxnCounts, type TxnKind, type TxnStatus } from './transaction.ts'

/** What of a transaction is written to disk; read back at start. */
interface StoredTxn {
  readonly reason: string
  readonly tables: string[]
  readonly beginMs: number
  readonly timeoutMs: number
  readonly preparedMs?: number | undefined
  readonly preparedTimeoutMs: number
  readonly commitMs?: number | undefined
  readonly counts: TxnCounts
  readonly errorLog?: string | undefined
  readonly hardened: HardenedRows[]
}

/** What a transaction is about to become: recorded first, true in memory once DuckDB has committed it. */
export interface NextState {
  readonly status: TxnStatus
  readonly commitMs: number | undefined
  readonly finishMs: number | undefined
}

/** The statement that records a transaction in its next state, to be run in the DuckDB transaction that makes it true. */
export function recordSql(txn: Transaction, next: NextState, replaces: boolean): string {
  const body: StoredTxn = {
    reason: txn.reason,
    tables: [...txn.tableNames],
    beginMs: txn.beginMs,
    timeoutMs: txn.timeoutMs,
    preparedMs: txn.preparedMs,
    preparedTimeoutMs: txn.preparedTimeoutMs,
    commitMs: next.commitMs,
    counts: txn.counts,
    errorLog: txn.errorLog,
    hardened: next.finishMs === undefined ? txn.hardened : [],
  }
  const values = [
    txn.id,
    quoteText(txn.database),
    quoteText(txn.label),
    quoteText(txn.kind),
    quoteText(next.status),
    next.finishMs ?? 'NULL',
    quoteText(JSON.stringify(body)),
  ]
  const insert = `INSERT INTO sr.txns VALUES (${values.join(', ')})${loadRowsSql(txn, next)}`
  return replaces ? `DELETE FROM sr.txns WHERE txn_id = ${txn.id}; ${insert}` : insert
}

const loadTypes = {
  insert: 'INSERT',
  plain: 'STREAM_LOAD',
  single: 'TRANSACTION_STREAM_LOAD',
  multi: 'TRANSACTION_STREAM_LOAD',
  merge: 'MERGE_COMMIT',
}

/** information_schema.loads: one row a table, once the transaction is over (reference/starrocks.md 6). */
function loadRowsSql(txn: Transaction, next: NextState): string {
  if (next.finishMs === undefined || txn.tableNames.size === 0) return ''
  const isFinished = next.status === 'VISIBLE'
  const time = (epochMs: number | undefined): string =>
    epochMs === undefined ? 'NULL' : `TIMESTAMP ${quoteText(showTime(epochMs) ?? '')}`
  const rows = [...txn.tableNames].map((table) =>
    [
      `(${txn.id}, ${quoteText(txn.label)}, NULL, ${quoteText(txn.database)}, ${quoteText(table)}, 'root', 'default_warehouse'`,
      isFinished ? `'FINISHED', 'ETL:100%; LOAD:100%'` : `'CANCELLED', 'ETL:N/A; LOAD:N/A'`,
      `'${loadTypes[txn.kind]}', 'NORMAL'`,
      `${txn.counts.total}, ${txn.counts.bytes}, ${txn.counts.filtered}, ${txn.counts.unselected}, ${txn.counts.loaded}, ''`,
      `${time(txn.beginMs)}, ${time(txn.beginMs)}, ${time(next.commitMs)}, ${time(next.finishMs)}, '{}'`,
      `${txn.reason === '' ? 'NULL' : quoteText(txn.reason)}, ${trackingSql(txn)}, ${txn.rejectedPath === undefined ? 'NULL' : quoteText(txn.rejectedPath)})`,
    ].join(', '),
  )
  const tracked = [txn.label, txn.database, txn.trackingLog, loadTypes[txn.kind]].map(quoteText).join(', ')
  const tracking = txn.trackingLog === '' ? '' : `; INSERT INTO info.load_tracking_logs VALUES (${txn.id}, ${tracked})`
  return `; INSERT INTO info.loads VALUES ${rows.join(', ')}${tracking}`
}

function trackingSql(txn: Transaction): string {
  if (txn.errorLog === undefined) return 'NULL'
  return quoteText(`select tracking_log from information_schema.load_tracking_logs where job_id=${txn.id}`)
}

/** Records a transaction outside of any other change. */
export async function record(duck: Duck, txn: Transaction, replaces: boolean): Promise<void> {
  await duck.with((connection) => connection.transaction(recordSql(txn, txn, replaces)))
}

/** Forgets evicted transactions on disk too. */
export async function forget(duck: Duck, txns: readonly Transaction[]): Promise<void> {
  const ids = txns.map((txn) => txn.id).join(', ')
  await duck.with((connection) =>
    connection.transaction(
      `DELETE FROM sr.txns WHERE txn_id IN (${ids}); DELETE FROM info.loads WHERE ID IN (${ids});
      DELETE FROM info.load_tracking_logs WHERE JOB_ID IN (${ids})`,
    ),
  )
}

/** All recorded transactions, oldest first. Those in PREPARE were never recorded: a restart loses them (2). */
export async function storedTransactions(connection: DuckConnection, clock: Clock): Promise<Transaction[]> {
  const rows = await connection.texts(
    'SELECT txn_id, db, label, kind, status, finish_ms, body FROM sr.txns ORDER BY txn_id',
  )
  return rows.map(([id, database, label, kind, status, finishMs, body]) => {
    const stored = parseStored(body ?? '')
    const txn = new Transaction({
      id: Number(id),
      database: database ?? '',
      label: label ?? '',
      kind: kindOf(kind),
      nowMs: stored.beginMs,
      timeoutMs: stored.timeoutMs,
    })
    txn.status = statusOf(status)
    txn.multiState = txn.status === 'ABORTED' ? 'CANCELLED' : 'COMMITED'
    txn.finishMs = finishMs == null ? undefined : Number(finishMs)
    txn.lastActiveMs = clock.nowMs()
    for (const table of stored.tables) txn.tableNames.add(table)
    const { reason, preparedMs, preparedTimeoutMs, commitMs, errorLog, hardened } = stored
    Object.assign(txn, { reason, preparedMs, preparedTimeoutMs, commitMs, errorLog, hardened })
    Object.assign(txn.counts, stored.counts)
    return txn
  })
}

function parseStored(json: string): StoredTxn {
  const parsed: unknown = JSON.parse(json)
  if (!isStored(parsed)) throw new Error('The data directory holds a transaction that this version cannot read')
  return parsed
}

function isStored(value: unknown): value is StoredTxn {
  return typeof value === 'object' && value !== null && 'hardened' in value && 'tables' in value && 'counts' in value
}

const kinds: readonly TxnKind[] = ['plain', 'single', 'multi', 'merge', 'insert']
const statuses: readonly TxnStatus[] = ['PREPARE', 'PREPARED', 'COMMITTED', 'VISIBLE', 'ABORTED']
const kindOf = (text: string | null | undefined): TxnKind => kinds.find((kind) => kind === text) ?? 'plain'
const statusOf = (text: string | null | undefined): TxnStatus => statuses.find((status) => status === text) ?? 'ABORTED'
