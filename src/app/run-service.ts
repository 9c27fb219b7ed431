import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import type { Signal, Signals } from '../core/signals.ts'
import { runEmbedded } from '../engine/embedded/run-embedded.ts'
import { Lessons } from '../pipeline/lessons.ts'
import { Tenure } from '../pipeline/tenure.ts'
import { failPointsOf } from './fail-points.ts'
import { openServiceMonitor, type ServiceMonitor } from './monitor/service-monitor.ts'
import type { OpenLog } from './open-log.ts'
import { openSession } from './open-session.ts'
import { sendToSelf } from './send-to-self.ts'
import { stopInTime } from './stop-in-time.ts'

/** What the service takes from outside. */
export interface ServiceSurroundings {
  /** Hears every signal, and takes lines of other origin. */
  readonly log: OpenLog
  readonly clock: Clock
  readonly abort: AbortSignal
  readonly version: string
  /** The program of the monitor thread. */
  readonly monitorEntry: URL
}

/**
 * The service: runs the pipeline until aborted, watched and shown over HTTP unless that is off; resolves when it has stopped in order.
 * @throws {SyncError} what only a person can mend, or what means the end of this process.
 */
export async function runService(config: Config, around: ServiceSurroundings): Promise<void> {
  await using monitor = await openMonitor(config, around)
  const { log, clock, abort } = around
  const { sampling } = log
  const signals: Signals = {
    emit: (signal: Signal) => {
      log.emit(signal)
      monitor?.emit(signal)
    },
  }
  abort.addEventListener('abort', () => monitor?.stopping(), { once: true })
  const failPoints = failPointsOf(process.env['SYNC_FAIL_POINT'], sendToSelf)
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

async function openMonitor(config: Config, around: ServiceSurroundings): Promise<ServiceMonitor | null> {
  if (!config.http.enabled) return null
  const { version, monitorEntry: entry, clock, log } = around
  return await openServiceMonitor(config, { entry, version, clock, log })
}
