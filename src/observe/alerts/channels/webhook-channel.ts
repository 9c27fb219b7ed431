import { createHmac } from 'node:crypto'
import type { WebhookConfig } from '../../../config/alerting/web-channels.ts'
import type { Clock } from '../../../core/clock.ts'
import type { AlertMessage, MessageLinks } from '../message/alert-message.ts'
import { webhookBody } from '../message/webhook-body.ts'
import type { Channel, SendOutcome } from './channel.ts'
import { postOnce } from './http-post.ts'

/** HTTP POST of Alertmanager's body, signed when there is a secret. */
export class WebhookChannel implements Channel {
  readonly #config: WebhookConfig
  readonly #clock: Clock

  constructor(config: WebhookConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
  }

  async send(message: AlertMessage, links: MessageLinks, signal: AbortSignal): Promise<SendOutcome> {
    const { url, headers, signingSecret, maxAlerts } = this.#config
    const body = JSON.stringify(webhookBody(message, links, maxAlerts))
    const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.reveal()]))
    const timestamp = String(Math.floor(this.#clock.now() / 1000))
    const signature = signingSecret && {
      'x-sync-timestamp': timestamp,
      'x-sync-signature': `sha256=${signBody(signingSecret.reveal(), timestamp, body)}`,
    }
    const secrets = [...Object.values(headers), ...(signingSecret ? [signingSecret] : [])]
    return await postOnce(
      { url, headers: { ...own, 'idempotency-key': message.id, ...signature }, body, secrets },
      { clock: this.#clock, signal },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** HMAC-SHA256 of `timestamp.body` in hexadecimal digits: with the time in it an old message cannot be played again unnoticed. */
export function signBody(secret: string, timestamp: string, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
}
