import { defaulted, optional, section, type Kind } from '../declaration.ts'
import { choice, integer, text, yesOrNo } from '../scalars.ts'
import { emailChannel, type EmailConfig } from './email-channel.ts'
import { smsChannel, type SmsConfig } from './sms-channel.ts'
import {
  pagerdutyChannel,
  slackChannel,
  webhookChannel,
  type PagerdutyConfig,
  type SlackConfig,
  type WebhookConfig,
} from './web-channels.ts'

/** How a channel reaches somebody. */
export type ChannelMeans =
  | ({ readonly tag: 'webhook' } & WebhookConfig)
  | ({ readonly tag: 'slack' } & SlackConfig)
  | ({ readonly tag: 'pagerduty' } & PagerdutyConfig)
  | ({ readonly tag: 'email' } & EmailConfig)
  | ({ readonly tag: 'sms' } & SmsConfig)

/** A way to tell somebody. */
export interface ChannelConfig {
  readonly name: string
  readonly means: ChannelMeans
  /** Whether it is told that an alert is over. */
  readonly sendResolved: boolean
  /** Alerts that are less bad are not sent here. */
  readonly minSeverity: 'critical' | 'warning' | 'info'
  /** Messages to one address within any hour; more are held back and put together. */
  readonly maxPerHour: number
  /** The channel that is told when this one fails; absent: the next one that is not told anyway. */
  readonly fallback?: string | undefined
}

const SEVERITIES = ['info', 'warning', 'critical'] as const
const KINDS = ['webhook', 'slack', 'pagerduty', 'email', 'sms'] as const

/** Messages per hour that a channel gets at most, unless configured. */
const DEFAULT_PER_HOUR = { webhook: 3600, slack: 600, pagerduty: 600, email: 120, sms: 20 } as const

/** An entry of `channels`, still without its name. */
export const channelSection: Kind<Omit<ChannelConfig, 'name'> | null> = section(
  {
    webhook: optional(webhookChannel, { doc: 'HTTP POST with the body of Alertmanager (version 4).' }),
    slack: optional(slackChannel, { doc: 'Slack, by an incoming webhook.' }),
    pagerduty: optional(pagerdutyChannel, { doc: 'PagerDuty, Events API v2.' }),
    email: optional(emailChannel, { doc: 'Mail over SMTP; messages about the same group form a thread.' }),
    sms: optional(smsChannel, { doc: 'SMS, by a webhook of your provider or by Twilio.' }),
    send_resolved: defaulted(yesOrNo, 'true', { doc: 'Whether this channel is told that an alert is over.' }),
    min_severity: optional(choice(SEVERITIES), {
      doc: 'Least severity that is sent here.',
      defaultText: '`critical` for SMS, else `info`',
    }),
    max_per_hour: optional(integer({ from: '1', to: '100_000' }), {
      doc: 'Messages to one address within any hour; more are held back and put together.',
      defaultText: 'SMS 20, mail 120, Slack and PagerDuty 600, webhook 3600',
    }),
    fallback: optional(text, {
      doc: 'Channel that is told when this one fails.',
      defaultText: 'the next channel that is not told anyway',
    }),
  },
  (yaml, refuse): Omit<ChannelConfig, 'name'> | null => {
    const given = KINDS.filter((kind) => yaml[kind] !== undefined)
    if (given.length !== 1) {
      refuse([], `needs exactly one of ${KINDS.join(', ')}${given.length === 0 ? '' : `, not ${given.join(' and ')}`}`)
    }
    const means = meansOf(yaml)
    if (means === null) return null
    return {
      means,
      sendResolved: yaml.send_resolved,
      minSeverity: yaml.min_severity ?? (means.tag === 'sms' ? 'critical' : 'info'),
      maxPerHour: yaml.max_per_hour ?? DEFAULT_PER_HOUR[means.tag],
      fallback: yaml.fallback,
    }
  },
)

interface GivenMeans {
  readonly webhook?: WebhookConfig | undefined
  readonly slack?: SlackConfig | undefined
  readonly pagerduty?: PagerdutyConfig | undefined
  readonly email?: EmailConfig | undefined
  readonly sms?: SmsConfig | undefined
}

function meansOf({ webhook, slack, pagerduty, email, sms }: GivenMeans): ChannelMeans | null {
  if (webhook) return { tag: 'webhook', ...webhook }
  if (slack) return { tag: 'slack', ...slack }
  if (pagerduty) return { tag: 'pagerduty', ...pagerduty }
  if (email) return { tag: 'email', ...email }
  return sms ? { tag: 'sms', ...sms } : null
}

/** A channel that one of the guide's flat keys stands for. */
export function flatChannel(name: string, means: ChannelMeans): ChannelConfig {
  return { name, means, sendResolved: true, minSeverity: 'info', maxPerHour: DEFAULT_PER_HOUR[means.tag] }
}
