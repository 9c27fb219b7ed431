import type { SmsConfig } from '../../../config/alerting/sms-channel.ts'
import type { Clock } from '../../../core/clock.ts'
import type { AlertMessage, MessageLinks } from '../message/alert-message.ts'
import { smsText } from '../message/sms-text.ts'
import type { Channel, SendOutcome } from './channel.ts'
import { postOnce } from './http-post.ts'

/** SMS, by the webhook of a provider. Each number is a receiver of its own. */
export class SmsChannel implements Channel {
  readonly #config: SmsConfig
  readonly #clock: Clock

  constructor(config: SmsConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
  }

  async send(message: AlertMessage, links: MessageLinks, signal: AbortSignal): Promise<SendOutcome> {
    const { url, headers, format, parameters, to: numbers } = this.#config
    const to = message.destination.address ?? numbers[0] ?? ''
    const filled = Object.entries(parameters).map(([name, value]) => {
      return [name, fill(value.reveal(), { to, text: smsText(message, links) })] as const
    })
    const isForm = format === 'form'
    const body = isForm
      ? new URLSearchParams(Object.fromEntries(filled)).toString()
      : JSON.stringify(Object.fromEntries(filled))
    const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.reveal()]))
    const type = isForm ? { 'content-type': 'application/x-www-form-urlencoded' } : {}
    return await postOnce(
      {
        url,
        headers: { ...type, ...own, 'idempotency-key': message.id },
        body,
        secrets: [...Object.values(headers), ...Object.values(parameters)],
      },
      { clock: this.#clock, signal },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Puts values into `{{name}}`s; in one pass, so that what is put in is not read again. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{\s*(to|text)\s*\}\}/g, (_whole, name: string) => values[name] ?? '')
}
