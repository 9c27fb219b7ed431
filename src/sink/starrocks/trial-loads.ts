import type { Ownership } from '../../core/ownership.ts'
import type { Load, RejectedLoad } from '../../core/sink.ts'
import { trialLabel } from './labels.ts'
import { outcomeError } from './outcome-error.ts'
import type { Outcome } from './outcome.ts'
import { describeRejection } from './rejection.ts'
import type { SinkContext, StarRocksTable } from './sink-context.ts'
import { beginFresh } from './table-transaction.ts'
import type { TransactionName } from './transaction-client.ts'
import { endTransaction } from './transaction-ender.ts'
import { transactionTimeoutS } from './transaction-timeout.ts'

/**
 * Finds the loads whose rows are refused: each one alone is begun, loaded, prepared (which judges the rows) and rolled back.
 * @throws {SyncError} when one fails for another reason: that blames nobody.
 */
export async function findRejectedLoads(
  context: SinkContext,
  loads: readonly Load[],
  trial: { readonly nonce: string; readonly ownership: Ownership },
): Promise<readonly RejectedLoad[]> {
  const rejected = new Map<string, RejectedLoad>()
  for (const [ordinal, load] of loads.entries()) {
    const table = context.opened(load.table)
    if (load.body.length === 0 || rejected.has(table.id)) continue
    const label = trialLabel(context.owner, trial.nonce, ordinal)
    const name = { label, database: table.route.targetDatabase, table: table.targetName }
    const outcome = await tryLoad(context, name, { load, table }, trial.ownership)
    if (outcome.tag === 'ok') continue
    if (outcome.tag !== 'rejected-rows') throw outcomeError(outcome, `try a load into ${table.targetName}`, table.id)
    rejected.set(table.id, await describeRejection(context.client, { table, format: load.format }, outcome))
  }
  return [...rejected.values()]
}

async function tryLoad(
  context: SinkContext,
  name: TransactionName,
  what: { readonly load: Load; readonly table: StarRocksTable },
  ownership: Ownership,
): Promise<Outcome> {
  const { client } = context
  const { load, table } = what
  const transaction = await beginFresh(context, name, transactionTimeoutS(load.body.length), ownership)
  try {
    const headers = table.compiled.loadHeaders[load.format]
    const loaded = await client.load(transaction, table.targetName, headers, load.body)
    return loaded.tag === 'ok' ? await client.prepare(transaction) : loaded
  } finally {
    await endTransaction(context, name)
  }
}
