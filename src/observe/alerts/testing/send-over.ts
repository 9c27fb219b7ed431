import { realClock } from '../../../../test/support/real-clock.ts'
import { makeChannel } from '../channels/make-channel.ts'
import type { Channel, SendOutcome } from '../channels/channel.ts'
import type { AlertMessage, MessageLinks } from '../message/alert-message.ts'
import { deliveryOf } from './notifier-world.ts'

/** Links that messages of tests have. */
export const MESSAGE_LINKS: MessageLinks = {
  alerts: 'https://sync.example.com/api/v1/alerts',
  acknowledge: 'https://sync.example.com/ack?token=t',
}

/** Sends over the channel that a configuration makes. @param channel as in `alerting.channels` */
export async function sendOver(channel: string, message: AlertMessage, links = MESSAGE_LINKS): Promise<SendOutcome> {
  const [config] = deliveryOf(`channels: { c: ${channel} }`).channels
  if (!config) throw new Error('no channel')
  await using made: Channel = makeChannel(config, realClock)
  return await made.send(message, links, new AbortController().signal)
}
