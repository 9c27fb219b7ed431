import type { TableState } from '../../core/table-state.ts'
import type { Moment } from './instruments.ts'
import type { MetricRegistry } from './metric-registry.ts'
import type { TableSeries } from './table-series.ts'

/** What is known of how late the pipeline is. */
export interface LagFacts {
  readonly sessionUp: boolean
  /** Everything up to this moment is in the target; null before anything is known. */
  readonly knownUntilMs: number | null
  /** Since when the oldest thing waits that is not in the target; null when nothing is known to wait. */
  readonly pendingSinceMs: number | null
  /** No marker came back for so long although nothing waits: then nothing is known. */
  readonly graceSeconds: number
}

/** A moment, and how long after it 0 is shown. */
export interface LagMoment {
  readonly sinceMs: number
  readonly graceSeconds: number
}

/**
 * The moment since which a pipeline is late; null when that is not known. While something waits it is late since that was made at the
 * source; while nothing is known to wait it is not, for as long as markers come back; without a session it is late since the last moment
 * for which it is known that it was not. Pure.
 */
export function pipelineLag({ sessionUp, knownUntilMs, pendingSinceMs, graceSeconds }: LagFacts): LagMoment | null {
  if (sessionUp && pendingSinceMs !== null) return { sinceMs: pendingSinceMs, graceSeconds: 0 }
  if (knownUntilMs === null) return null
  return { sinceMs: knownUntilMs, graceSeconds: sessionUp ? graceSeconds : 0 }
}

/** The moment since which a table is late: a stopped or empty one since it became so, all others as the pipeline. Pure. */
export function tableLag(state: TableState, sinceMs: number, pipeline: LagMoment | null): LagMoment | null {
  switch (state.tag) {
    case 'streaming':
      return pipeline
    case 'snapshotting':
      return state.shadow?.liveApplied === true ? pipeline : { sinceMs, graceSeconds: 0 }
    case 'waiting':
    case 'paused':
    case 'quarantined':
      return { sinceMs, graceSeconds: 0 }
    case 'removed':
      return null
  }
}

/** Markers that may be missing before an idle pipeline counts as late. */
const MARKERS_MISSED = 3

/** Keeps the moments by which lag and freshness are shown. Moments in, so that they stay true while nobody writes. */
export class LagKeeper {
  readonly #pending: Moment
  readonly #heartbeat: Moment
  readonly #progress: Moment
  readonly #graceSeconds: number
  #sessionUp = false
  #knownUntilMs: number | null = null
  #pendingSinceMs: number | null = null

  constructor(registry: MetricRegistry, heartbeatEveryMs: number) {
    this.#pending = registry.moment('sync_pending_seconds', [])
    this.#heartbeat = registry.moment('sync_heartbeat_age_seconds', [])
    this.#progress = registry.moment('sync_progress_age_seconds', [])
    this.#graceSeconds = (heartbeatEveryMs * MARKERS_MISSED) / 1000
  }

  /** Whether a session streams. */
  session(isUp: boolean): void {
    this.#sessionUp = isUp
    this.#pendingSinceMs = null
  }

  /** Everything that was committed at the source before this moment is in the target. */
  known(untilMs: number): void {
    this.#knownUntilMs = Math.max(this.#knownUntilMs ?? 0, untilMs)
  }

  /** Something got into the target. */
  progressed(nowMs: number): void {
    this.#progress.set(nowMs)
  }

  /** A marker that was sent then has come back. */
  markerCameBack(sentAtMs: number): void {
    this.#heartbeat.set(sentAtMs)
    this.known(sentAtMs)
  }

  /** What is known to wait. */
  pendingSince(ms: number | null): void {
    this.#pendingSinceMs = ms
  }

  /** Writes the moments of the pipeline and of all tables. */
  write(tables: Iterable<TableSeries>): void {
    const pipeline = pipelineLag({
      sessionUp: this.#sessionUp,
      knownUntilMs: this.#knownUntilMs,
      pendingSinceMs: this.#pendingSinceMs,
      graceSeconds: this.#graceSeconds,
    })
    if (pipeline) this.#pending.set(pipeline.sinceMs, pipeline.graceSeconds)
    for (const table of tables) {
      if (table.state === null) continue
      const late = tableLag(table.state, table.sinceMs, pipeline)
      if (late) table.lag.set(late.sinceMs, late.graceSeconds)
      if (late !== pipeline && late) table.freshness.set(late.sinceMs)
      else if (this.#knownUntilMs !== null) table.freshness.set(this.#knownUntilMs)
    }
  }
}
