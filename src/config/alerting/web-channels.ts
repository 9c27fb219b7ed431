import { defaulted, map, optional, required, section, type Kind } from '../declaration.ts'
import { integer, secretText } from '../scalars.ts'
import type { Secret } from '../secret.ts'
import { secretAddress, webAddress } from './web-address.ts'

/** HTTP POST to an endpoint of one's own. */
export interface WebhookConfig {
  readonly url: Secret
  /** Signs each message: HMAC-SHA256 over its time and body. */
  readonly signingSecret?: Secret | undefined
  readonly headers: Readonly<Record<string, Secret>>
  /** Alerts in one message; the rest is counted. */
  readonly maxAlerts: number
}

/** An incoming webhook of Slack. */
export interface SlackConfig {
  readonly webhookUrl: Secret
}

/** A service of PagerDuty. */
export interface PagerdutyConfig {
  readonly integrationKey: Secret
  /** Origin of the events API. */
  readonly url: string
}

/** Where events of PagerDuty go unless configured; accounts in the EU have another host. */
export const PAGERDUTY_URL = 'https://events.pagerduty.com'

/** Alerts in one webhook message unless configured. */
export const DEFAULT_MAX_ALERTS = 500

/** `webhook:` of a channel. A lone text is its address. */
export const webhookChannel: Kind<WebhookConfig> = section(
  {
    url: required(secretAddress, 'Address that is posted to.'),
    signing_secret: optional(secretText, {
      doc: 'With it each message carries `X-Sync-Timestamp` and `X-Sync-Signature: sha256=HMAC(secret, timestamp + "." + body)`.',
    }),
    headers: optional(map(secretText), { doc: 'Further headers, such as `Authorization`.' }),
    max_alerts: defaulted(integer({ from: '1', to: '10_000' }), String(DEFAULT_MAX_ALERTS), {
      doc: 'Alerts in one message; `truncatedAlerts` counts the others.',
    }),
  },
  (yaml): WebhookConfig => ({
    url: yaml.url,
    signingSecret: yaml.signing_secret,
    headers: yaml.headers ?? {},
    maxAlerts: yaml.max_alerts,
  }),
  'url',
)

/** `slack:` of a channel. A lone text is its address. */
export const slackChannel: Kind<SlackConfig> = section(
  { webhook_url: required(secretAddress, 'The incoming webhook’s address.') },
  (yaml): SlackConfig => ({ webhookUrl: yaml.webhook_url }),
  'webhook_url',
)

/** `pagerduty:` of a channel. A lone text is its key. */
export const pagerdutyChannel: Kind<PagerdutyConfig> = section(
  {
    integration_key: required(secretText, 'Integration key of the service (Events API v2).'),
    url: defaulted(webAddress, PAGERDUTY_URL, {
      doc: 'Origin of the events API; `https://events.eu.pagerduty.com` in the EU.',
    }),
  },
  (yaml): PagerdutyConfig => ({ integrationKey: yaml.integration_key, url: yaml.url }),
  'integration_key',
)
