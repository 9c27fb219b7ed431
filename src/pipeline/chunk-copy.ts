import { ByteBuffer } from '../core/byte-buffer.ts'
import type { Clock } from '../core/clock.ts'
import type { Ownership } from '../core/ownership.ts'
import { NEEDS_JSON, type RowEncoder } from '../core/row-encoder.ts'
import type { RowView } from '../core/row-view.ts'
import type { Signals } from '../core/signals.ts'
import type { ChunkRecord, ChunkWriter, Sink, SinkTable } from '../core/sink.ts'
import type { ChunkRange, ChunkReader, Source } from '../core/source.ts'
import { asSyncError, SyncError } from '../core/sync-error.ts'
import type { TableSchema } from '../core/table-schema.ts'
import type { Gate } from './gate.ts'
import { orAborted } from './or-aborted.ts'

/** Encoded bytes are handed on in pieces of about this size. */
const PIECE_BYTES = 1024 * 1024

/** One chunk of one table, in one attempt. */
export interface ChunkTask {
  readonly schema: TableSchema
  readonly target: SinkTable
  readonly relfilenode: string
  readonly range: ChunkRange
  readonly epoch: bigint
  readonly generation: number
  readonly chunk: number
  readonly chunks: number
  /** Chunks of this copy that are in the target; counted on by whoever loads one. */
  readonly tally: { done: number }
  readonly attempt: number
  readonly json: boolean
  /** Told when the source has nothing more to do for the chunk. */
  readonly wasRead: () => void
}

/**
 * - `done`: the rows and their line in the ledger are in the target.
 * - `again`: it looked too early or a batch goes first (`gate`), or something failed that may pass (`failure`).
 * - `needs-json`: a value cannot be written as CSV.
 * - `outdated`: the table was rewritten; its copy begins anew.
 */
export type ChunkResult =
  | { readonly tag: 'done'; readonly record: ChunkRecord }
  | { readonly tag: 'again'; readonly why: 'gate' | 'failure'; readonly reason: string }
  | { readonly tag: 'needs-json' }
  | { readonly tag: 'outdated' }

/** What copying works with. */
export interface ChunkDeps {
  readonly source: Source
  readonly sink: Sink
  readonly gate: Gate
  readonly ownership: Ownership
  readonly signals: Signals
  readonly clock: Clock
}

/**
 * Copies one chunk: short transaction, snapshot, gate, rows through the encoder into an open target transaction, commit.
 *
 * When it returns or throws, the chunk is in the target or can never get there.
 */
export async function copyChunk(task: ChunkTask, deps: ChunkDeps, signal: AbortSignal): Promise<ChunkResult> {
  const { id } = task.schema
  await orAborted(deps.gate.untilOpen(id), signal)
  await using reader = await deps.source.openChunk(task.schema, task.range, signal)
  if (reader.relfilenode !== task.relfilenode) return { tag: 'outdated' }
  const answer = deps.gate.enter(id, reader.snapshot)
  if (answer.tag === 'batch-first') return { tag: 'again', why: 'gate', reason: 'a batch goes first' }
  if (answer.tag === 'not-yet-visible')
    return { tag: 'again', why: 'gate', reason: `transaction ${answer.xid} is not visible yet` }
  try {
    return await transfer(task, reader, deps, signal)
  } finally {
    deps.gate.leave(id)
  }
}

async function transfer(
  task: ChunkTask,
  reader: ChunkReader,
  deps: ChunkDeps,
  signal: AbortSignal,
): Promise<ChunkResult> {
  const startedAtMs = deps.clock.monotonicMs()
  const format = task.json ? 'json' : 'csv'
  const name = {
    epoch: task.epoch,
    generation: task.generation,
    chunk: task.chunk,
    attempt: task.attempt,
    format,
  } as const
  const writer = await deps.sink.openChunk(task.target, name, deps.ownership)
  const copier = new RowCopier(task.target, task.target.encoders[format], writer)
  try {
    await reader.read(copier.onRow, copier.afterData)
    await copier.finish()
    await reader[Symbol.asyncDispose]()
    task.wasRead()
    if (copier.needsJson) {
      await writer.rollback()
      return { tag: 'needs-json' }
    }
    await deps.source.untilFlushed(reader.upperLsn)
    const record = recordOf(task, reader, copier.rows)
    await writer.commit(record)
    task.tally.done++
    deps.signals.emit({
      tag: 'chunk-loaded',
      table: task.schema.id,
      chunk: task.chunk,
      chunks: task.chunks,
      done: task.tally.done,
      rows: copier.rows,
      bytes: copier.bytes,
      ms: deps.clock.monotonicMs() - startedAtMs,
    })
    return { tag: 'done', record }
  } catch (error) {
    await writer.rollback()
    if (!signal.aborted) tellFailed(task, copier.rows, { error: asSyncError(error), signals: deps.signals })
    throw error
  }
}

function recordOf({ schema, generation, chunk }: ChunkTask, { upperLsn }: ChunkReader, rows: number): ChunkRecord {
  return { table: schema.id, generation, chunk, rows, upperLsn }
}

/** Rows that the target refuses are told of by the state of their table. */
function tellFailed(
  task: ChunkTask,
  rows: number,
  { error, signals }: { readonly error: SyncError; readonly signals: Signals },
): void {
  if (error.retry === 'manual' || rows === 0) return
  signals.emit({ tag: 'rows-failed', code: error.code, tables: [{ table: task.schema.id, rows }] })
}

/** Encodes rows into one buffer while the other one is being sent. */
class RowCopier {
  rows = 0
  bytes = 0
  needsJson = false
  readonly #table: SinkTable
  readonly #encoder: RowEncoder
  readonly #writer: ChunkWriter
  #filling = new ByteBuffer(PIECE_BYTES * 1.25)
  #spare = new ByteBuffer(PIECE_BYTES * 1.25)
  #sending: Promise<void> | null = null

  constructor(table: SinkTable, encoder: RowEncoder, writer: ChunkWriter) {
    this.#table = table
    this.#encoder = encoder
    this.#writer = writer
  }

  /** @throws {SyncError} ROW_REJECTED when no encoder can write the row. */
  readonly onRow = (row: RowView): void => {
    if (this.needsJson) return
    const { filter } = this.#table
    if (filter !== null && !filter.accepts(row)) return
    const keyLength = this.#encoder.appendUpsert(row, this.#filling)
    if (keyLength > 0) this.rows++
    else if (keyLength === NEEDS_JSON) this.needsJson = true
    else throw this.#rejected(row)
  }

  readonly afterData = (): Promise<void> | undefined => {
    if (this.#filling.length < PIECE_BYTES || this.needsJson) return undefined
    return this.#flush()
  }

  /** Sends what is left and waits until all of it is gone. */
  async finish(): Promise<void> {
    if (this.#filling.length > 0 && !this.needsJson) await this.#flush()
    await this.#sending
  }

  async #flush(): Promise<void> {
    await this.#sending
    const full = this.#filling
    this.#filling = this.#spare
    this.#spare = full
    this.#filling.clear(PIECE_BYTES * 16)
    this.bytes += full.length
    this.#sending = this.#writer.write(full.view())
    // The failure is met by the next flush or finish.
    this.#sending.catch(() => undefined)
  }

  #rejected(row: RowView): SyncError {
    const bad = this.#encoder.lastBadRow()
    const rowKey = this.#table.schema.key.map((column) => row.text(column) ?? 'NULL').join(', ')
    return new SyncError('ROW_REJECTED', `column ${bad.column}: ${bad.reason}`, { table: this.#table.id, rowKey })
  }
}
