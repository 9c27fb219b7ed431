import type { MessagePort } from 'node:worker_threads'
import { alertingSection, type AlertingConfig } from '../../config/alerting-section.ts'
import type { Clock } from '../../core/clock.ts'
import { HealthPicture } from '../../observe/health/health-picture.ts'
import type { LogRecord } from '../../observe/logs/log-record.ts'
import { MetricRegistry } from '../../observe/metrics/metric-registry.ts'
import { SeriesTable } from '../../observe/metrics/series-table.ts'
import { LoopWatch } from '../../observe/system/loop-watch.ts'
import { parseTableId } from '../../core/table-id.ts'
import { tableLabel } from '../../core/table-label.ts'
import type { AlertingSlot } from '../alerting/alerting-slot.ts'
import { LogTail } from './log-tail.ts'
import type { FromMonitor, SyncAnswer, SyncRequest, ToMonitor } from './monitor-messages.ts'
import type { MonitorSetup } from './monitor-setup.ts'

/** How long a request may take before whoever asked is told that nothing is known of it. */
const CHANGE_TIMEOUT_MS = 10_000

/** What the services and the HTTP side of the monitor thread work with. */
export interface MonitorCore extends Disposable {
  readonly setup: MonitorSetup
  readonly clock: Clock
  /** All metrics of the process. */
  readonly series: SeriesTable
  /** Metrics that this thread writes itself. */
  readonly registry: MetricRegistry
  readonly health: HealthPicture
  readonly loop: LoopWatch
  readonly alerting: AlertingSlot
  /** The configuration of `alerting`. */
  readonly alertingConfig: AlertingConfig
  /** Puts what metrics were on disk; null while that is not kept. */
  readonly samples: { flush: (() => Promise<void>) | null }
  /** Aborted when the thread is asked to end. */
  readonly ending: AbortSignal
  /** Writes to the service's log. */
  log(record: LogRecord): void
  /** Has the sync thread do something. */
  ask(request: SyncRequest): Promise<SyncAnswer>
  /** Lines of the service's log. */
  readonly logTail: LogTail
  tell(message: FromMonitor): void
}

/** Takes up what the sync thread tells over the port. */
export function openMonitorCore(port: MessagePort, setup: MonitorSetup, clock: Clock): MonitorCore {
  const series = new SeriesTable(clock)
  const theirs = series.feed()
  const registry = new MetricRegistry({ announce: series.feed(), maxSeries: setup.monitoring.maxSeries })
  const loop = new LoopWatch(setup.beat, clock)
  const { stuckAfterMs, blockedAfterMs, groups } = setup.monitoring
  const picture = { clock, reader: series, loopSilentMs: () => loop.silentMs(), stuckAfterMs, blockedAfterMs, groups }
  const health = new HealthPicture(picture)
  const ending = new AbortController()
  const tell = (message: FromMonitor): void => port.postMessage(message)
  const requests = new Requests(tell, clock)
  const logTail = new LogTail((isWanted) => tell({ tag: 'tail', isWanted }), clock)
  port.on('message', (message: ToMonitor) => {
    if (message.tag === 'series') theirs(message.news)
    else if (message.tag === 'answer') requests.answered(message.id, message.answer)
    else if (message.tag === 'lines') logTail.take(message.lines, message.isFirst)
    else if (message.tag === 'end') ending.abort(new Error('the service ends'))
    else takeHealth(health, registry, message)
  })
  return {
    setup,
    clock,
    series,
    registry,
    health,
    loop,
    alerting: { current: null },
    alertingConfig: alertingSection.schema.parse(JSON.parse(setup.alerting)),
    samples: { flush: null },
    ending: ending.signal,
    log: (record) => tell({ tag: 'log', record }),
    ask: (request) => requests.ask(request),
    logTail,
    tell,
    [Symbol.dispose]: () => port.close(),
  }
}

function takeHealth(
  health: HealthPicture,
  registry: MetricRegistry,
  message: Extract<ToMonitor, { readonly tag: 'check' | 'job' | 'job-gone' | 'facts' }>,
): void {
  switch (message.tag) {
    case 'check':
      health.takeCheck(message.name, message.result)
      break
    case 'job':
      health.takeJob(message.job)
      // What was compared is gone with a new copy.
      if (message.job.state === 'snapshotting') registry.remove('sync_row_count_drift', [message.job.label])
      break
    case 'job-gone':
      health.dropJob(message.table)
      registry.remove('sync_row_count_drift', [tableLabel(parseTableId(message.table))])
      break
    case 'facts':
      health.takeFacts(message.facts)
      break
  }
}

/** Requests that the sync thread has not answered. */
class Requests {
  readonly #tell: (message: FromMonitor) => void
  readonly #clock: Clock
  readonly #waiting = new Map<number, (answer: SyncAnswer) => void>()
  #lastId = 0

  constructor(tell: (message: FromMonitor) => void, clock: Clock) {
    this.#tell = tell
    this.#clock = clock
  }

  async ask(request: SyncRequest): Promise<SyncAnswer> {
    const id = ++this.#lastId
    const { promise, resolve } = Promise.withResolvers<SyncAnswer>()
    this.#waiting.set(id, resolve)
    const timer = this.#clock.setTimer(CHANGE_TIMEOUT_MS, () => {
      const message = 'The sync has not answered; it may carry the request out all the same.'
      resolve({ tag: 'failed', code: 'TIMEOUT', message, remedy: 'Look at /health/detailed.' })
    })
    this.#tell({ tag: 'ask', id, request })
    try {
      return await promise
    } finally {
      timer.cancel()
      this.#waiting.delete(id)
    }
  }

  answered(id: number, answer: SyncAnswer): void {
    this.#waiting.get(id)?.(answer)
  }
}
