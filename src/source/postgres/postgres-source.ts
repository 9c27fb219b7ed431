import type { ChangeHandler, Relation } from '../../core/change-stream.ts'
import type { Clock } from '../../core/clock.ts'
import type { Finding } from '../../core/finding.ts'
import type { Lsn } from '../../core/lsn.ts'
import type { PoolUse } from '../../core/pool-use.ts'
import type { RowView } from '../../core/row-view.ts'
import type { Signals } from '../../core/signals.ts'
import type {
  Blocker,
  ChunkPlan,
  ChunkRange,
  ChunkReader,
  DiscoveredTable,
  DiscoveredTables,
  OwnedStream,
  RowsWanted,
  ShapeDifference,
  Source,
  SourceIdentity,
  UnseenChange,
} from '../../core/source.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { TableSchema } from '../../core/table-schema.ts'
import { compareShape } from './catalog/compare-shape.ts'
import type { ConnectionOptions } from './catalog/connection-options.ts'
import { Connector } from './catalog/connector.ts'
import { createSlot } from './catalog/create-slot.ts'
import { discoverTables } from './catalog/discover-tables.ts'
import { emitMarker } from './catalog/emit-marker.ts'
import { identify } from './catalog/identify.ts'
import type { TableMatcher } from './catalog/list-relations.ts'
import { preflight } from './catalog/preflight.ts'
import { judgeSlot, readSlot } from './catalog/read-slot.ts'
import { untilFlushed } from './catalog/until-flushed.ts'
import { SchemaVersions } from './catalog/schema-versions.ts'
import { SessionHolder } from './catalog/session-holder.ts'
import { unseenChange } from './catalog/unseen-change.ts'
import { waitForWriters } from './catalog/wait-for-writers.ts'
import { wouldBeTables } from './catalog/would-be-tables.ts'
import { openOwnedStream } from './owned-stream.ts'
import type { SpoolLimits } from './pgoutput/spool-set.ts'
import { openCopySession } from './snapshot/copy-session.ts'
import { openChunk } from './snapshot/open-chunk.ts'
import { planChunks } from './snapshot/plan-chunks.ts'
import { readRows } from './snapshot/read-rows.ts'
import { SessionPool } from './snapshot/session-pool.ts'

/** The source of one pipeline. */
export interface PostgresSourceOptions {
  readonly connection: ConnectionOptions
  /** Names the pipeline in the WAL's markers. */
  readonly pipeline: string
  readonly slot: string
  readonly publication: string
  readonly matches: TableMatcher
  readonly spool: SpoolLimits
  readonly maxMessageBytes?: number | undefined
  /** Chunks that are read at the same time. One more session reads single rows again. */
  readonly snapshotConnections: number
  /** How long a chunk waits behind DDL for its lock. Default 5 000. */
  readonly lockTimeoutMs?: number | undefined
  /** How long a chunk's transaction may last, whatever its receiver does meanwhile. Default 30 minutes. */
  readonly longestChunkMs?: number | undefined
  /** How long a proof that the slot is ours holds. Default 3 000. */
  readonly ownershipWindowMs?: number | undefined
}

/** What the source takes from outside. */
export interface PostgresSourceDeps {
  readonly clock: Clock
  readonly signals: Signals
}

const DEFAULT_LOCK_TIMEOUT_MS = 5_000
const DEFAULT_LONGEST_CHUNK_MS = 30 * 60_000
const DEFAULT_OWNERSHIP_WINDOW_MS = 3_000

/** PostgreSQL 14 to 18 as a source. Connects when it is first needed. */
export class PostgresSource implements Source {
  readonly #options: PostgresSourceOptions
  readonly #deps: PostgresSourceDeps
  readonly #connector: Connector
  readonly #catalog: SessionHolder
  readonly #chunks: SessionPool
  readonly #rereads: SessionPool
  readonly #versions = new SchemaVersions()
  readonly #closing = new AbortController()

