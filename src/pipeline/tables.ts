import type { Clock } from '../core/clock.ts'
import type { ErrorCode } from '../core/error-codes.ts'
import type { Lsn } from '../core/lsn.ts'
import type { Ownership } from '../core/ownership.ts'
import type { Signals } from '../core/signals.ts'
import type { Sink, SinkState, TableRecord } from '../core/sink.ts'
import type { DiscoveredTable, DiscoveredTables, Source, UnseenChange } from '../core/source.ts'
import { SyncError } from '../core/sync-error.ts'
import type { TableId } from '../core/table-id.ts'
import type { TableState } from '../core/table-state.ts'
import type { Applier } from './applier.ts'
import type { Batcher } from './batcher.ts'
import type { Lessons } from './lessons.ts'
import { orAborted } from './or-aborted.ts'
import { parseRequest, type PipelineRequest, requestPrefix } from './request.ts'
import type { SnapshotRunner } from './snapshot-runner.ts'
import { endsCopy, isPassed } from './table-lifecycle.ts'
import { TableOpener } from './table-opener.ts'
import { TableEntry, type TableRegistry } from './table-registry.ts'
import { type TableStart, tableStart } from './table-start.ts'
import type { TaskGroup } from './task-group.ts'

/** What the tables' keeper works with. */
export interface TablesDeps {
  readonly source: Source
  readonly sink: Sink
  readonly signals: Signals
  readonly clock: Clock
  readonly ownership: Ownership
  readonly registry: TableRegistry
  readonly batcher: Batcher
  readonly applier: Applier
  readonly runner: SnapshotRunner
  readonly group: TaskGroup
  readonly settings: { readonly pipeline: string }
  readonly lessons: Lessons
  readonly wake: () => void
  /** Asks for a look at the catalog. */
  readonly rediscoverSoon: () => void
}

/**
 * Keeps the tables of a session: takes them in, starts their copies, takes them out, and does what people ask for.
 *
 * A state is taken in memory at once and recorded with the next batch, which is the first that behaves accordingly.
 */
export class Tables {
  readonly #deps: TablesDeps
  readonly #opener: TableOpener
  /** The checkpoint was asked to move beyond this position. */
  #askedAfter: Lsn | null = null

