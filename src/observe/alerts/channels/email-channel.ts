import type { Transporter } from 'nodemailer'
import type { EmailConfig } from '../../../config/alerting/email-channel.ts'
import type { AlertMessage, MessageLinks } from '../message/alert-message.ts'
import { mailOf } from '../message/mail.ts'
import type { Channel, SendOutcome } from './channel.ts'
import { scrub } from './scrub.ts'

const CONNECT_MS = 10_000
const SOCKET_MS = 20_000
const REJECTED_FROM = 500

/** Mail over SMTP. One connection, closed when it has been idle. */
export class EmailChannel implements Channel {
  readonly #config: EmailConfig
  #transport: Promise<Transporter> | null = null

  constructor(config: EmailConfig) {
    this.#config = config
  }

  async send(message: AlertMessage, links: MessageLinks, _signal: AbortSignal): Promise<SendOutcome> {
    const { from, to, password } = this.#config
    const address = message.destination.address
    try {
      const transport = await (this.#transport ??= openTransport(this.#config))
      await transport.sendMail({
        ...mailOf(message, links),
        from,
        to: address === undefined ? [...to] : address,
      })
      return { tag: 'delivered' }
    } catch (error) {
      return judgeSmtpError(error, password === undefined ? [] : [password])
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const transport = await this.#transport
    transport?.close()
  }
}

/** The library is large: who sends no mail does not load it. */
async function openTransport({ host, port, security, user, password, ca }: EmailConfig): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    auth: user === undefined ? undefined : { user, pass: password?.reveal() ?? '' },
    tls: ca === undefined ? {} : { ca },
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SOCKET_MS,
    // Only texts are sent: nothing is read from disk or the network for a mail.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

/** What an error of the mail server means. 5xx is for good, 4xx and broken connections are not. @see RFC 5321, 4.2.1 */
function judgeSmtpError(error: unknown, secrets: Parameters<typeof scrub>[1]): SendOutcome {
  const message = error instanceof Error ? error.message : String(error)
  const reason = scrub(message.split('\n', 1)[0] ?? '', secrets).slice(0, 200)
  const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : Number.NaN
  if (code >= REJECTED_FROM) return { tag: 'refused', reason }
  const command = error instanceof Error && 'command' in error ? String(error.command) : ''
  return { tag: 'retry', reason, maybeArrived: Number.isNaN(code) && command === 'DATA' }
}
