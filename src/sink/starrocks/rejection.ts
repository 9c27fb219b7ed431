import type { LoadFormat } from '../../core/row-encoder.ts'
import type { RejectedLoad } from '../../core/sink.ts'
import { SyncError } from '../../core/sync-error.ts'
import { readErrorLog, withoutValue } from './error-log.ts'
import { outcomeError } from './outcome-error.ts'
import type { Outcome } from './outcome.ts'
import type { StarRocksTable } from './sink-context.ts'
import type { TransactionClient } from './transaction-client.ts'

/** What was refused: rows of this table, sent in this format. */
export interface Refused {
  readonly table: StarRocksTable
  readonly format: LoadFormat
}

/** Why rows of a load were refused, and which came first, as far as the target's error log tells. */
export async function describeRejection(
  client: TransactionClient,
  { table, format }: Refused,
  outcome: Outcome & { readonly tag: 'rejected-rows' },
): Promise<RejectedLoad> {
  const keyColumns = table.compiled.columns.filter((column) => column.partOfKey).map((column) => column.name)
  const log = outcome.errorUrl === undefined ? '' : await client.errorLog(outcome.errorUrl)
  const row = readErrorLog(log, format, keyColumns)
  return { table: table.id, reason: row?.reason ?? withoutValue(outcome.why), rowKey: row?.rowKey }
}

/** The error for an outcome of a load of one table: with reason and row when rows are to blame. */
export async function tableError(
  client: TransactionClient,
  refused: Refused,
  outcome: Outcome,
  what: string,
): Promise<SyncError> {
  const { id } = refused.table
  if (outcome.tag !== 'rejected-rows') return outcomeError(outcome, what, id)
  const { reason, rowKey } = await describeRejection(client, refused, outcome)
  return new SyncError('ROW_REJECTED', `${what}: ${reason}`, { table: id, rowKey })
}
