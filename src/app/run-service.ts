import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import type { RecordSampling, Signals } from '../core/signals.ts'
import { runEmbedded } from '../engine/embedded/run-embedded.ts'
import { Lessons } from '../pipeline/lessons.ts'
import { Tenure } from '../pipeline/tenure.ts'
import { failPointsOf } from './fail-points.ts'
import { openSession } from './open-session.ts'
import { stopInTime } from './stop-in-time.ts'

/**
 * The service: runs the pipeline until aborted; resolves when it has stopped in order.
 * @throws {SyncError} what only a person can mend, or what means the end of this process.
 */
export async function runService(
  config: Config,
  around: {
    readonly signals: Signals
    readonly sampling?: RecordSampling | undefined
    readonly clock: Clock
    readonly abort: AbortSignal
  },
): Promise<void> {
  const { signals, sampling, clock, abort } = around
  const failPoints = failPointsOf(process.env['SYNC_FAIL_POINT'], (signal) => process.kill(process.pid, signal))
  const tenure = new Tenure(randomUUID())
  const lessons = new Lessons()
  const openAnother = () => openSession(config, { signals, sampling, clock, failPoints, tenure, lessons })
  const running = runEmbedded({ openSession: openAnother, clock, random: Math.random, signals }, abort)
  const how = await stopInTime(running, abort, clock)
  signals.emit({
    tag: 'service-stopping',
    reason: how === 'ended' ? 'asked to stop' : 'asked to stop; the batch in flight was dropped',
  })
}
