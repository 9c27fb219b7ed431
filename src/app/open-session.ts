import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { findRouteConflicts, matchTables } from '../config/match-tables.ts'
import type { Clock } from '../core/clock.ts'
import type { FailPoints } from '../core/fail-points.ts'
import type { RecordSampling, Signals } from '../core/signals.ts'
import type { DiscoveredTable } from '../core/source.ts'
import { SyncError } from '../core/sync-error.ts'
import type { OpenedSession } from '../engine/embedded/run-embedded.ts'
import type { SessionSettings } from '../pipeline/session-parts.ts'
import type { Lessons } from '../pipeline/lessons.ts'
import type { Tenure } from '../pipeline/tenure.ts'
import { openStarRocksSink } from '../sink/starrocks/starrocks-sink.ts'
import { SpoolFile } from '../source/postgres/pgoutput/spool-file.ts'
import { PostgresSource } from '../source/postgres/postgres-source.ts'
import { sourceConnection, starRocksTarget } from './connections.ts'

/** What both sides take from outside. */
export interface Surroundings {
  readonly signals: Signals
  /** Absent: single records are never told of. */
  readonly sampling?: RecordSampling | undefined
  readonly clock: Clock
  readonly failPoints: FailPoints
  readonly lessons: Lessons
  readonly tenure: Tenure
}

/** Connects source and sink for one session. @throws {SyncError} whatever stands in the way. */
export async function openSession(config: Config, around: Surroundings): Promise<OpenedSession> {
  const closing = new AsyncDisposableStack()
  try {
    const source = closing.use(openSource(config, around))
    // A look that changes nothing: whether this is the server that it should be is asked when the target is there.
    const otherDatabases = databasesOf(await source.survey(), config)
    const { clock, failPoints, signals, sampling, tenure, lessons } = around
    const { pipeline } = config
    const target = starRocksTarget(config, otherDatabases)
    const sink = closing.use(await openStarRocksSink({ target, pipeline, clock, random: Math.random, failPoints }))
    signals.emit({ tag: 'service-started', pipeline, guarantee: sink.guarantee, targetVersion: sink.version })
    const deps = {
      source,
      sink,
      signals,
      sampling,
      clock,
      random: Math.random,
      settings: settingsOf(config),
      tenure,
      lessons,
      createScratchFile: () => SpoolFile.create(config.sync.spoolDirectory),
      newIncarnation: randomUUID().replaceAll('-', '').slice(0, 12),
    }
    return { deps, [Symbol.asyncDispose]: () => closing.disposeAsync() }
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
}

/** PostgreSQL as the configuration has it; connects when it is first asked. */
export function openSource(config: Config, around: Pick<Surroundings, 'signals' | 'clock'>): PostgresSource {
  const { sync, source, pipeline } = config
  return new PostgresSource(
    {
      connection: sourceConnection(config),
      pipeline,
      slot: source.slot,
      publication: source.publication,
      matches: matchTables(config),
      spool: { directory: sync.spoolDirectory, memoryBytes: sync.spoolAfterBytes },
      maxMessageBytes: Math.floor(sync.memoryLimitBytes / 3),
      snapshotConnections: sync.snapshotParallelism,
      ownershipWindowMs: sync.ownershipWindowMs,
    },
    around,
  )
}

/** Databases beside the main one that tables go to. @throws {SyncError} CONFIG_INVALID when two tables share a target. */
function databasesOf(tables: readonly DiscoveredTable[], config: Config): readonly string[] {
  const routes = tables.map((table) => table.route)
  const [conflict] = findRouteConflicts(routes)
  if (conflict) throw new SyncError('CONFIG_INVALID', `${conflict.target}: ${conflict.reason}`)
  return [...new Set(routes.map((route) => route.targetDatabase))].filter((name) => name !== config.target.database)
}

/** Clocks of two machines run apart by less than this; see docs/decisions/0002. */
const CLOCK_DRIFT = 1.05
const CLOCK_MARGIN_MS = 250

/** A batch holds its rows twice at most (one fills while one is sent), and the spool and the chunks need room too. */
const BATCHES_OF_MEMORY = 8

function settingsOf(config: Config): SessionSettings {
  const { sync, pipeline } = config
  return {
    pipeline,
    limits: {
      flushAfterMs: sync.flushIntervalMs,
      maxBatchBytes: Math.min(sync.maxBatchBytes, Math.floor(sync.memoryLimitBytes / BATCHES_OF_MEMORY)),
      maxBatchRows: sync.maxBatchRows,
    },
    checkpointEveryMs: sync.checkpointIntervalMs,
    rediscoverEveryMs: sync.discoveryIntervalMs,
    snapshotParallelism: sync.snapshotParallelism,
    chunkBytes: sync.chunkBytes,
    truncateAsDeletesUpToRows: sync.truncateAsDeletesUpToRows,
    heartbeatEveryMs: config.http.enabled ? config.monitoring.heartbeatIntervalMs : undefined,
    takeOverWaitMs: sync.ownershipWindowMs * CLOCK_DRIFT + CLOCK_MARGIN_MS,
  }
}
