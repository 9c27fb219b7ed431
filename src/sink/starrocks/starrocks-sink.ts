import type { Checkpoint } from '../../core/checkpoint.ts'
import type { Clock, Random } from '../../core/clock.ts'
import type { FailPoints } from '../../core/fail-points.ts'
import type { Ownership } from '../../core/ownership.ts'
import type { PoolUse } from '../../core/pool-use.ts'
import type { LoadFormat } from '../../core/row-encoder.ts'
import type {
  BatchOpening,
  ChunkName,
  ChunkWriter,
  DeleteRecord,
  Guarantee,
  Load,
  ReadBackRow,
  RejectedLoad,
  ShadowName,
  Sink,
  SinkState,
  SinkTable,
} from '../../core/sink.ts'
import type { TableRoute } from '../../core/table-route.ts'
import type { TableSchema } from '../../core/table-schema.ts'
import { BatchOpener } from './batch-opener.ts'
import { AtomicBatchWriter } from './batch-writer.ts'
import { CheckpointRow } from './checkpoint-row.ts'
import { StreamedChunkWriter } from './chunk-writer.ts'
import type { ServerFeatures } from './compiled-table.ts'
import { ConvergingBatchWriter } from './converging-batch-writer.ts'
import { chunkLabel } from './labels.ts'
import { serverFeatures } from './mysql/server-features.ts'
import type { SinkContext, StarRocksTable } from './sink-context.ts'
import { connectSink, type SinkConnections } from './sink-connections.ts'
import { CHECKPOINT_TABLE } from './state/checkpoint-table.ts'
import { StateReader } from './state/state-reader.ts'
import { beginFresh } from './table-transaction.ts'
import { isMissing } from './tables/target-catalog.ts'
import { RowReader } from './tables/row-reader.ts'
import { TargetTables } from './tables/target-tables.ts'
import { takeOver } from './take-over.ts'
import type { SinkTimeouts, StarRocksTarget } from './target.ts'
import { findRejectedLoads } from './trial-loads.ts'
import { transactionTimeoutS } from './transaction-timeout.ts'

/** What a sink is made of. */
export interface StarRocksSinkOptions {
  readonly target: StarRocksTarget
  /** The pipeline's name: with the database it names every label and row. */
  readonly pipeline: string
  readonly clock: Clock
  readonly random: Random
  readonly failPoints?: FailPoints | undefined
  readonly timeouts?: Partial<SinkTimeouts> | undefined
}

/** A chunk may be as large as this before its transaction runs out of time. */
const CHUNK_BYTES = 1024 * 1024 * 1024

/** Connects and learns what the server can do. @throws {SyncError} SINK_UNREACHABLE, SINK_AUTH. */
export async function openStarRocksSink(options: StarRocksSinkOptions): Promise<StarRocksSink> {
  const opened = new WeakMap<SinkTable, StarRocksTable>()
  const connections = connectSink(options, opened)
  try {
    const { rows } = await connections.context.sql.select('SELECT current_version()')
    return new StarRocksSink(options, connections, serverFeatures(rows[0]?.[0] ?? ''), opened)
  } catch (error) {
    await connections[Symbol.asyncDispose]()
    throw error
  }
}

/** The guarantee that a server and a set of target databases allow. */
export function guaranteeOf(features: ServerFeatures, target: Pick<StarRocksTarget, 'otherDatabases'>): Guarantee {
  return features.multiTableTransactions && target.otherDatabases.length === 0 ? 'atomic' : 'converging'
}

/** StarRocks as a {@link Sink}. */
export class StarRocksSink implements Sink {
  readonly guarantee: Guarantee
  readonly version: string
  readonly #options: StarRocksSinkOptions
  readonly #connections: SinkConnections
  readonly #context: SinkContext
  readonly #reader: StateReader
  readonly #row: CheckpointRow
  readonly #opener: BatchOpener
  readonly #tables: TargetTables
  readonly #opened: WeakMap<SinkTable, StarRocksTable>
  readonly #databases: readonly string[]
  /** Per chunk: attempts that were begun; dense, so that a successor finds the last one. */
  readonly #chunkAttempts = new Map<string, number>()

