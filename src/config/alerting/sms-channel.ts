import { defaulted, map, oneOrMore, optional, required, scalar, section, type Kind } from '../declaration.ts'
import { choice, secretText, text } from '../scalars.ts'
import { secret, type Secret } from '../secret.ts'
import { secretAddress, webAddress } from './web-address.ts'

/** How the provider is called. `{{to}}` and `{{text}}` in the parameters stand for number and words. */
export interface SmsConfig {
  readonly url: Secret
  readonly headers: Readonly<Record<string, Secret>>
  /** `form` and `json` send the parameters as such a body. */
  readonly format: 'form' | 'json'
  readonly parameters: Readonly<Record<string, Secret>>
  /** Telephone numbers. */
  readonly to: readonly string[]
}

/** A telephone number in international form. */
export const telephoneNumber: Kind<string> = scalar('telephone number', (value) => {
  const number = value.replaceAll(/[\s()/-]/g, '')
  if (/^\+[1-9]\d{5,14}$/.test(number)) return number
  throw new RangeError('is not a number such as +431234567')
})

const twilio = section(
  {
    account_sid: required(text, 'The account.'),
    auth_token: required(secretText, 'Its token.'),
    from: optional(text, { doc: 'Number or name that sends.' }),
    messaging_service_sid: optional(text, { doc: 'Messaging service that sends, instead of `from`.' }),
    url: defaulted(webAddress, 'https://api.twilio.com', { doc: 'Origin of the API.' }),
  },
  (yaml, refuse) => {
    if ((yaml.from === undefined) === (yaml.messaging_service_sid === undefined)) {
      refuse([], 'needs either `from` or `messaging_service_sid`')
    }
    return yaml
  },
)

/** What a call of Twilio looks like. @see Twilio, Programmable Messaging, Message resource */
function twilioCall(account: {
  readonly account_sid: string
  readonly auth_token: Secret
  readonly from?: string | undefined
  readonly messaging_service_sid?: string | undefined
  readonly url: string
}): Omit<SmsConfig, 'to'> {
  const { account_sid: sid, auth_token: token, from, messaging_service_sid: service, url } = account
  const credentials = Buffer.from(`${sid}:${token.reveal()}`).toString('base64')
  return {
    url: secret(`${url}/2010-04-01/Accounts/${encodeURIComponent(sid)}/Messages.json`),
    headers: { authorization: secret(`Basic ${credentials}`) },
    format: 'form',
    parameters: {
      To: secret('{{to}}'),
      Body: secret('{{text}}'),
      ...(from === undefined ? { MessagingServiceSid: secret(service ?? '') } : { From: secret(from) }),
    },
  }
}

/** `sms:` of a channel. */
export const smsChannel: Kind<SmsConfig> = section(
  {
    to: required(oneOrMore(telephoneNumber), 'Who gets it.'),
    twilio: optional(twilio, { doc: 'An account with Twilio, instead of the keys below.' }),
    url: optional(secretAddress, { doc: 'Address of the provider that is posted to.' }),
    headers: optional(map(secretText), { doc: 'Headers, such as `Authorization`.' }),
    format: optional(choice(['form', 'json']), { doc: 'Form of the body.', defaultText: 'json' }),
    parameters: optional(map(secretText), {
      doc: 'The body; `{{to}}` and `{{text}}` stand for number and words.',
      defaultText: '`{ to: "{{to}}", text: "{{text}}" }`',
    }),
  },
  (yaml, refuse): SmsConfig => {
    const own = [yaml.url, yaml.headers, yaml.format, yaml.parameters].some((given) => given !== undefined)
    if (yaml.twilio && own) refuse('twilio', 'stands for url, headers, format and parameters: give either')
    if (yaml.twilio) return { to: yaml.to, ...twilioCall(yaml.twilio) }
    if (!yaml.url) refuse('url', 'needs either `url` or `twilio`')
    return {
      to: yaml.to,
      url: yaml.url ?? secret(''),
      headers: yaml.headers ?? {},
      format: yaml.format ?? 'json',
      parameters: yaml.parameters ?? { to: secret('{{to}}'), text: secret('{{text}}') },
    }
  },
)
