import type { Clock } from '../core/clock.ts'
import type { Signals } from '../core/signals.ts'
import type { DiscoveredTables, Source } from '../core/source.ts'
import type { TableId } from '../core/table-id.ts'

/** A relation that is not known is looked up after this time, together with others that come meanwhile. */
const SOON_MS = 200

/** What rediscovery works with. */
export interface RediscoveryDeps {
  readonly source: Source
  readonly signals: Signals
  readonly clock: Clock
  readonly everyMs: number
  /** Takes over what was found. */
  readonly found: (discovered: DiscoveredTables) => Promise<void>
}

/** Looks at the source's catalog from time to time, and soon after it was asked to. */
export class Rediscovery {
  readonly #deps: RediscoveryDeps
  readonly #refused = new Map<TableId, string>()
  #wanted = Promise.withResolvers<void>()

  constructor(deps: RediscoveryDeps) {
    this.#deps = deps
  }

  /** Asks for a look. Cheap: called in the read loop. */
  soon(): void {
    this.#wanted.resolve()
  }

  /** Looks until aborted. @throws {SyncError} what the source throws. */
  async watch(signal: AbortSignal): Promise<void> {
    const { source, clock, everyMs, found } = this.#deps
    while (!signal.aborted) {
      await this.#untilDue(everyMs, signal)
      await clock.sleep(SOON_MS, signal)
      this.#wanted = Promise.withResolvers<void>()
      const discovered = await source.discover()
      this.tellRefused(discovered)
      await found(discovered)
    }
  }

  /** Tells of matched tables that cannot take part, once for each reason. */
  tellRefused(discovered: DiscoveredTables): void {
    for (const { table, code, reason, remedy } of discovered.refused) {
      if (this.#refused.get(table) === reason) continue
      this.#refused.set(table, reason)
      this.#deps.signals.emit({ tag: 'table-refused', table, code, reason, remedy })
    }
  }

  async #untilDue(everyMs: number, signal: AbortSignal): Promise<void> {
    const sleeping = new AbortController()
    const sleep = this.#deps.clock.sleep(everyMs, AbortSignal.any([signal, sleeping.signal]))
    try {
      await Promise.race([sleep, this.#wanted.promise])
    } finally {
      sleeping.abort()
      await sleep.catch(() => undefined)
    }
  }
}
