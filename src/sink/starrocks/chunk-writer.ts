import type { Ownership } from '../../core/ownership.ts'
import type { ChunkRecord, ChunkWriter, Guarantee } from '../../core/sink.ts'
import type { LoadFormat } from '../../core/row-encoder.ts'
import { SyncError } from '../../core/sync-error.ts'
import { proveCommit } from './commit-proof.ts'
import { ledgerLabel } from './labels.ts'
import { LoadStream } from './load-stream.ts'
import type { Outcome } from './outcome.ts'
import { tableError } from './rejection.ts'
import type { SinkContext, StarRocksTable } from './sink-context.ts'
import { CHUNK_TABLE, encodeChunk } from './state/chunk-table.ts'
import type { StateReader } from './state/state-reader.ts'
import { systemTableBody, systemTableHeaders } from './state/system-table.ts'
import { commitSystemRows, commitTable, requireOk } from './table-transaction.ts'
import type { OpenTransaction, TransactionName } from './transaction-client.ts'
import { endTransaction, pauseMs, waitUntilVisible } from './transaction-ender.ts'

/** A JSON body is held whole by the back end: it is cut into loads of this size (reference/starrocks.md 1.6). */
const JSON_LOAD_BYTES = 32 * 1024 * 1024

/** What a chunk's writer is made of. */
export interface ChunkWriterParts {
  readonly table: StarRocksTable
  readonly format: LoadFormat
  readonly transaction: OpenTransaction
  readonly ownership: Ownership
  readonly guarantee: Guarantee
}

/** A chunk's rows, streamed into one transaction: with its line of the ledger inside it (atomic) or after it (converging). */
export class StreamedChunkWriter implements ChunkWriter {
  readonly #context: SinkContext
  readonly #reader: StateReader
  readonly #parts: ChunkWriterParts
  #stream: LoadStream | null = null
  #sentAny = false
  #ledger: TransactionName | null = null

  constructor(context: SinkContext, reader: StateReader, parts: ChunkWriterParts) {
    this.#context = context
    this.#reader = reader
    this.#parts = parts
  }

  async write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return
    const stream = this.#stream ?? (await this.#openStream())
    const taken = await stream.write(bytes)
    if (!taken) {
      await this.#finishStream()
      throw new SyncError('SINK_TRANSACTION_LOST', 'the target ended the load before its last row', {
        table: this.#parts.table.id,
      })
    }
    if (this.#parts.format === 'json' && stream.sentBytes >= JSON_LOAD_BYTES) await this.#finishStream()
  }

  async commit(record: ChunkRecord): Promise<void> {
    await this.#finishStream()
    if (this.#parts.guarantee === 'atomic') await this.#commitWhole(record)
    else await this.#commitRowsThenLedger(record)
  }

  async rollback(): Promise<void> {
    const { clock, timeouts, closing } = this.#context
    this.#stream?.abandon()
    for (let tried = 0; ; tried += 1) {
      try {
        await endTransaction(this.#context, this.#parts.transaction.name)
        if (this.#ledger !== null) await endTransaction(this.#context, this.#ledger)
        return
      } catch (error) {
        if (!(error instanceof SyncError) || error.retry !== 'auto') throw error
        await clock.sleep(pauseMs(timeouts.pollMs, tried), closing)
      }
    }
  }

  async #openStream(): Promise<LoadStream> {
    const { client, failPoints } = this.#context
    const { table, format, transaction } = this.#parts
    await failPoints.reach('chunk.load.before')
    const opened = await client.openLoad(transaction, table.targetName, table.compiled.loadHeaders[format])
    if (!(opened instanceof LoadStream)) throw await this.#explain(opened, `load into ${table.targetName}`)
    this.#stream = opened
    this.#sentAny = true
    return opened
  }

  async #finishStream(): Promise<void> {
    if (this.#stream === null) return
    const outcome = await this.#stream.finish()
    this.#stream = null
    if (outcome.tag !== 'ok') throw await this.#explain(outcome, `load into ${this.#parts.table.targetName}`)
    await this.#context.failPoints.reach('chunk.load.after')
  }

  /** Only one table's rows are in the transaction: whatever is refused is theirs. */
  async #explain(outcome: Outcome, what: string): Promise<SyncError> {
    return await tableError(this.#context.client, this.#parts, outcome, what)
  }

  async #commitWhole(record: ChunkRecord): Promise<void> {
    const { client, failPoints, owner } = this.#context
    const { transaction, ownership, table } = this.#parts
    await failPoints.reach('chunk.ledger.before')
    const body = systemTableBody([encodeChunk(owner.pipeline, record)])
    const loaded = await client.load(transaction, CHUNK_TABLE.name, systemTableHeaders(CHUNK_TABLE), body)
    requireOk(loaded, `load into ${CHUNK_TABLE.name}`)
    await failPoints.reach('chunk.ledger.after')
    await ownership.confirm()
    await failPoints.reach('chunk.commit.before')
    const answer = await client.commit(transaction)
    await failPoints.reach('chunk.commit.after')
    const proof = await proveCommit(this.#context, transaction.name, answer, async (refusal) => {
      return await this.#explain(refusal, `commit ${transaction.name.label}`)
    })
    await failPoints.reach('chunk.state.after')
    if (proof === 'committed') await waitUntilVisible(this.#context, transaction.name)
    if (proof !== 'unknown' || (await this.#reader.hasChunk(record))) return
    throw new SyncError('SINK_TRANSACTION_LOST', `chunk ${record.chunk} is lost`, { table: table.id })
  }

  async #commitRowsThenLedger(record: ChunkRecord): Promise<void> {
    const { failPoints, owner } = this.#context
    const { transaction, ownership } = this.#parts
    await failPoints.reach('chunk.commit.before')
    if (this.#sentAny) {
      const proof = await commitTable(this.#context, transaction, ownership, async (outcome, what) => {
        return await this.#explain(outcome, what)
      })
      if (proof === 'committed') await waitUntilVisible(this.#context, transaction.name)
    } else {
      await endTransaction(this.#context, transaction.name)
    }
    await failPoints.reach('chunk.commit.after')
    const label = ledgerLabel(transaction.name.label)
    this.#ledger = { label, database: owner.database, table: CHUNK_TABLE.name }
    await failPoints.reach('chunk.ledger.before')
    const rows = [encodeChunk(owner.pipeline, record)]
    await commitSystemRows(this.#context, this.#ledger, { table: CHUNK_TABLE, rows }, ownership)
    await failPoints.reach('chunk.ledger.after')
  }
}
