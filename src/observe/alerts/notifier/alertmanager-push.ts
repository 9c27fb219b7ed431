import { secret, type Secret } from '../../../config/secret.ts'
import type { Clock } from '../../../core/clock.ts'
import { isoInstant } from '../../../core/instant.ts'
import type { EvaluationRound } from '../alert-instance.ts'
import { postOnce } from '../channels/http-post.ts'
import { absorbRound } from '../stages/absorb-round.ts'
import type { Episode } from '../stages/episode.ts'

/** An alert as Alertmanager's API takes it. @see Alertmanager, api/v2/openapi.yaml, postableAlert */
export interface PushedAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  /** While it fires: when Alertmanager may take it for over unless it hears of it again. */
  readonly endsAt: string
  readonly generatorURL?: string
}

/** What pushing takes from outside. */
export interface PushParts {
  readonly pipeline: string
  /** Origins of Alertmanagers; each gets everything. */
  readonly urls: readonly string[]
  readonly externalUrl: string | null
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onFailure: (url: string, reason: string) => void
}

/** How often alerts are sent again, and for how many of those times Alertmanager goes without hearing of one before it is over. */
const RESEND_MS = 60_000
const MISSED_SENDS = 4
/** An alert that is over is said to be for so long, in case a push is lost. */
const SAY_OVER_MS = 15 * 60_000
const ALERTS_PER_POST = 1000

/** Pushes alerts to Alertmanager, as Prometheus does: it groups, silences and sends (`alerting.mode: alertmanager`). */
export class AlertmanagerPush {
  readonly #parts: PushParts
  readonly #episodes = new Map<string, Episode>()
  #sentAtMs = Number.NEGATIVE_INFINITY

  constructor(parts: PushParts) {
    this.#parts = parts
  }

  /** Sends what began or ended in a round at once, and everything once a minute. */
  async handleRound(round: EvaluationRound): Promise<void> {
    const { episodes, changed } = absorbRound(this.#episodes, round, this.#parts.pipeline)
    for (const episode of episodes) this.#episodes.set(episode.fingerprint, episode)
    const isDue = round.atMs >= this.#sentAtMs + RESEND_MS
    if (isDue) this.#sentAtMs = round.atMs
    const due = [...this.#episodes.values()].filter(({ fingerprint }) => isDue || changed.has(fingerprint))
    await this.#post(due.map((episode) => pushedAlert(episode, this.#parts.externalUrl, round.atMs)))
    for (const [key, { endedAtMs }] of this.#episodes) {
      if (endedAtMs !== null && round.atMs >= endedAtMs + SAY_OVER_MS) this.#episodes.delete(key)
    }
  }

  async #post(alerts: readonly PushedAlert[]): Promise<void> {
    const { urls, clock, signal, onFailure } = this.#parts
    for (let from = 0; from < alerts.length; from += ALERTS_PER_POST) {
      const body = JSON.stringify(alerts.slice(from, from + ALERTS_PER_POST))
      await Promise.all(
        urls.map(async (url) => {
          const outcome = await postOnce({ url: endpoint(url), headers: {}, body, secrets: [] }, { clock, signal })
          // What does not arrive is sent again within a minute.
          if (outcome.tag !== 'delivered') onFailure(url, outcome.reason)
        }),
      )
    }
  }
}

function endpoint(url: string): Secret {
  return secret(`${url}/api/v2/alerts`)
}

/** An alert as it is pushed. Pure. */
export function pushedAlert(episode: Episode, externalUrl: string | null, nowMs: number): PushedAlert {
  const { rule, labels, annotations, startedAtMs, endedAtMs } = episode
  const { summary, description, why, remedy, runbook } = annotations
  const texts = { summary, description, why, remedy, runbook_url: runbook }
  return {
    // What the generated configuration of Alertmanager groups, repeats and inhibits by, as alerts of Prometheus have it.
    labels: { ...labels, rule },
    annotations: Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')),
    startsAt: isoInstant(startedAtMs),
    endsAt: isoInstant(endedAtMs ?? nowMs + MISSED_SENDS * RESEND_MS),
    ...(externalUrl === null ? {} : { generatorURL: `${externalUrl}/api/v1/alerts` }),
  }
}
