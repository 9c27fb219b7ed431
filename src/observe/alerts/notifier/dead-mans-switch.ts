import type { DeadMansSwitchConfig } from '../../../config/alerting/delivery-config.ts'
import type { Clock } from '../../../core/clock.ts'
import { isoInstant } from '../../../core/instant.ts'
import { postOnce } from '../channels/http-post.ts'

/** What the switch takes from outside. */
export interface SwitchParts {
  readonly config: DeadMansSwitchConfig
  readonly pipeline: string
  readonly clock: Clock
  /** Whether alerts are evaluated and told: only then is there a sign of life. */
  readonly isAlive: () => boolean
  readonly onFailure: (reason: string) => void
}

/**
 * Posts a sign of life as long as alerting works, until aborted. Whoever watches the address (healthchecks.io, a second Alertmanager) alerts when it
 * stays away: that this service is gone is the one thing that it cannot tell itself.
 */
export async function runDeadMansSwitch(parts: SwitchParts, signal: AbortSignal): Promise<void> {
  const { config, pipeline, clock, isAlive, onFailure } = parts
  while (!signal.aborted) {
    if (isAlive()) {
      const body = JSON.stringify({ pipeline, status: 'alive', at: isoInstant(clock.now()) })
      const outcome = await postOnce({ url: config.url, headers: {}, body, secrets: [] }, { clock, signal })
      if (outcome.tag !== 'delivered' && !signal.aborted) onFailure(outcome.reason)
    }
    await clock.sleep(config.everyMs, signal).catch(() => undefined)
  }
}