  constructor(deps: TablesDeps) {
    this.#deps = deps
    const { sink, applier, batcher } = deps
    this.#opener = new TableOpener({
      sink,
      checkpoint: () => applier.checkpoint,
      opened: () => batcher.tablesChanged(),
      refused: (table, error) => this.quarantine(table, error.code, { reason: `${error.message} ${error.remedy}` }),
    })
  }

  /** Takes in all discovered tables with what the target remembers of them. Copies run in the group from now on. */
  async begin(discovered: DiscoveredTables, memory: SinkState): Promise<void> {
    for (const table of discovered.tables) {
      const record = memory.tables.find((item) => item.table === table.schema.id)
      await this.#admit(table, record, memory)
    }
    const matched = new Set(discovered.tables.map((table) => table.schema.id))
    for (const record of memory.tables) {
      if (!matched.has(record.table) && record.state.tag !== 'removed') this.#note(record.table, { tag: 'removed' })
    }
  }

  /** Puts a record into the batch that fills; resolves when it is in the target. */
  async record(record: TableRecord): Promise<void> {
    const { batcher, wake, group } = this.#deps
    batcher.current.records.set(record.table, record)
    const { promise } = batcher.current.committed
    wake()
    await orAborted(promise, group.signal)
  }

  /** Takes a table out of everything that is held for it; all other tables go on. */
  quarantine(
    table: TableId,
    code: ErrorCode,
    problem: { readonly reason: string; readonly rowKey?: string | undefined },
  ): TableRecord {
    const { registry, batcher } = this.#deps
    const entry = registry.byId(table)
    if (!entry) throw new SyncError('INTERNAL', `${table} is to be taken out, but it is not known`, { table })
    batcher.quarantine(entry, code, problem)
    return { table, state: entry.state }
  }

  /** A table waits for the stream to pass the end of its copy, or a person for the checkpoint to follow, and the stream has come so far. */
  wantsPosition(): boolean {
    const { registry, batcher, applier } = this.#deps
    if (this.#askedAfter !== null && applier.checkpoint.endLsn > this.#askedAfter) this.#askedAfter = null
    if (this.#askedAfter !== null && batcher.seenLsn > this.#askedAfter) return true
    return registry.all().some((entry) => isPassed(entry.state, batcher.seenLsn))
  }

  /** Between two batches: puts finished shadows in the place of the tables that they were copied for. */
  async putShadowsInPlace(): Promise<void> {
    const { registry, applier, sink, ownership, batcher } = this.#deps
    for (const entry of registry.all()) {
      const copied = entry.state
      if (copied.tag !== 'snapshotting' || !copied.shadow) continue
      if (!isPassed(copied, applier.checkpoint.endLsn)) continue
      await sink.untilVisible()
      const live = await sink.swap(entry.copyTarget, ownership)
      const inPlace: TableState = { tag: 'streaming', generation: copied.generation }
      // Paused or taken out meanwhile, or to be copied once more: that holds.
      if (!endsCopy(inPlace, entry.state)) continue
      entry.open([live])
      entry.state = inPlace
      batcher.tablesChanged()
      this.#note(entry.schema.id, entry.state)
    }
  }

  /** A logical message of the source: a request, when it bears this pipeline's prefix. */
  onMessage(prefix: string, content: Buffer): void {
    if (prefix !== requestPrefix(this.#deps.settings.pipeline)) return
    const request = parseRequest(content.toString('utf8'))
    if (request) this.#carryOut(request)
  }

  /** Takes the state at once, so that it is recorded with the batch that holds the request's position. */
  #carryOut(request: PipelineRequest): void {
    if (request.do === 'checkpoint') {
      // Whatever the stream tells next lies behind the message.
      this.#askedAfter = this.#deps.batcher.seenLsn
      return
    }
    const entry = this.#deps.registry.byId(request.table)
    if (!entry) {
      this.#deps.rediscoverSoon()
      return
    }
    const { state } = entry
    this.#deps.signals.emit({ tag: 'asked', ...request })
    if (request.do === 'pause') this.#pause(entry)
    else if (request.do === 'resync' || state.tag === 'paused') this.#copyAnew(entry)
  }

  #pause(entry: TableEntry): void {
    if (entry.state.tag === 'paused') return
    entry.state = { tag: 'paused', sinceLsn: this.#deps.batcher.seenLsn }
    entry.close()
    this.#deps.batcher.current.leaveOut(entry.schema.id, { table: entry.schema.id, state: entry.state })
    this.#deps.batcher.tablesChanged()
    this.#deps.wake()
  }

  #copyAnew(entry: TableEntry): void {
    if (entry.state.tag === 'snapshotting') return
    const liveApplied = entry.state.tag === 'streaming'
    const generation = this.#nextGeneration()
    entry.state = { tag: 'snapshotting', generation, shadow: { liveApplied } }
    this.#note(entry.schema.id, entry.state)
    this.#deps.group.run(async (signal) => {
      await this.#lookAgain(entry)
      if (await this.#opener.openShadow(entry)) await this.#copy(entry, null, signal)
    })
  }

  /** What a table is made of before its copy begins. One that was left out may have another shape by now. */
  async #lookAgain(entry: TableEntry): Promise<void> {
    const { tables } = await this.#deps.source.discover()
    const found = tables.find((table) => table.schema.id === entry.schema.id)
    if (!found) return
    entry.origin = found.origin
    if (!entry.applies) this.#deps.registry.reshape(entry, found.schema)
  }

  /** Takes over what the catalog says now: tables that came, went, or have other partitions. */
  async reconcile(discovered: DiscoveredTables): Promise<void> {
    for (const table of discovered.tables) {
      const entry = this.#deps.registry.byId(table.schema.id)
      if (entry && entry.state.tag !== 'removed' && entry.schema.oid === table.schema.oid)
        await this.#compareOrigin(entry, table)
      else await this.#admitNew(table, entry)
    }
    const matched = new Set(discovered.tables.map((table) => table.schema.id))
    for (const entry of this.#deps.registry.all()) {
      if (!matched.has(entry.schema.id) && entry.state.tag !== 'removed') this.#remove(entry)
    }
  }

  /** One that was dropped and made again is copied into a shadow. */
  async #admitNew(table: DiscoveredTable, before: TableEntry | undefined): Promise<void> {
    const record: TableRecord | undefined = before && { table: table.schema.id, state: { tag: 'removed' } }
    await this.#admit(table, record, { checkpoint: null, tables: [], chunks: [] })
  }

  /**
   * A partition that is attached with rows brings no events for them; one that is detached takes rows away without any. A change during
   * a copy, which may have brought such rows, is looked at when the copy is over.
   */
  async #compareOrigin(entry: TableEntry, { origin }: DiscoveredTable): Promise<void> {
    if (entry.origin === origin || entry.state.tag !== 'streaming') return
    const unseen = await this.#deps.source.unseenChange(entry.schema, entry.origin, origin)
    if (entry.state.tag !== 'streaming') return
    entry.origin = origin
    if (unseen === null) {
      this.#note(entry.schema.id, entry.state)
      return
    }
    this.#deps.signals.emit({ tag: 'copied-anew', table: entry.schema.id, reason: unseen.reason })
    this.#copyAnew(entry)
  }

  #remove(entry: TableEntry): void {
    entry.state = { tag: 'removed' }
    entry.close()
    this.#deps.batcher.current.leaveOut(entry.schema.id, { table: entry.schema.id, state: entry.state })
    this.#deps.batcher.tablesChanged()
    this.#deps.wake()
  }

  async #admit(table: DiscoveredTable, record: TableRecord | undefined, memory: SinkState): Promise<void> {
    const { schema, route } = table
    const entry = new TableEntry(schema, route, {
      state: { tag: 'waiting' },
      origin: table.origin,
      atomic: this.#deps.sink.guarantee === 'atomic',
      lessons: this.#deps.lessons,
    })
    const liveGeneration = record ? await this.#deps.sink.liveGeneration(route) : null
    const unseen = await this.#unseenSince(record, table)
    const { chunks } = memory
    const start = tableStart({ record, chunks, liveGeneration, nextGeneration: this.#nextGeneration(), unseen })
    entry.state = start.state
    // What is copied already is as old as its record.
    if (start.tag === 'copy' && start.progress !== null) entry.origin = record?.origin ?? table.origin
    if (start.anew !== undefined) this.#deps.signals.emit({ tag: 'copied-anew', table: schema.id, reason: start.anew })
    this.#deps.registry.add(entry)
    await this.#start(entry, start)
    if (start.tag === 'stream' && record?.origin !== table.origin && entry.state === start.state)
      this.#note(schema.id, start.state)
    this.#deps.batcher.tablesChanged()
  }

  /** What happened, while no session ran, to a table that the target has. */
  async #unseenSince(record: TableRecord | undefined, table: DiscoveredTable): Promise<UnseenChange | null> {
    if (record?.origin === undefined || record.origin === table.origin) return null
    if (record.state.tag !== 'streaming' && record.state.tag !== 'snapshotting') return null
    return await this.#deps.source.unseenChange(table.schema, record.origin, table.origin)
  }

  async #start(entry: TableEntry, start: TableStart): Promise<void> {
    if (start.tag === 'left-out') {
      this.#deps.signals.emit({ tag: 'table-state', table: entry.schema.id, state: start.state })
      return
    }
    const liveApplied = start.tag !== 'shadow' || start.state.shadow?.liveApplied === true
    if (liveApplied && !(await this.#opener.openLive(entry))) return
    if (start.tag === 'stream') {
      if (start.changed) this.#note(entry.schema.id, start.state)
      else this.#deps.signals.emit({ tag: 'table-state', table: entry.schema.id, state: start.state })
      return
    }
    const progress = start.tag === 'copy' ? start.progress : null
    // The record of a copy that goes on holds its plan and stays as it is.
    if (progress === null) this.#note(entry.schema.id, entry.state)
    if (start.tag === 'shadow' && !(await this.#opener.openShadow(entry))) return
    this.#deps.group.run((signal) => this.#copy(entry, progress, signal))
  }

  async #copy(entry: TableEntry, progress: Parameters<SnapshotRunner['copy']>[1], signal: AbortSignal): Promise<void> {
    await this.#deps.runner.copy(entry, progress, signal)
    this.#deps.wake()
  }

  /** Tells of a state that was taken, and records it with the next batch. */
  #note(table: TableId, state: TableState): void {
    this.#deps.batcher.current.records.set(table, { table, state })
    this.#deps.wake()
  }

  #nextGeneration(): number {
    return Number(this.#deps.applier.checkpoint.number) + 1
  }
}
