import type { Ownership } from '../../core/ownership.ts'
import type { Load, RejectedLoad } from '../../core/sink.ts'
import { trialLabel } from './labels.ts'
import { outcomeError } from './outcome-error.ts'
import type { Outcome } from './outcome.ts'
import { describeRejection } from './rejection.ts'
import type { SinkContext, StarRocksTable } from './sink-context.ts'
import { CHECKPOINT_TABLE } from './state/checkpoint-table.ts'
import { systemTableBody, systemTableHeaders } from './state/system-table.ts'
import { beginFresh, requireOk } from './table-transaction.ts'
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
  ownership: Ownership,
): Promise<readonly RejectedLoad[]> {
  const rejected = new Map<string, RejectedLoad>()
  const nonce = context.nonce()
  for (const [ordinal, load] of loads.entries()) {
    const table = context.opened(load.table)
    if (load.body.length === 0 || rejected.has(table.id)) continue
    const label = trialLabel(context.owner, nonce, ordinal)
    const name = { label, database: table.route.targetDatabase, table: table.targetName }
    const outcome = await tryLoad(context, name, { load, table }, ownership)
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

/**
 * Proves that the target takes loads, without committing anything. Done before the label of a raise is used: such labels are few, and
 * every session of an outage would spend one.
 * @throws {SyncError} whatever stands in the way.
 */
export async function tryTarget(context: SinkContext, ownership: Ownership): Promise<void> {
  const { client, owner } = context
  const { name: table } = CHECKPOINT_TABLE
  const name = { label: trialLabel(owner, context.nonce(), 0), database: owner.database, table }
  const transaction = await beginFresh(context, name, TRIAL_TIMEOUT_S, ownership)
  try {
    const body = systemTableBody([
      [
        owner.pipeline,
        ...Object.keys(CHECKPOINT_TABLE.columns)
          .slice(1)
          .map(() => null),
      ],
    ])
    requireOk(await client.load(transaction, table, systemTableHeaders(CHECKPOINT_TABLE), body), `load into ${table}`)
    requireOk(await client.prepare(transaction), `prepare ${table}`)
  } finally {
    await endTransaction(context, name)
  }
}

const TRIAL_TIMEOUT_S = 60
