import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import type { RecordSampling, Signal, Signals } from '../core/signals.ts'
import { runEmbedded } from '../engine/embedded/run-embedded.ts'
import type { LogRecord } from '../observe/logs/log-record.ts'
import { Lessons } from '../pipeline/lessons.ts'
import { Tenure } from '../pipeline/tenure.ts'
import { failPointsOf } from './fail-points.ts'
import { openServiceMonitor, type ServiceMonitor } from './monitor/service-monitor.ts'
import { openSession } from './open-session.ts'
import { sendToSelf } from './send-to-self.ts'
import { stopInTime } from './stop-in-time.ts'

/** What the service takes from outside. */
export interface ServiceSurroundings {
  /** The service's log: hears every signal, and takes lines of other origin. */
  readonly signals: Signals & { write(record: LogRecord): void }
  readonly sampling?: RecordSampling | undefined
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
  const { signals: log, sampling, clock, abort } = around
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
  const { version, monitorEntry: entry, clock, signals } = around
  return await openServiceMonitor(config, { entry, version, clock, log: (record) => signals.write(record) })
}
