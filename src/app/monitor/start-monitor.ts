import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../core/clock.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { LogRecord } from '../../observe/logs/log-record.ts'
import { MetricRegistry } from '../../observe/metrics/metric-registry.ts'
import type { ChangeAnswer, ChangeRequest, FromMonitor, MonitorPorts, ToMonitor } from './monitor-messages.ts'
import type { MonitorSetup } from './monitor-setup.ts'

/** How long the thread may take to end after it was asked to. */
const END_WITHIN_MS = 2_000

/** What the monitor thread needs of the sync thread. */
export interface MonitorDeps {
  /** The program of the thread: `src/api/monitor-thread.ts`. */
  readonly entry: URL
  readonly setup: MonitorSetup
  readonly clock: Clock
  /** Writes to the service's log. */
  readonly log: (record: LogRecord) => void
  /** Carries out what was asked over HTTP. */
  readonly change: (request: ChangeRequest) => Promise<ChangeAnswer>
}

/** The monitor thread as the sync thread sees it. Disposing of it ends the thread and closes its sockets. */
export interface Monitor extends AsyncDisposable {
  readonly ports: MonitorPorts
  /** Where the sync thread writes its metrics. */
  readonly registry: MetricRegistry
  tell(message: ToMonitor): void
}

/**
 * Starts the monitor thread; resolves when it listens.
 * @throws {SyncError} HTTP_LISTEN when a port cannot be had
 */
export async function startMonitor(deps: MonitorDeps): Promise<Monitor> {
  const { entry, setup, clock } = deps
  const worker = new Worker(entry, { workerData: setup, name: 'monitor' })
  const tell = (message: ToMonitor): void => worker.postMessage(message)
  const registry = new MetricRegistry({
    announce: (news) => tell({ tag: 'series', news }),
    maxSeries: setup.monitoring.maxSeries,
  })
  const ended = once(worker, 'exit')
  const close = async (): Promise<void> => {
    tell({ tag: 'end' })
    const timer = clock.setTimer(END_WITHIN_MS, () => void worker.terminate())
    await ended
    timer.cancel()
  }
  let isClosing = false
  const listening = Promise.withResolvers<MonitorPorts>()
  worker.on('message', (message: FromMonitor) => {
    if (message.tag === 'listening') listening.resolve(message.ports)
    else if (message.tag === 'cannot-listen') listening.reject(cannotListen(setup, message))
    else if (message.tag === 'log') deps.log(message.record)
    else void answer(deps, message).then(tell)
  })
  worker.on('error', (error) => {
    listening.reject(error)
    deps.log(stopped(error))
  })
  worker.on('exit', (code) => {
    if (!isClosing) listening.reject(new Error(`the monitor thread ended with ${code}`))
  })
  try {
    const ports = await listening.promise
    // From now on it keeps nothing alive: the service ends when the sync does.
    worker.unref()
    return {
      ports,
      registry,
      tell,
      [Symbol.asyncDispose]: async () => {
        isClosing = true
        worker.ref()
        await close()
      },
    }
  } catch (error) {
    await worker.terminate()
    throw error
  }
}

async function answer(
  deps: MonitorDeps,
  { id, request }: Extract<FromMonitor, { readonly tag: 'ask' }>,
): Promise<ToMonitor> {
  const { do: operation, table } = request
  deps.log({ level: 'INFO', logger: 'sync_app.http', message: `Asked over HTTP: ${operation}`, fields: { table } })
  return { tag: 'answer', id, answer: await deps.change(request) }
}

function cannotListen({ http }: MonitorSetup, failure: { readonly key: string; readonly reason: string }): SyncError {
  const port = failure.key === 'http.port' ? http.port : http.metricsPort
  const remedy = `Set ${failure.key} to a free port (0: any), or end the process that has ${http.host}:${port}.`
  const message = `cannot listen on ${http.host}:${port} (${failure.key}): ${failure.reason}`
  return new SyncError('HTTP_LISTEN', message, { remedy })
}

function stopped(error: unknown): LogRecord {
  const fields = {
    error: error instanceof Error ? error.message : String(error),
    remedy: 'Restart the service: the sync goes on, but health, metrics and alerts are gone. Report it.',
  }
  return { level: 'CRITICAL', logger: 'sync_app.http', message: 'The monitor thread has ended', fields }
}
