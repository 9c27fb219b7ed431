import { defaulted, oneOrMore, optional, required, scalar, section, type Kind } from '../declaration.ts'
import { choice, pemText, secretText } from '../scalars.ts'
import type { Secret } from '../secret.ts'
import { parseServerAddress } from '../server-address.ts'

/** Mail over SMTP. */
export interface EmailConfig {
  readonly host: string
  readonly port: number
  /** `tls`: from the first byte (port 465). `starttls`: upgraded, or nothing is sent. `opportunistic`: upgraded where offered. */
  readonly security: 'tls' | 'starttls' | 'opportunistic'
  readonly user?: string | undefined
  readonly password?: Secret | undefined
  readonly ca?: string | undefined
  readonly from: string
  readonly to: readonly string[]
}

/** A mailbox; a line break would let an address write headers. */
export const mailAddress: Kind<string> = scalar('mail address', (value) => {
  if (/^[^\s<>@]+@[^\s<>@]+$/.test(value) || /^[^<>@\r\n]*<[^\s<>@]+@[^\s<>@]+>$/.test(value)) return value
  throw new RangeError('is not a mail address such as ops@example.com')
})

const smtpUrl = scalar(
  'smtp(s)://user:password@host:587',
  (value) => {
    const address = parseServerAddress(value, ['smtp', 'smtps'], value.startsWith('smtps:') ? 465 : 587)
    if (address.host === '') throw new RangeError('names no host')
    if (address.path !== '' || address.parameters.size > 0) throw new RangeError('must end after the port')
    return { address, isTls: value.startsWith('smtps:') }
  },
  'password',
)

/** `email:` of a channel. */
export const emailChannel: Kind<EmailConfig> = section(
  {
    smtp_url: required(smtpUrl, 'The mail server; `smtps://` is TLS from the first byte.'),
    password: optional(secretText, { doc: 'The user’s password, when it is not in `smtp_url`.' }),
    starttls: defaulted(choice(['required', 'opportunistic']), 'required', {
      doc: 'Whether a server that cannot encrypt is refused. A password is never sent unencrypted.',
    }),
    ca: optional(pemText, {
      doc: 'Certificates that the server’s must descend from.',
      defaultText: 'those of the system',
    }),
    from: required(mailAddress, 'The sender.'),
    to: required(oneOrMore(mailAddress), 'Who gets it.'),
  },
  (yaml, refuse): EmailConfig => {
    const { address, isTls } = yaml.smtp_url
    if (address.password && yaml.password) refuse('password', 'a password stands in `smtp_url` as well')
    const password = yaml.password ?? address.password
    if (password && address.user === undefined) refuse('smtp_url', 'names no user for the password')
    if (password && !isTls && yaml.starttls === 'opportunistic') {
      refuse('starttls', 'must be required: the password would be sent unencrypted otherwise')
    }
    return {
      host: address.host,
      port: address.port,
      security: isTls ? 'tls' : yaml.starttls === 'required' ? 'starttls' : 'opportunistic',
      user: address.user,
      password,
      ca: yaml.ca,
      from: yaml.from,
      to: yaml.to,
    }
  },
)
