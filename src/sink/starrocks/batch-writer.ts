import type { Checkpoint } from '../../core/checkpoint.ts'
import type { BatchWriter, Load, TableRecord } from '../../core/sink.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { BatchAttempt } from './batch-opener.ts'
import { type CheckpointRow, rowError } from './checkpoint-row.ts'
import { proveCommit } from './commit-proof.ts'
import { tableError } from './rejection.ts'
import type { SinkContext } from './sink-context.ts'
import { CHECKPOINT_TABLE, encodeCheckpoint } from './state/checkpoint-table.ts'
import { type SystemTable, systemTableBody, systemTableHeaders } from './state/system-table.ts'
import { encodeTableRecord, TABLE_RECORD_TABLE } from './state/table-record-table.ts'
import { requireOk } from './table-transaction.ts'
import { endTransaction } from './transaction-ender.ts'

/** A batch as one transaction over all its tables, with the checkpoint row inside: exactly once, visible as a whole. */
export class AtomicBatchWriter implements BatchWriter {
  readonly #context: SinkContext
  readonly #row: CheckpointRow
  readonly #attempt: BatchAttempt
  /** Per target table: the load that is under way. */
  readonly #lastLoads = new Map<string, Promise<void>>()
  #ended = false

  constructor(context: SinkContext, row: CheckpointRow, attempt: BatchAttempt) {
    this.#context = context
    this.#row = row
    this.#attempt = attempt
  }

  async send(load: Load): Promise<void> {
    if (load.body.length === 0) return
    const table = this.#context.opened(load.table)
    const headers = table.compiled.loadHeaders[load.format]
    const { transaction } = this.#attempt
    const before = this.#lastLoads.get(table.targetName)
    const sent = (async () => {
      await before
      await this.#context.failPoints.reach('batch.load.before')
      const outcome = await this.#context.client.load(transaction, table.targetName, headers, load.body)
      if (outcome.tag !== 'ok') {
        const refused = { table, format: load.format }
        throw await tableError(this.#context.client, refused, outcome, `load into ${table.targetName}`)
      }
      await this.#context.failPoints.reach('batch.load.after')
    })()
    this.#lastLoads.set(table.targetName, sent)
    await sent
  }

  async commit(checkpoint: Checkpoint, tables: readonly TableRecord[]): Promise<void> {
    const { client, failPoints, owner } = this.#context
    const { transaction, previous, ownership, rowVerdict } = this.#attempt
    requireSuccessor(previous, checkpoint)
    await Promise.all(this.#lastLoads.values())
    await failPoints.reach('batch.checkpoint.before')
    const records = tables.map((record) => encodeTableRecord(owner.pipeline, record))
    await Promise.all([
      this.#loadSystem(TABLE_RECORD_TABLE, records),
      this.#loadSystem(CHECKPOINT_TABLE, [encodeCheckpoint(owner.pipeline, checkpoint)]),
    ])
    await failPoints.reach('batch.checkpoint.after')
    const verdict = await rowVerdict
    if (verdict.tag !== 'follows') throw unexpected(verdict)
    await ownership.confirm()
    await failPoints.reach('batch.commit.before')
    this.#row.attempted(checkpoint)
    const answer = await client.commit(transaction)
    await failPoints.reach('batch.commit.after')
    const proof = await proveCommit(this.#context, transaction.name, answer)
    if (proof === 'unknown') await this.#proveByRow()
    this.#ended = true
    this.#row.committed(checkpoint, proof === 'committed' ? [transaction.name] : [])
    await failPoints.reach('batch.state.after')
  }

  async rollback(): Promise<void> {
    if (this.#ended) return
    await this.#context.failPoints.reach('batch.rollback.before')
    try {
      await Promise.allSettled(this.#lastLoads.values())
      await endTransaction(this.#context, this.#attempt.transaction.name)
      this.#ended = true
    } catch {
      // It stays in doubt: the next openBatch ends it first.
    }
    await this.#context.failPoints.reach('batch.rollback.after')
  }

  async #loadSystem(table: SystemTable, rows: readonly (readonly (string | null)[])[]): Promise<void> {
    if (rows.length === 0) return
    const { client } = this.#context
    const body = systemTableBody(rows)
    requireOk(
      await client.load(this.#attempt.transaction, table.name, systemTableHeaders(table), body),
      `load into ${table.name}`,
    )
  }

  /** The label was forgotten: then the row alone can tell. */
  async #proveByRow(): Promise<void> {
    const verdict = await this.#row.verdict(this.#attempt.previous)
    if (verdict.tag === 'already-committed') return
    if (verdict.tag !== 'follows') throw rowError(verdict)
    throw new SyncError('SINK_TRANSACTION_LOST', `transaction ${this.#attempt.transaction.name.label} is lost`)
  }
}

/** @throws {SyncError} INTERNAL when a checkpoint does not follow the one that its batch was begun after. */
export function requireSuccessor(previous: Checkpoint, checkpoint: Checkpoint): void {
  if (checkpoint.number === previous.number + 1n && checkpoint.endLsn >= previous.endLsn) return
  throw new SyncError('INTERNAL', `checkpoint ${checkpoint.number} does not follow ${previous.number}`)
}

/** The error for a row that changed while a batch was open. */
export function unexpected(verdict: Parameters<typeof rowError>[0] | { readonly tag: 'already-committed' }): SyncError {
  if (verdict.tag !== 'already-committed') return rowError(verdict)
  return new SyncError('SINK_TRANSACTION_LOST', 'an earlier attempt at this batch has been committed after all')
}
