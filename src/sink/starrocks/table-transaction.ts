import type { Ownership } from '../../core/ownership.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { TableId } from '../../core/table-id.ts'
import { proveCommit } from './commit-proof.ts'
import { afterBegin } from './label-attempts.ts'
import { outcomeError } from './outcome-error.ts'
import type { Outcome } from './outcome.ts'
import type { SinkContext } from './sink-context.ts'
import { type SystemTable, systemTableBody, systemTableHeaders } from './state/system-table.ts'
import type { OpenTransaction, TransactionName } from './transaction-client.ts'
import { endTransaction } from './transaction-ender.ts'

/** Throws unless the target did what it was asked for. */
export function requireOk(outcome: Outcome, what: string, table?: TableId): void {
  if (outcome.tag !== 'ok') throw outcomeError(outcome, what, table)
}

/**
 * Begins a transaction under a label that nothing may have been under before, once ownership is proved.
 * @throws {SyncError} SINK_TRANSACTION_LOST when something was: what was open is ended, and the caller takes another label.
 */
export async function beginFresh(
  context: SinkContext,
  name: TransactionName,
  timeoutS: number,
  ownership: Ownership,
): Promise<OpenTransaction> {
  if (name.table !== null && (await endTransaction(context, name)) !== 'unknown') throw usedUp(name)
  await ownership.confirm()
  const { outcome, transaction } = await context.client.begin(name, timeoutS)
  const step = afterBegin(outcome)
  if (step.tag === 'ours') return transaction
  if (step.tag === 'failed') throw outcomeError(step.outcome, `begin ${name.label}`)
  await endTransaction(context, name)
  throw usedUp(name)
}

/** Prepares and commits a single-table transaction, and proves it. `explain` makes the error of a prepare that failed. */
export async function commitTable(
  context: SinkContext,
  transaction: OpenTransaction,
  ownership: Ownership,
  explain?: (outcome: Outcome, what: string) => Promise<SyncError>,
): Promise<'visible' | 'committed'> {
  const { client } = context
  const what = `prepare ${transaction.name.label}`
  const prepared = await client.prepare(transaction)
  if (prepared.tag !== 'ok') throw (await explain?.(prepared, what)) ?? outcomeError(prepared, what)
  await ownership.confirm()
  const proof = await proveCommit(context, transaction.name, await client.commit(transaction))
  if (proof !== 'unknown') return proof
  throw new SyncError('SINK_TRANSACTION_LOST', `transaction ${transaction.name.label} is lost`)
}

/** Loads rows of a `_sync_*` table in a transaction of their own. */
export async function commitSystemRows(
  context: SinkContext,
  name: TransactionName,
  load: { readonly table: SystemTable; readonly rows: readonly (readonly (string | null)[])[] },
  ownership: Ownership,
): Promise<'visible' | 'committed'> {
  const transaction = await beginFresh(context, name, SYSTEM_TIMEOUT_S, ownership)
  const headers = systemTableHeaders(load.table)
  const loaded = await context.client.load(transaction, load.table.name, headers, systemTableBody(load.rows))
  requireOk(loaded, `load into ${load.table.name}`)
  return await commitTable(context, transaction, ownership)
}

const SYSTEM_TIMEOUT_S = 300

function usedUp(name: TransactionName): SyncError {
  return new SyncError('SINK_TRANSACTION_LOST', `label ${name.label} was used before`)
}
