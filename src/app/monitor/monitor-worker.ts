import { Worker } from 'node:worker_threads'
import type { Clock } from '../../core/clock.ts'
import type { FromMonitor, MonitorPorts, ToMonitor } from './monitor-messages.ts'
import type { MonitorSetup } from './monitor-setup.ts'

/** Much of what it makes is short-lived, and little at a time: a small nursery is swept in a moment, and takes less memory. */
export const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 6 }
/** How long the thread may take to end after it was asked to. */
const END_WITHIN_MS = 2_000

/** What one monitor thread is started with. */
export interface MonitorWorkerDeps {
  /** The program of the thread. */
  readonly entry: URL
  readonly setup: MonitorSetup
  readonly clock: Pick<Clock, 'setTimer'>
  readonly onMessage: (message: Exclude<FromMonitor, { readonly tag: 'listening' | 'cannot-listen' }>) => void
  /** Makes the error of a port that cannot be had. */
  readonly cannotListen: (failure: Extract<FromMonitor, { readonly tag: 'cannot-listen' }>) => Error
}

/** One life of the monitor thread. */
export class MonitorWorker {
  /** Where it listens. @throws when it ends before, or cannot */
  readonly listening: Promise<MonitorPorts>
  /** Why it ended. */
  readonly ended: Promise<Error>
  readonly #worker: Worker
  readonly #clock: Pick<Clock, 'setTimer'>

  constructor({ entry, setup, clock, onMessage, cannotListen }: MonitorWorkerDeps) {
    const worker = new Worker(entry, { workerData: setup, name: 'monitor', resourceLimits: RESOURCE_LIMITS })
    const ended = Promise.withResolvers<Error>()
    const listening = Promise.withResolvers<MonitorPorts>()
    let failure: Error | null = null
    worker.on('message', (message: FromMonitor) => {
      if (message.tag === 'listening') listening.resolve(message.ports)
      else if (message.tag === 'cannot-listen') listening.reject(cannotListen(message))
      else onMessage(message)
    })
    worker.on('error', (error) => (failure = error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', (code) => {
      const reason = failure ?? new Error(`the monitor thread ended with ${code}`)
      listening.reject(reason)
      ended.resolve(reason)
    })
    // Whoever does not wait for it hears of the end.
    listening.promise.catch(() => undefined)
    this.#worker = worker
    this.#clock = clock
    this.listening = listening.promise
    this.ended = ended.promise
  }

  tell(message: ToMonitor): void {
    this.#worker.postMessage(message)
  }

  /** From now on it keeps nothing alive: the service ends when the sync does. */
  unref(): void {
    this.#worker.unref()
  }

  /** Ends it at once, as a crash would. */
  terminate(): void {
    void this.#worker.terminate()
  }

  /** Ends it in order, and hard when that takes too long. */
  async close(): Promise<void> {
    this.#worker.ref()
    this.tell({ tag: 'end' })
    const timer = this.#clock.setTimer(END_WITHIN_MS, () => this.terminate())
    await this.ended
    timer.cancel()
  }
}