  constructor(options: PostgresSourceOptions, deps: PostgresSourceDeps) {
    this.#options = options
    this.#deps = deps
    this.#connector = new Connector(options.connection, deps.clock)
    this.#catalog = new SessionHolder(() => this.#connector.open())
    const openCopy = () => openCopySession(this.#connector)
    this.#chunks = new SessionPool(options.snapshotConnections, openCopy, deps.clock)
    this.#rereads = new SessionPool(1, openCopy, deps.clock)
  }

  async identify(): Promise<SourceIdentity> {
    const openReplication = () => this.#connector.open({ replication: 'database' })
    return await identify(await this.#catalog.get(), openReplication)
  }

  /** What stands in the way of this pipeline at the source; changes nothing. @throws {SyncError} when it cannot connect. */
  async preflight(): Promise<readonly Finding[]> {
    const { matches, slot, publication } = this.#options
    return await preflight(await this.#catalog.get(), { matches, slot, publication })
  }

  /** The tables that could take part, by patterns and catalog alone; changes nothing. @throws {SyncError} when it cannot connect. */
  async survey(): Promise<readonly DiscoveredTable[]> {
    const { matches, publication } = this.#options
    const serverVersionNum = await this.#serverVersionNum()
    return await wouldBeTables(await this.#catalog.get(), { matches, publication, serverVersionNum })
  }

  async discover(): Promise<DiscoveredTables> {
    const session = await this.#catalog.get()
    return await discoverTables(session, {
      matches: this.#options.matches,
      publication: this.#options.publication,
      serverVersionNum: await this.#serverVersionNum(),
      versions: this.#versions,
    })
  }

  async ensureSlot(mayCreate: boolean): Promise<{ readonly confirmedLsn: Lsn; readonly created: boolean }> {
    const name = this.#options.slot
    const present = await readSlot(await this.#catalog.get(), name)
    if (present === null && !mayCreate) throw new SyncError('SLOT_MISSING', `slot ${name} does not exist`)
    if (present === null) await this.#createSlot()
    const slot = present ?? (await readSlot(await this.#catalog.get(), name))
    if (slot === null) throw new SyncError('SLOT_MISSING', `slot ${name} vanished while it was made`)
    const fault = judgeSlot(slot)
    if (fault !== null) throw fault
    if (slot.confirmedLsn === null) throw new SyncError('SLOT_UNUSABLE', `slot ${name} has no confirmed position`)
    return { confirmedLsn: slot.confirmedLsn, created: present === null }
  }

  async openStream(handler: ChangeHandler, signal: AbortSignal): Promise<OwnedStream> {
    const { slot, publication, spool, maxMessageBytes, ownershipWindowMs } = this.#options
    const windowMs = ownershipWindowMs ?? DEFAULT_OWNERSHIP_WINDOW_MS
    const options = { slot, publication, spool, maxMessageBytes, ownershipWindowMs: windowMs }
    const deps = { ...this.#deps, connector: this.#connector, catalog: this.#catalog }
    return await openOwnedStream(options, deps, handler, signal)
  }

  compareShape(relation: Relation, schema: TableSchema): ShapeDifference {
    return compareShape(relation, schema)
  }

  async unseenChange(table: TableSchema, before: string, now: string): Promise<UnseenChange | null> {
    return await unseenChange(await this.#catalog.get(), table, { before, now })
  }

  async planChunks(table: TableSchema, targetChunkBytes: number): Promise<ChunkPlan> {
    const connections = this.#options.snapshotConnections
    return await planChunks(await this.#catalog.get(), table, { targetChunkBytes, connections })
  }

  async openChunk(table: TableSchema, range: ChunkRange, signal: AbortSignal): Promise<ChunkReader> {
    const lockTimeoutMs = this.#options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS
    const longestMs = this.#options.longestChunkMs ?? DEFAULT_LONGEST_CHUNK_MS
    const lease = await this.#chunks.lend(signal)
    return await openChunk(lease, { table, range, lockTimeoutMs, longestMs, clock: this.#deps.clock, signal })
  }

  async waitForWriters(
    table: TableSchema,
    onBlocked: (blockers: readonly Blocker[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await waitForWriters(await this.#catalog.get(), table.oid, { clock: this.#deps.clock, onBlocked, signal })
  }

  async readRows(table: TableSchema, wanted: RowsWanted, onRow: (row: RowView) => void): Promise<Lsn> {
    await using lease = await this.#rereads.lend()
    return await readRows(lease.copy, table, { wanted, onRow, clock: this.#deps.clock })
  }

  async untilFlushed(position: Lsn): Promise<void> {
    await untilFlushed(await this.#catalog.get(), position)
  }

  async emitMarker(content: string): Promise<Lsn> {
    const message = { prefix: `pg_starrocks_sync:${this.#options.pipeline}`, content }
    return await emitMarker(await this.#catalog.get(), message, await this.#serverVersionNum())
  }

  pools(): readonly PoolUse[] {
    return [
      { name: 'source_copy', ...this.#chunks.use() },
      { name: 'source_reread', ...this.#rereads.use() },
    ]
  }

  /** Closes every connection but those of streams and chunks that are still open: their owners close them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('the source was closed'))
    await Promise.all([this.#chunks, this.#rereads, this.#catalog].map((each) => each[Symbol.asyncDispose]()))
  }

  async #createSlot(): Promise<void> {
    const { slot } = this.#options
    const { clock, signals } = this.#deps
    await createSlot({
      slot,
      serverVersionNum: await this.#serverVersionNum(),
      openSession: () => this.#connector.open(),
      clock,
      onBlocked: (blockers) => signals.emit({ tag: 'blocked', what: `making slot ${slot}`, blockers }),
      signal: this.#closing.signal,
    })
  }

  async #serverVersionNum(): Promise<number> {
    const session = await this.#catalog.get()
    const [row] = await session.query<{ server_version_num: string }>(
      'asking for the version',
      'SHOW server_version_num',
    )
    return Number(row?.server_version_num)
  }
}
