import type { ToMonitor } from './monitor-messages.ts'

/** The present state in what was told to the monitor thread: what one that begins anew must be told. */
export class LastTold {
  readonly #messages = new Map<string, ToMonitor>()

  take(message: ToMonitor): void {
    if (message.tag === 'check') this.#messages.set(`check ${message.name}`, message)
    else if (message.tag === 'job') this.#messages.set(`job ${message.job.table}`, message)
    else if (message.tag === 'job-gone') this.#messages.delete(`job ${message.table}`)
    else if (message.tag === 'facts') this.#messages.set('facts', message)
  }

  /** In the order in which things were told first. */
  all(): readonly ToMonitor[] {
    return [...this.#messages.values()]
  }
}
