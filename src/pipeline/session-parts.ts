import type { Checkpoint } from '../core/checkpoint.ts'
import type { Clock, Random } from '../core/clock.ts'
import type { RecordSampling, Signals } from '../core/signals.ts'
import type { CreateScratchFile } from '../core/scratch-file.ts'
import type { Sink } from '../core/sink.ts'
import type { OwnedStream, Source } from '../core/source.ts'
import { asSyncError } from '../core/sync-error.ts'
import { Applier } from './applier.ts'
import { ApplyLoop } from './apply-loop.ts'
import type { Batch } from './batch.ts'
import { Batcher } from './batcher.ts'
import type { BatchLimits } from './cut-rule.ts'
import { Drafts } from './drafts.ts'
import { Gate } from './gate.ts'
import { Heartbeat } from './heartbeat.ts'
import { pulse } from './pulse.ts'
import type { Lessons } from './lessons.ts'
import { RecordSampler } from './record-sampler.ts'
import { Rediscovery } from './rediscovery.ts'
import { SnapshotRunner } from './snapshot-runner.ts'
import { TableRegistry } from './table-registry.ts'
import { Tables } from './tables.ts'
import { TaskGroup } from './task-group.ts'
import type { Tenure } from './tenure.ts'

/** One of these fills while one is written, and a few may wait for a disk that is slow for a moment. */
const DRAFT_PART_BYTES = 12 * 1024 * 1024

/** Settings of a session, from the configuration. */
export interface SessionSettings {
  readonly pipeline: string
  readonly limits: BatchLimits
  readonly checkpointEveryMs: number
  readonly rediscoverEveryMs: number
  readonly snapshotParallelism: number
  readonly chunkBytes: number
  readonly truncateAsDeletesUpToRows: number
  /** After this time nothing can be committed any more under a proof of ownership that a process before us got. */
  readonly takeOverWaitMs: number
  /** How often a marker is sent through the pipeline, and whether its standing is told of; absent: never. */
  readonly heartbeatEveryMs?: number | undefined
}

/** What a session works with. Source and sink are opened and closed by the caller. */
export interface SessionDeps {
  readonly source: Source
  readonly sink: Sink
  readonly signals: Signals
  /** Absent: single records are never told of. */
  readonly sampling?: RecordSampling | undefined
  readonly clock: Clock
  readonly random: Random
  readonly settings: SessionSettings
  readonly lessons: Lessons
  /** What this process knows of its time as the active one. */
  readonly tenure: Tenure
  /** For rows of large transactions that wait for their commit. */
  readonly createScratchFile: CreateScratchFile
  /** Random id for the checkpoint row, should this session make it. */
  readonly newIncarnation: string
}

/** What the parts are made of, once the slot is owned and the epoch is raised. */
export interface OwnedSession extends SessionDeps {
  readonly owned: OwnedStream
  readonly checkpoint: Checkpoint
}

/** The parts of one session, wired. They live in `group`, and nothing of them outlives it. */
export class SessionParts {
  readonly group: TaskGroup
  readonly batcher: Batcher
  readonly loop: ApplyLoop
  readonly applier: Applier
  readonly tables: Tables
  readonly rediscovery: Rediscovery
  readonly sampler: RecordSampler | null
  readonly heartbeat: Heartbeat | null
  readonly drafts: Drafts
  readonly #registry = new TableRegistry()
  readonly #gate = new Gate()
  readonly #deps: OwnedSession
  readonly #runner: SnapshotRunner

  constructor(deps: OwnedSession, signal: AbortSignal) {
    this.#deps = deps
    this.group = new TaskGroup(signal)
    this.applier = this.#makeApplier()
    this.#runner = this.#makeRunner()
    this.drafts = this.#makeDrafts()
    this.batcher = this.#makeBatcher()
    this.sampler = this.#makeSampler()
    this.heartbeat = this.#makeHeartbeat()
    this.tables = new Tables({
      ...deps,
      ownership: deps.owned.ownership,
      registry: this.#registry,
      batcher: this.batcher,
      applier: this.applier,
      runner: this.#runner,
      group: this.group,
      wake: () => this.loop.wake(),
      rediscoverSoon: () => this.rediscovery.soon(),
    })
    this.rediscovery = new Rediscovery({
      ...deps,
      everyMs: deps.settings.rediscoverEveryMs,
      found: (discovered) => this.tables.reconcile(discovered),
    })
    this.loop = this.#makeLoop()
  }

