import type { ChannelConfig } from '../../../config/alerting/channel-section.ts'
import type { Clock } from '../../../core/clock.ts'
import type { Channel } from './channel.ts'
import { EmailChannel } from './email-channel.ts'
import { PagerdutyChannel } from './pagerduty-channel.ts'
import { SlackChannel } from './slack-channel.ts'
import { SmsChannel } from './sms-channel.ts'
import { WebhookChannel } from './webhook-channel.ts'

/** The channel of a configuration. Nothing is opened before the first message. */
export function makeChannel({ means }: Pick<ChannelConfig, 'means'>, clock: Clock): Channel {
  switch (means.tag) {
    case 'webhook':
      return new WebhookChannel(means, clock)
    case 'slack':
      return new SlackChannel(means, clock)
    case 'pagerduty':
      return new PagerdutyChannel(means, clock)
    case 'email':
      return new EmailChannel(means)
    case 'sms':
      return new SmsChannel(means, clock)
  }
}
