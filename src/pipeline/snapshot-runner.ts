import type { Random } from '../core/clock.ts'
import type { ChunkRecord, TableRecord } from '../core/sink.ts'
import type { ChunkPlan } from '../core/source.ts'
import { asSyncError, type SyncError } from '../core/sync-error.ts'
import { backOffMs } from './back-off.ts'
import { type ChunkDeps, type ChunkResult, copyChunk } from './chunk-copy.ts'
import { Semaphore } from './semaphore.ts'
import type { TableEntry } from './table-registry.ts'

/** Pauses between attempts of one chunk. */
const RETRY_BOUNDS = { firstMs: 20, maxMs: 15_000 }

/** What the runner works with. */
export interface SnapshotDeps extends ChunkDeps {
  readonly random: Random
  readonly epoch: bigint
  /** Chunks that are copied at once, over all tables. */
  readonly parallelism: number
  readonly targetChunkBytes: number
  /** Number for a copy that begins now: above every one before it. */
  readonly nextGeneration: () => number
  /** Puts a record into the next batch; resolves when that is in the target. */
  readonly record: (record: TableRecord) => Promise<void>
  /** Takes the table out: rows are refused. */
  readonly quarantine: (entry: TableEntry, error: SyncError) => void
}

/** The part of a copy that an earlier process has done. */
export interface CopyProgress {
  readonly plan: ChunkPlan
  readonly done: readonly ChunkRecord[]
}

/** Copies tables chunk by chunk beside the stream (design: snapshot). One copy per table at a time. */
export class SnapshotRunner {
  readonly #deps: SnapshotDeps
  /** Chunks that are read. */
  readonly #places: Semaphore
  /** Chunks that are read or being committed: while the target commits one, the source is not left idle. */
  readonly #open: Semaphore
  readonly #abandoned = new Set<TableEntry>()

  constructor(deps: SnapshotDeps) {
    this.#deps = deps
    this.#places = new Semaphore(deps.parallelism)
    this.#open = new Semaphore(deps.parallelism * 2)
  }

  /** What is left of the table's copy is in the stream: the source emptied the table. */
  abandonRest(entry: TableEntry): void {
    if (entry.state.tag === 'snapshotting') this.#abandoned.add(entry)
  }

  /**
   * Copies one table that is `snapshotting` and applied already. Resolves when its last chunk is in the target and the state says what
   * the stream must pass; or when the table was taken out.
   */
  async copy(entry: TableEntry, progress: CopyProgress | null, signal: AbortSignal): Promise<void> {
    this.#abandoned.delete(entry)
    if (progress) notePlan(entry, progress.plan)
    let resumed = progress
    while (!signal.aborted && entry.state.tag === 'snapshotting') {
      await this.#untilWritersEnded(entry, signal)
      const plan = resumed?.plan ?? (await this.#plan(entry))
      const done = resumed?.done ?? []
      resumed = null
      const results = await this.#copyAll(entry, { plan, done }, signal)
      if (results === 'outdated') {
        this.#nextGeneration(entry)
        continue
      }
      await this.#finish(entry)
      return
    }
  }

  /** A transaction that wrote the table and whose commit is not visible yet still holds its lock. */
  async #untilWritersEnded(entry: TableEntry, signal: AbortSignal): Promise<void> {
    const { source, signals } = this.#deps
    const what = `the copy of ${entry.schema.id}`
    await source.waitForWriters(entry.schema, (blockers) => signals.emit({ tag: 'blocked', what, blockers }), signal)
  }

