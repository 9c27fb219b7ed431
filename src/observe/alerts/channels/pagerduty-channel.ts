import type { PagerdutyConfig } from '../../../config/alerting/web-channels.ts'
import { secret, type Secret } from '../../../config/secret.ts'
import type { Clock } from '../../../core/clock.ts'
import type { AlertMessage, MessageLinks } from '../message/alert-message.ts'
import { pagerdutyEvent } from '../message/pagerduty-event.ts'
import type { Channel, SendOutcome } from './channel.ts'
import { postOnce } from './http-post.ts'

/** PagerDuty's Events API v2: one incident per group. */
export class PagerdutyChannel implements Channel {
  readonly #config: PagerdutyConfig
  readonly #url: Secret
  readonly #clock: Clock

  constructor(config: PagerdutyConfig, clock: Clock) {
    this.#config = config
    this.#url = secret(`${config.url}/v2/enqueue`)
    this.#clock = clock
  }

  async send(message: AlertMessage, links: MessageLinks, signal: AbortSignal): Promise<SendOutcome> {
    const outcome = await this.#post(message, links, signal)
    if (message.reason !== 'test' || outcome.tag !== 'delivered') return outcome
    // A test leaves no incident behind.
    return await this.#post({ ...message, firing: [], firingCount: 0 }, links, signal)
  }

  async #post(message: AlertMessage, links: MessageLinks, signal: AbortSignal): Promise<SendOutcome> {
    const { integrationKey } = this.#config
    const event = pagerdutyEvent(message, links, integrationKey.reveal())
    const post = { url: this.#url, headers: {}, body: JSON.stringify(event), secrets: [integrationKey] }
    return await postOnce(post, { clock: this.#clock, signal })
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
