import type { SlackConfig } from '../../../config/alerting/web-channels.ts'
import type { Clock } from '../../../core/clock.ts'
import type { AlertMessage, MessageLinks } from '../message/alert-message.ts'
import { slackBody } from '../message/slack-body.ts'
import type { Channel, SendOutcome } from './channel.ts'
import { postOnce } from './http-post.ts'

/** Slack, by an incoming webhook. It cannot change what it posted, so every change of a group is a message of its own. */
export class SlackChannel implements Channel {
  readonly #config: SlackConfig
  readonly #clock: Clock

  constructor(config: SlackConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
  }

  async send(message: AlertMessage, links: MessageLinks, signal: AbortSignal): Promise<SendOutcome> {
    const body = JSON.stringify(slackBody(message, links))
    const post = { url: this.#config.webhookUrl, headers: {}, body, secrets: [] }
    return await postOnce(post, { clock: this.#clock, signal })
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
