import { randomUUID } from 'node:crypto'
import { assumptions } from '../assumptions.ts'
import type { ColumnDef, TableDef } from '../catalog/table-def.ts'
import { defaultSql } from '../load/apply-sql.ts'
import { FieldRow, LoadFailure } from '../load/field-row.ts'
import { type LoadParams, loadParams } from '../load/load-params.ts'
import type { TableLoad } from '../load/table-load.ts'
import { messageOf, StandInError } from '../stand-in-error.ts'
import { quoteName } from '../storage/duck.ts'
import type { Transaction } from '../txn/transaction.ts'
import { StagedDuckRows } from './duck-rows.ts'
import type { Session } from './session.ts'
import { replyText, type WriteInTransaction, writingTransaction } from './sql-transaction.ts'
import type { SqlContext } from './sql-context.ts'
import { ok, type StatementResult } from './statement-result.ts'

/** Rows that a statement writes: a DuckDB query that answers every column of the table, in order. */
export interface SqlRows extends WriteInTransaction {
  readonly sql: string
  readonly label?: string | undefined
}

/** A column as text in the form that loads read; binary values as base64. */
export function loadText(column: ColumnDef, expression: string): string {
  return column.type.tag === 'varbinary' ? `to_base64(unhex(hex(${expression})))` : `sr_text(${expression})`
}

/** A column's default as text in the form that loads read. */
export const defaultLoadText = (column: ColumnDef): string => loadText(column, defaultSql(column))

const insertTimeoutMs = 14_400_000

/**
 * Writes through the same judgement as a load: types, lengths, NOT NULL and the model's rules hold for INSERT, UPDATE
 * and DELETE too (reference/starrocks.md 6). Inside an SQL transaction the rows wait for COMMIT.
 */
export async function writeRows(context: SqlContext, session: Session, rows: SqlRows): Promise<StatementResult> {
  const open = writingTransaction(context, session, rows)
  if (open !== undefined) return written(open, await judged(open, () => feed(context, session, open, rows)), 'PREPARE')
  const txn = beginInsert(context, rows)
  try {
    const count = await judged(txn, () => feed(context, session, txn, rows))
    if (count === 0) {
      await context.transactions.abort(txn, 'no rows')
      return assumptions.writeOfNothingHasNoLabel ? ok() : written(txn, count, 'ABORTED')
    }
    const isVisible = await context.transactions.commit(txn, { fault: session.fault, waitMs: insertTimeoutMs })
    return written(txn, count, isVisible ? 'VISIBLE' : 'COMMITTED')
  } catch (error) {
    await context.transactions.abort(txn, messageOf(error))
    throw error
  }
}

function beginInsert({ transactions }: SqlContext, { table, verb, label = newLabel(verb) }: SqlRows): Transaction {
  const held = transactions.labels.find(table.database, label)
  if (held !== undefined && held.status !== 'ABORTED') throw new StandInError(`Label [${label}] has already been used.`)
  return transactions.begin({ database: table.database, label, kind: 'insert', table, timeoutMs: insertTimeoutMs })
}

const newLabel = (verb: SqlRows['verb']): string => `${verb.split(' ')[0]?.toLowerCase()}_${randomUUID()}`

const written = (txn: Transaction, rows: number, status: string): StatementResult =>
  ok(rows, replyText(txn.label, status, txn.id))

async function judged(txn: Transaction, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof LoadFailure ? strictFailure(error, txn) : error
  }
}

function strictFailure(error: LoadFailure, txn: Transaction): StandInError {
  const first = [...txn.loads.values()].map((load) => load.errors.first).find((line) => line !== undefined)
  if (error.message !== 'too many filtered rows') return new StandInError(error.message)
  const detail = first === undefined ? '' : ` ${first}`
  return new StandInError(
    `Insert has filtered data in strict mode. txn_id = ${txn.id}, tracking sql = select tracking_log from information_schema.load_tracking_logs where job_id=${txn.id}.${detail}`,
  )
}

function paramsOf(session: Session): LoadParams {
  return loadParams(
    { format: 'json', strict_mode: session.variable('enable_insert_strict') === 'false' ? 'false' : 'true' },
    true,
  )
}

/** Runs the query and hands its rows over; answers how many were good. */
async function feed(context: SqlContext, session: Session, txn: Transaction, rows: SqlRows): Promise<number> {
  const { table } = rows
  const load = txn.loads.get(table.name) ?? context.transactions.addLoad(txn, table, paramsOf(session))
  const before = load.counts.total
  load.replacesAll ||= rows.verb === 'INSERT OVERWRITE'
  const source = await StagedDuckRows.run(context.duck, rows.sql)
  const row = new FieldRow()
  row.count = table.columns.length + (table.model === 'primary' ? 1 : 0)
  const op = Buffer.from(rows.verb === 'DELETE' ? '1' : '0')
  await source.each((values) => {
    row.bytes = 0
    for (const [index, value] of values.entries()) setField(row, index, value)
    if (table.model === 'primary') setField(row, table.columns.length, op)
    load.intake.row(row, () => values.map((value) => value?.toString() ?? 'NULL').join('\t'))
    return load.store()
  })
  checkFiltered(load)
  return load.counts.total - before
}

function setField(row: FieldRow, index: number, value: Buffer | null): void {
  row.nulls[index] = value === null ? 1 : 0
  row.sources[index] = value ?? Buffer.alloc(0)
  row.starts[index] = 0
  row.ends[index] = value?.length ?? 0
  row.bytes += value?.length ?? 0
}

function checkFiltered(load: TableLoad): void {
  if (load.counts.filtered > 0) throw new LoadFailure('too many filtered rows')
}

/** The SELECT list that reads a table's rows in the form that loads read; the table goes by its own name. */
export function ownColumns(table: TableDef): string[] {
  return table.columns.map((column) => loadText(column, `${quoteName(table.name)}.${quoteName(column.name)}`))
}
