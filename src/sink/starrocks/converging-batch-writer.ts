import type { Checkpoint } from '../../core/checkpoint.ts'
import type { BatchWriter, Load, TableRecord } from '../../core/sink.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { BatchAttempt } from './batch-opener.ts'
import { requireSuccessor, unexpected } from './batch-writer.ts'
import type { CheckpointRow } from './checkpoint-row.ts'
import { proveCommit } from './commit-proof.ts'
import { batchLoadLabel } from './labels.ts'
import type { Outcome } from './outcome.ts'
import { type Refused, tableError } from './rejection.ts'
import type { SinkContext } from './sink-context.ts'
import { CHECKPOINT_TABLE, encodeCheckpoint } from './state/checkpoint-table.ts'
import { systemTableBody, systemTableHeaders } from './state/system-table.ts'
import { encodeTableRecord, TABLE_RECORD_TABLE } from './state/table-record-table.ts'
import { beginFresh, commitSystemRows, requireOk } from './table-transaction.ts'
import type { OpenTransaction, TransactionName } from './transaction-client.ts'
import { endTransaction } from './transaction-ender.ts'

interface TableLoads {
  readonly refused: Refused
  readonly transaction: Promise<OpenTransaction>
  last: Promise<void>
}

/**
 * A batch as one transaction per table, and the checkpoint row in a last one: for servers that cannot span tables. After a crash in
 * between, the same rows are loaded again, which changes nothing in the end: they upsert by key.
 *
 * The transaction of the checkpoint row is begun first: it claims the attempt.
 */
export class ConvergingBatchWriter implements BatchWriter {
  readonly #context: SinkContext
  readonly #row: CheckpointRow
  readonly #attempt: BatchAttempt
  readonly #tables = new Map<string, TableLoads>()
  readonly #names: TransactionName[] = []
  #ended = false

  constructor(context: SinkContext, row: CheckpointRow, attempt: BatchAttempt) {
    this.#context = context
    this.#row = row
    this.#attempt = attempt
  }

  async send(load: Load): Promise<void> {
    if (load.body.length === 0) return
    const table = this.#context.opened(load.table)
    const key = JSON.stringify([table.route.targetDatabase, table.targetName])
    const loads = this.#tables.get(key) ?? this.#begin(key, { table, format: load.format })
    const before = loads.last
    loads.last = (async () => {
      await before
      const transaction = await loads.transaction
      await this.#context.failPoints.reach('batch.load.before')
      const headers = table.compiled.loadHeaders[load.format]
      const outcome = await this.#context.client.load(transaction, table.targetName, headers, load.body)
      await this.#requireOk(outcome, loads.refused, `load into ${table.targetName}`)
      await this.#context.failPoints.reach('batch.load.after')
    })()
    await loads.last
  }

  async commit(checkpoint: Checkpoint, tables: readonly TableRecord[]): Promise<void> {
    const { failPoints, owner } = this.#context
    const { previous, ownership, rowVerdict } = this.#attempt
    requireSuccessor(previous, checkpoint)
    const all = [...this.#tables.values()]
    await Promise.all(all.map(async (loads) => await loads.last))
    await Promise.all(all.map(async (loads) => await this.#prepare(loads)))
    const verdict = await rowVerdict
    if (verdict.tag !== 'follows') throw unexpected(verdict)
    await ownership.confirm()
    await failPoints.reach('batch.tables.before')
    const unseen = await Promise.all(all.map(async (loads) => await this.#commitTable(await loads.transaction)))
    if (tables.length > 0) {
      const rows = tables.map((record) => encodeTableRecord(owner.pipeline, record))
      const name = this.#nextName(owner.database, TABLE_RECORD_TABLE.name)
      await commitSystemRows(this.#context, name, { table: TABLE_RECORD_TABLE, rows }, ownership)
    }
    await failPoints.reach('batch.tables.after')
    const seen = await this.#commitCheckpoint(checkpoint)
    this.#ended = true
    const claim = seen ? [] : [this.#attempt.transaction.name]
    this.#row.committed(checkpoint, [...unseen.filter((name) => name !== null), ...claim])
    await failPoints.reach('batch.state.after')
  }

  async rollback(): Promise<void> {
    if (this.#ended) return
    await this.#context.failPoints.reach('batch.rollback.before')
    await Promise.allSettled([...this.#tables.values()].map(async (loads) => await loads.last))
    const names = [this.#attempt.transaction.name, ...this.#names]
    // What stays in doubt could commit later, over newer rows: the next openBatch ends it first.
    for (const name of names) this.#attempt.doubts.add(name)
    await Promise.allSettled(names.map(async (name) => await this.#end(name)))
    await this.#context.failPoints.reach('batch.rollback.after')
  }

  async #end(name: TransactionName): Promise<void> {
    await endTransaction(this.#context, name)
    this.#attempt.doubts.delete(name)
  }

  #begin(key: string, refused: Refused): TableLoads {
    const { table } = refused
    const name = this.#nextName(table.route.targetDatabase, table.targetName)
    const transaction = beginFresh(this.#context, name, this.#attempt.timeoutS, this.#attempt.ownership)
    transaction.catch(() => undefined)
    const loads = { refused, transaction, last: Promise.resolve() }
    this.#tables.set(key, loads)
    return loads
  }

  #nextName(database: string, table: string): TransactionName {
    const label = batchLoadLabel(this.#attempt.transaction.name.label, this.#names.length + 1)
    const name = { label, database, table }
    this.#names.push(name)
    return name
  }

  async #prepare(loads: TableLoads): Promise<void> {
    const transaction = await loads.transaction
    const outcome = await this.#context.client.prepare(transaction)
    await this.#requireOk(outcome, loads.refused, `prepare ${transaction.name.table}`)
  }

  async #requireOk(outcome: Outcome, refused: Refused, what: string): Promise<void> {
    if (outcome.tag !== 'ok') throw await tableError(this.#context.client, refused, outcome, what)
  }

  /** Returns the transaction's name when it is not visible yet. */
  async #commitTable(transaction: OpenTransaction): Promise<TransactionName | null> {
    const answer = await this.#context.client.commit(transaction)
    const proof = await proveCommit(this.#context, transaction.name, answer)
    if (proof === 'unknown') {
      throw new SyncError('SINK_TRANSACTION_LOST', `transaction ${transaction.name.label} is lost`)
    }
    return proof === 'visible' ? null : transaction.name
  }

  /** Returns whether the row is visible. */
  async #commitCheckpoint(checkpoint: Checkpoint): Promise<boolean> {
    const { client, owner, failPoints } = this.#context
    const { transaction, ownership } = this.#attempt
    await failPoints.reach('batch.checkpoint.before')
    const body = systemTableBody([encodeCheckpoint(owner.pipeline, checkpoint)])
    const headers = systemTableHeaders(CHECKPOINT_TABLE)
    requireOk(await client.load(transaction, CHECKPOINT_TABLE.name, headers, body), 'load the checkpoint')
    requireOk(await client.prepare(transaction), 'prepare the checkpoint')
    await failPoints.reach('batch.checkpoint.after')
    await ownership.confirm()
    await failPoints.reach('batch.commit.before')
    this.#row.attempted(checkpoint)
    const answer = await client.commit(transaction)
    await failPoints.reach('batch.commit.after')
    const proof = await proveCommit(this.#context, transaction.name, answer)
    if (proof === 'unknown') throw new SyncError('SINK_TRANSACTION_LOST', 'the commit of the checkpoint is lost')
    return proof === 'visible'
  }
}
