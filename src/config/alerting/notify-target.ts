import { scalar, type Kind } from '../declaration.ts'

/** Whom a step tells: a channel as it is configured, a channel at another address, a person, or whoever is on call. */
export type NotifyTarget =
  | { readonly tag: 'channel'; readonly channel: string; readonly address?: string | undefined }
  | { readonly tag: 'person'; readonly person: string }
  | { readonly tag: 'oncall'; readonly schedule: string }

/** Words before the colon that are not names of channels. */
export const RESERVED_CHANNEL_NAMES = ['person', 'oncall'] as const

/** Reads `slack`, `phone:+431234567`, `person:anna` or `oncall:primary`. @throws {RangeError} */
export function parseNotifyTarget(text: string): NotifyTarget {
  const [, head, rest] = /^\s*([\w-]+)\s*(?::\s*(\S(?:.*\S)?))?\s*$/s.exec(text) ?? []
  if (head === undefined) throw new RangeError('is not a channel, channel:address, person:NAME or oncall:SCHEDULE')
  if (head === 'person' || head === 'oncall') {
    if (rest === undefined) throw new RangeError(`names nobody: write ${head}:NAME`)
    return head === 'person' ? { tag: 'person', person: rest } : { tag: 'oncall', schedule: rest }
  }
  return { tag: 'channel', channel: head, address: rest }
}

/** Whom to tell, in the configuration. */
export const notifyTarget: Kind<NotifyTarget> = scalar(
  'channel, channel:address, person:NAME or oncall:SCHEDULE',
  parseNotifyTarget,
)
