import type { Clock } from '../../core/clock.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { LogRecord } from '../../observe/logs/log-record.ts'
import type { RecentLines } from '../../observe/logs/recent-lines.ts'
import { MetricRegistry } from '../../observe/metrics/metric-registry.ts'
import { LoopWatch } from '../../observe/system/loop-watch.ts'
import { LastTold } from './last-told.ts'
import { LogFeed } from './log-feed.ts'
import type { FromMonitor, MonitorPorts, SyncAnswer, SyncRequest, ToMonitor } from './monitor-messages.ts'
import type { MonitorSetup } from './monitor-setup.ts'
import { MonitorWorker } from './monitor-worker.ts'
import { RestartPause } from './restart-pause.ts'

/** How often the thread is looked at. */
const LOOK_EVERY_MS = 500
/** A thread whose loop has not turned for so long hangs. */
const HANGS_AFTER_MS = 30_000

/** What the monitor thread needs of the sync thread. */
export interface MonitorDeps {
  /** The program of the thread: `src/api/monitor-thread.ts`. */
  readonly entry: URL
  readonly setup: MonitorSetup
  readonly clock: Clock
  /** The service's log. */
  readonly log: { write(record: LogRecord): void; readonly recent: RecentLines }
  /** Carries out what was asked over HTTP. */
  readonly carryOut: (request: SyncRequest) => Promise<SyncAnswer>
}

/** The monitor thread as the sync thread sees it. Disposing of it ends the thread and closes its sockets. */
export interface Monitor extends AsyncDisposable {
  readonly ports: MonitorPorts
  /** Where the sync thread writes its metrics. */
  readonly registry: MetricRegistry
  tell(message: ToMonitor): void
}

/**
 * Starts the monitor thread; resolves when it listens. When it ends or hangs later it is started again on the same ports, and knows what the
 * one before was told.
 * @throws {SyncError} HTTP_LISTEN when a port cannot be had
 */
export async function startMonitor(deps: MonitorDeps): Promise<Monitor> {
  const keeper = new MonitorKeeper(deps)
  const ports = await keeper.start()
  return {
    ports,
    registry: keeper.registry,
    tell: (message) => keeper.tell(message),
    [Symbol.asyncDispose]: () => keeper.close(),
  }
}

class MonitorKeeper {
  readonly registry: MetricRegistry
  readonly #deps: MonitorDeps
  readonly #lastTold = new LastTold()
  readonly #feed: LogFeed
  readonly #closing = new AbortController()
  #worker: MonitorWorker
  #keeping: Promise<void> = Promise.resolve()

  constructor(deps: MonitorDeps) {
    this.#deps = deps
    this.registry = new MetricRegistry({
      announce: (news) => this.#worker.tell({ tag: 'series', news }),
      maxSeries: deps.setup.monitoring.maxSeries,
    })
    this.#feed = new LogFeed(deps.log.recent, (lines, isFirst) => this.#worker.tell({ tag: 'lines', lines, isFirst }))
    this.#worker = this.#open(deps.setup)
  }

  async start(): Promise<MonitorPorts> {
    this.registry.counter('sync_monitor_restarts_total', [])
    const ports = await this.#listening()
    const { setup } = this.#deps
    this.#keeping = this.#keep({ ...setup, http: { ...setup.http, ...ports } })
    return ports
  }

  tell(message: ToMonitor): void {
    this.#lastTold.take(message)
    this.#worker.tell(message)
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the service ends'))
    await this.#worker.close()
    await this.#keeping
  }

  /** Resolves when the thread listens; one that cannot is ended. */
  async #listening(): Promise<MonitorPorts> {
    try {
      const ports = await this.#worker.listening
      this.#worker.unref()
      return ports
    } catch (error) {
      this.#worker.terminate()
      await this.#worker.ended
      throw error
    }
  }

  /** Starts the thread again and again, whenever it ends, until closing. */
  async #keep(setup: MonitorSetup): Promise<void> {
    const { clock } = this.#deps
    const { signal } = this.#closing
    const pause = new RestartPause()
    for (;;) {
      const watch = this.#watch(setup)
      const reason = await this.#worker.ended
      watch[Symbol.dispose]()
      if (signal.aborted) return
      this.#feed.want(false)
      this.registry.counter('sync_monitor_restarts_total', []).add()
      const pauseMs = pause.next(clock.monotonicMs())
      this.#tellOfEnd(reason, pauseMs)
      await clock.sleep(pauseMs, signal).catch(() => undefined)
      if (signal.aborted) return
      this.#worker = this.#open(setup)
      this.#worker.tell({ tag: 'series', news: this.registry.anew() })
      for (const message of this.#lastTold.all()) this.#worker.tell(message)
      // When it cannot listen it ends, which the next round sees.
      this.#listening().then(
        () => this.#deps.log.write({ level: 'INFO', logger: 'sync_app.http', message: 'Listening again', fields: {} }),
        () => undefined,
      )
    }
  }

  /** Ends a thread that hangs, so that it is started again. */
  #watch({ monitorBeat }: MonitorSetup): Disposable {
    const { clock, log } = this.#deps
    const worker = this.#worker
    const stop = new AbortController()
    const watch = new LoopWatch(monitorBeat, clock)
    const look = async (): Promise<void> => {
      while (!stop.signal.aborted && watch.silentMs() < HANGS_AFTER_MS)
        await clock.sleep(LOOK_EVERY_MS, stop.signal).catch(() => undefined)
      if (stop.signal.aborted) return
      log.write({ level: 'ERROR', logger: 'sync_app.http', message: 'The monitor thread hangs', fields: {} })
      worker.terminate()
    }
    void look()
    return { [Symbol.dispose]: () => stop.abort(new Error('the thread has ended')) }
  }

  #tellOfEnd(reason: Error, pauseMs: number): void {
    const remedy = 'The sync goes on, and the thread is started again; report what is in `error`.'
    const fields = { error: reason.message, retry_in_ms: pauseMs, remedy }
    this.#deps.log.write({ level: 'ERROR', logger: 'sync_app.http', message: 'The monitor thread has ended', fields })
  }

  #open(setup: MonitorSetup): MonitorWorker {
    const { entry, clock } = this.#deps
    return new MonitorWorker({
      entry,
      setup,
      clock,
      cannotListen: (failure) => cannotListen(setup, failure),
      onMessage: (message) => void this.#take(message),
    })
  }

  async #take(message: Exclude<FromMonitor, { readonly tag: 'listening' | 'cannot-listen' }>): Promise<void> {
    const { log, carryOut } = this.#deps
    switch (message.tag) {
      case 'log':
        log.write(message.record)
        break
      case 'tail':
        this.#feed.want(message.isWanted)
        break
      case 'ask': {
        const worker = this.#worker
        worker.tell({ tag: 'answer', id: message.id, answer: await carryOut(message.request) })
        break
      }
    }
  }
}

function cannotListen({ http }: MonitorSetup, failure: { readonly key: string; readonly reason: string }): SyncError {
  const port = failure.key === 'http.port' ? http.port : http.metricsPort
  const remedy = `Set ${failure.key} to a free port (0: any), or end the process that has ${http.host}:${port}.`
  const message = `cannot listen on ${http.host}:${port} (${failure.key}): ${failure.reason}`
  return new SyncError('HTTP_LISTEN', message, { remedy })
}