  async #plan(entry: TableEntry): Promise<ChunkPlan> {
    const plan = await this.#deps.source.planChunks(entry.schema, this.#deps.targetChunkBytes)
    const { relfilenode, ranges } = plan
    notePlan(entry, plan)
    await this.#deps.record({ table: entry.schema.id, state: entry.state, relfilenode, ranges })
    return plan
  }

  #nextGeneration(entry: TableEntry): void {
    if (entry.state.tag === 'snapshotting')
      entry.state = { ...entry.state, generation: this.#deps.nextGeneration(), lastChunkLsn: undefined }
  }

  async #copyAll(
    entry: TableEntry,
    progress: CopyProgress,
    signal: AbortSignal,
  ): Promise<'outdated' | readonly ChunkRecord[]> {
    const finished = new Set(progress.done.map((record) => record.chunk))
    const tally = { done: finished.size }
    const stop = new AbortController()
    const both = AbortSignal.any([signal, stop.signal])
    const tasks = progress.plan.ranges.map(async (_, chunk) => {
      if (finished.has(chunk)) return null
      const result = await this.#copyOne(entry, { plan: progress.plan, chunk, tally }, both)
      if (result === 'outdated') stop.abort(new Error('outdated'))
      return result
    })
    const settled = await Promise.allSettled(tasks)
    if (settled.some((task) => task.status === 'fulfilled' && task.value === 'outdated')) return 'outdated'
    const failed = settled.find((task) => task.status === 'rejected')
    if (failed) throw failed.reason
    return settled.flatMap((task) =>
      task.status === 'fulfilled' && task.value !== null && task.value !== 'outdated' ? [task.value] : [],
    )
  }

  /** Copies one chunk, as often as it takes. Null when the table needs it no more. */
  async #copyOne(
    entry: TableEntry,
    part: { readonly plan: ChunkPlan; readonly chunk: number; readonly tally: { done: number } },
    signal: AbortSignal,
  ): Promise<ChunkRecord | 'outdated' | null> {
    for (let attempt = 1; ; attempt++) {
      using _open = await this.#open.acquire()
      using place = await this.#places.acquire()
      signal.throwIfAborted()
      if (entry.state.tag !== 'snapshotting' || this.#abandoned.has(entry)) return null
      const { generation } = entry.state
      const result = await this.#attempt(
        entry,
        { ...part, attempt, generation, wasRead: () => place[Symbol.dispose]() },
        signal,
      )
      if (result === null || result.tag === 'outdated') return result === null ? null : 'outdated'
      if (result.tag === 'done') return result.record
      if (result.tag === 'needs-json') entry.useJson()
      else await this.#pause(entry, { chunk: part.chunk, attempt, result }, signal)
    }
  }

  /** One attempt; a failure that may pass becomes `again`, one of the rows takes the table out and gives null. */
  async #attempt(
    entry: TableEntry,
    part: {
      readonly plan: ChunkPlan
      readonly chunk: number
      readonly tally: { done: number }
      readonly attempt: number
      readonly generation: number
      readonly wasRead: () => void
    },
    signal: AbortSignal,
  ): Promise<ChunkResult | null> {
    const range = part.plan.ranges[part.chunk]
    if (!range) return null
    const { relfilenode, ranges } = part.plan
    const task = {
      schema: entry.schema,
      target: entry.copyTarget,
      relfilenode,
      range,
      epoch: this.#deps.epoch,
      generation: part.generation,
      chunk: part.chunk,
      chunks: ranges.length,
      tally: part.tally,
      attempt: part.attempt,
      json: entry.json,
      wasRead: part.wasRead,
    }
    try {
      return await copyChunk(task, this.#deps, signal)
    } catch (error) {
      signal.throwIfAborted()
      const known = asSyncError(error)
      if (known.code === 'SNAPSHOT_OUTDATED') return { tag: 'outdated' }
      if (known.code === 'ROW_REJECTED') {
        this.#deps.quarantine(entry, known)
        return null
      }
      if (known.retry !== 'auto') throw known
      return { tag: 'again', why: 'failure', reason: known.message }
    }
  }

  async #pause(
    entry: TableEntry,
    retake: { readonly chunk: number; readonly attempt: number; readonly result: ChunkResult & { tag: 'again' } },
    signal: AbortSignal,
  ): Promise<void> {
    const { chunk, result } = retake
    const { why, reason } = result
    this.#deps.signals.emit({ tag: 'chunk-retaken', table: entry.schema.id, chunk, why, reason })
    const attempt = result.why === 'gate' ? 1 : retake.attempt
    await this.#deps.clock.sleep(backOffMs(attempt, RETRY_BOUNDS, this.#deps.random), signal)
  }

  /** Notes what the stream must pass: nothing that was read so far is newer than the marker, which also moves an idle source. */
  async #finish(entry: TableEntry): Promise<void> {
    const lastChunkLsn = await this.#deps.source.emitMarker(`copied ${entry.schema.id}`)
    if (entry.state.tag !== 'snapshotting') return
    entry.state = { ...entry.state, lastChunkLsn }
    this.#abandoned.delete(entry)
  }
}

function notePlan(entry: TableEntry, plan: ChunkPlan): void {
  if (entry.state.tag === 'snapshotting') entry.copyPlan = { generation: entry.state.generation, plan }
}