  #makeDrafts(): Drafts {
    const { source, settings, createScratchFile } = this.#deps
    return new Drafts({
      registry: this.#registry,
      compareShape: (relation, entry) => source.compareShape(relation, entry.schema),
      createFile: createScratchFile,
      partBytes: Math.min(settings.limits.maxBatchBytes, DRAFT_PART_BYTES),
      partRows: settings.limits.maxBatchRows,
    })
  }

  #makeBatcher(): Batcher {
    const { source, clock, settings, checkpoint, lessons } = this.#deps
    return new Batcher({
      registry: this.#registry,
      clock,
      maxBatchBytes: settings.limits.maxBatchBytes,
      maxBatchRows: settings.limits.maxBatchRows,
      startAfter: checkpoint.endLsn,
      drafts: this.drafts,
      lateTruncates: lessons.lateTruncates,
      events: {
        wake: () => this.loop.wake(),
        unknownRelation: () => this.rediscovery.soon(),
        compareShape: (relation, entry) => source.compareShape(relation, entry.schema),
        truncated: (entry) => this.#runner.abandonRest(entry),
        message: (prefix, content) => {
          this.tables.onMessage(prefix, content)
          this.heartbeat?.onMessage(prefix, content)
        },
      },
    })
  }

  #makeSampler(): RecordSampler | null {
    const { sampling, clock } = this.#deps
    return sampling ? new RecordSampler({ batcher: this.batcher, registry: this.#registry, sampling, clock }) : null
  }

  #makeHeartbeat(): Heartbeat | null {
    const { settings, tenure } = this.#deps
    const { heartbeatEveryMs: everyMs, pipeline } = settings
    if (everyMs === undefined) return null
    const { batcher } = this
    const pending = (): readonly Batch[] => {
      return [this.loop.applying, batcher.current].flatMap((batch) => (batch === null || batch.isEmpty ? [] : [batch]))
    }
    return new Heartbeat({ ...this.#deps, pipeline, everyMs, writerId: tenure.writerId, pending })
  }

  /** Sends markers and tells how the session stands, until it ends. */
  watch(): void {
    const { heartbeat, batcher, applier, loop, group } = this
    if (!heartbeat) return
    const { stream } = this.#deps.owned
    group.run((signal) => heartbeat.run(signal))
    group.run((signal) => pulse({ ...this.#deps, stream, batcher, applier, loop, heartbeat }, signal))
  }

  #makeApplier(): Applier {
    const { checkpoint, owned, settings } = this.#deps
    return new Applier(checkpoint, {
      ...this.#deps,
      ownership: owned.ownership,
      gate: this.#gate,
      registry: this.#registry,
      quarantine: (table, problem) => this.tables.quarantine(table, 'ROW_REJECTED', problem),
      truncateAsDeletesUpToRows: settings.truncateAsDeletesUpToRows,
      maxBatchBytes: settings.limits.maxBatchBytes,
    })
  }

  #makeRunner(): SnapshotRunner {
    const { owned, settings, checkpoint } = this.#deps
    return new SnapshotRunner({
      ...this.#deps,
      ownership: owned.ownership,
      gate: this.#gate,
      epoch: checkpoint.epoch,
      parallelism: settings.snapshotParallelism,
      targetChunkBytes: settings.chunkBytes,
      nextGeneration: () => Number(this.applier.checkpoint.number) + 1,
      record: (record) => this.tables.record(record),
      quarantine: (entry, error) => {
        this.tables.quarantine(entry.schema.id, 'ROW_REJECTED', { reason: error.message, rowKey: error.rowKey })
      },
    })
  }

  #makeLoop(): ApplyLoop {
    const { owned, clock, settings, signals } = this.#deps
    return new ApplyLoop({
      batcher: this.batcher,
      applier: this.applier,
      stream: owned.stream,
      clock,
      signals,
      limits: settings.limits,
      checkpointEveryMs: settings.checkpointEveryMs,
      positionWanted: () => this.tables.wantsPosition(),
      beforeRestart: () => this.#recordLeftOut(),
      betweenBatches: () => this.tables.putShadowsInPlace(),
    })
  }

  async #recordLeftOut(): Promise<void> {
    try {
      await this.applier.recordLeftOut()
    } catch (error) {
      const what = 'recording the tables that are left out'
      this.#deps.signals.emit({ tag: 'attempt-failed', what, error: asSyncError(error), retryInMs: null })
    }
  }
}