  constructor(
    options: StarRocksSinkOptions,
    connections: SinkConnections,
    features: ServerFeatures,
    opened: WeakMap<SinkTable, StarRocksTable>,
  ) {
    const { target } = options
    const { context } = connections
    this.#options = options
    this.#connections = connections
    this.#context = context
    this.#opened = opened
    this.version = features.version
    this.guarantee = guaranteeOf(features, target)
    this.#databases = [...new Set([target.database, ...target.otherDatabases])]
    this.#reader = new StateReader(context.sql, context.owner)
    this.#row = new CheckpointRow(context, this.#reader)
    this.#tables = new TargetTables(context, { guarantee: this.guarantee, features, properties: target.properties })
    const isAtomic = this.guarantee === 'atomic'
    const Writer = isAtomic ? AtomicBatchWriter : ConvergingBatchWriter
    this.#opener = new BatchOpener(context, this.#row, isAtomic ? null : CHECKPOINT_TABLE.name, (attempt) => {
      return new Writer(context, this.#row, attempt)
    })
  }

  async prepare(): Promise<void> {
    const { replication_num: replicas } = this.#options.target.properties
    const properties = replicas === undefined ? {} : { replication_num: replicas }
    await this.#reader.prepare(this.#databases, { properties, clock: this.#context.clock })
  }

  pools(): readonly PoolUse[] {
    return this.#connections.pools()
  }

  async takeOver(ownership: Ownership): Promise<SinkState> {
    const parts = { reader: this.#reader, guarantee: this.guarantee, databases: this.#databases, ownership }
    const state = await takeOver(this.#context, parts)
    this.#row.learned(state.checkpoint)
    this.#opener.tookOver(state.checkpoint)
    this.#chunkAttempts.clear()
    return state
  }

  async readCheckpoint(): Promise<Checkpoint | null> {
    try {
      return await this.#reader.checkpoint()
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  async openTable(schema: TableSchema, route: TableRoute): Promise<SinkTable> {
    return this.#remember(await this.#tables.open(schema, route))
  }

  async openShadow(schema: TableSchema, route: TableRoute, name: ShadowName): Promise<SinkTable> {
    return this.#remember(await this.#tables.openShadow(schema, route, name))
  }

  async liveGeneration(route: TableRoute): Promise<number | null> {
    return await this.#tables.liveGeneration(route)
  }

  async swap(shadow: SinkTable, ownership: Ownership): Promise<SinkTable> {
    return this.#remember(await this.#tables.swap(shadow, ownership))
  }

  async openBatch(previous: Checkpoint, ownership: Ownership, expectedBytes = 0): Promise<BatchOpening> {
    return await this.#opener.open(previous, ownership, expectedBytes)
  }

  async openChunk(table: SinkTable, chunk: ChunkName, ownership: Ownership): Promise<ChunkWriter> {
    const { owner, failPoints } = this.#context
    const { guarantee } = this
    const opened = this.#context.opened(table)
    const { epoch, generation, chunk: index, format } = chunk
    const key = JSON.stringify([table.id, String(epoch), generation, index])
    const attempt = (this.#chunkAttempts.get(key) ?? 0) + 1
    this.#chunkAttempts.set(key, attempt)
    const parts = { incarnation: this.#row.incarnation, epoch, table: table.id, generation, chunk: index, attempt }
    const name = {
      label: chunkLabel(owner, parts),
      database: opened.route.targetDatabase,
      table: guarantee === 'atomic' ? null : opened.targetName,
    }
    await failPoints.reach('chunk.begin.before')
    const transaction = await beginFresh(this.#context, name, transactionTimeoutS(CHUNK_BYTES), ownership)
    await failPoints.reach('chunk.begin.after')
    const writer = { table: opened, format, transaction, ownership, guarantee }
    return new StreamedChunkWriter(this.#context, this.#reader, writer)
  }

  async untilVisible(): Promise<void> {
    await this.#row.untilVisible()
  }

  async readBack(
    table: SinkTable,
    format: LoadFormat,
    keys: readonly Buffer[],
    columns: readonly number[],
  ): Promise<readonly ReadBackRow[]> {
    return await new RowReader(this.#context.sql, this.#context.opened(table), format).byKey(keys, columns)
  }

  async findRejected(loads: readonly Load[], ownership: Ownership): Promise<readonly RejectedLoad[]> {
    return await findRejectedLoads(this.#context, loads, ownership)
  }

  async deletesOfAll(
    table: SinkTable,
    format: LoadFormat,
    limitRows: number,
  ): Promise<readonly DeleteRecord[] | 'too-many'> {
    // Rows that are deleted softly stay: the table is put together anew, with the mark.
    if (table.route.delete === 'soft') return 'too-many'
    const reader = new RowReader(this.#context.sql, this.#context.opened(table), format)
    return (await reader.deletesOfAll(limitRows)) ?? 'too-many'
  }

  async truncate(table: SinkTable, after: Checkpoint, ownership: Ownership): Promise<void> {
    await this.#tables.empty(table, { epoch: after.epoch, number: after.number + 1n }, ownership)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connections[Symbol.asyncDispose]()
  }

  #remember(table: StarRocksTable): SinkTable {
    this.#opened.set(table, table)
    return table
  }
}
