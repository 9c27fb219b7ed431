import type { Clock } from '../clock.ts'
import type { Settings } from '../settings.ts'

interface VersionCount {
  count: number
  atMs: number
}

/**
 * How many versions each table's tablets have: one more for every transaction that is published into them, fewer by and
 * by as compaction merges them (reference/starrocks.md 7). A table counts as one tablet. Nothing runs: what compaction
 * would have done since the last look is taken off at the next.
 */
export class TabletVersions {
  readonly #byTable = new Map<number, VersionCount>()
  readonly #settings: Settings
  readonly #clock: Clock

  constructor(settings: Settings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
  }

  /** Versions now; a table that nothing was loaded into has one. */
  count(tableId: number): number {
    const entry = this.#byTable.get(tableId)
    if (entry === undefined) return 1
    const nowMs = this.#clock.nowMs()
    const merged = ((nowMs - entry.atMs) / 1000) * this.#settings.number('compacted_versions_per_second')
    return Math.max(1, Math.ceil(entry.count - merged))
  }

  /** A transaction became visible in the tables. */
  add(tableIds: Iterable<number>): void {
    const atMs = this.#clock.nowMs()
    for (const id of new Set(tableIds)) this.#byTable.set(id, { count: this.count(id) + 1, atMs })
  }

  /** Sets a table's count, as a history of loads would. */
  set(tableId: number, count: number): void {
    this.#byTable.set(tableId, { count, atMs: this.#clock.nowMs() })
  }

  /** The most versions of any tablet: the compaction score that the metrics show. */
  get max(): number {
    let max = 0
    for (const id of this.#byTable.keys()) max = Math.max(max, this.count(id))
    return max
  }

  /** Why nothing can be loaded into a table (be/src/storage/delta_writer.cpp); undefined while something can. */
  refusal(tableId: number): string | undefined {
    const limit = this.#settings.number('tablet_max_versions')
    const count = this.count(tableId)
    return count > limit ? tooManyVersions(tableId, count, limit) : undefined
  }
}

/** The text since 2.5; earlier releases said "Too many versions. tablet_id: ..." (6.1). */
export const tooManyVersions = (tabletId: number, count: number, limit: number): string =>
  `Failed to load data into tablet ${tabletId}, because of too many versions, current/limit: ${count}/${limit}. You can reduce the loading job concurrency, or increase loading data batch size. If you are loading data with Routine Load, you can increase FE configs routine_load_task_consume_second and max_routine_load_batch_size,`
