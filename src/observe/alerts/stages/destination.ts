import type { NotifyTarget } from '../../../config/alerting/notify-target.ts'
import type { OnCallConfig } from '../../../config/alerting/oncall-section.ts'
import { whoIsOnCall, type OnCallOverride } from '../calendar/on-call.ts'
import type { ChannelPolicy } from './policy.ts'

/** One receiver: who keeps a picture of what fires, and is told when it is over. */
export interface Destination {
  readonly channel: string
  /** A mailbox or number; absent: the channel has one receiver alone. */
  readonly address?: string | undefined
  /** On whose behalf, when it is a person's. */
  readonly person?: string | undefined
}

/** Identifies a receiver: `slack`, `phone:+431234567`. */
export function destinationKey({ channel, address }: Destination): string {
  return address === undefined ? channel : `${channel}:${address}`
}

/** What destinations are found with. */
export interface AddressBook {
  readonly channels: ReadonlyMap<string, ChannelPolicy>
  readonly oncall: OnCallConfig
  readonly overrides: readonly OnCallOverride[]
}

/** The receivers that targets stand for at an instant, each once. Empty when nobody is on call. Pure. */
export function destinationsOf(
  targets: readonly NotifyTarget[],
  book: AddressBook,
  nowMs: number,
): readonly Destination[] {
  const found = new Map<string, Destination>()
  for (const target of targets) {
    for (const destination of resolve(target, book, nowMs)) {
      const key = destinationKey(destination)
      if (!found.has(key)) found.set(key, destination)
    }
  }
  return [...found.values()]
}

function resolve(target: NotifyTarget, book: AddressBook, nowMs: number): readonly Destination[] {
  switch (target.tag) {
    case 'channel':
      return reach(target.channel, target.address, book)
    case 'person':
      return reachPerson(target.person, book, nowMs)
    case 'oncall': {
      const schedule = book.oncall.schedules.get(target.schedule)
      const person = schedule && whoIsOnCall(schedule, book.overrides, nowMs).person
      return person == null ? [] : reachPerson(person, book, nowMs)
    }
  }
}

function reachPerson(person: string, book: AddressBook, nowMs: number): readonly Destination[] {
  const targets = book.oncall.people.get(person) ?? []
  return destinationsOf(
    targets.filter(({ tag }) => tag === 'channel'),
    book,
    nowMs,
  ).map((destination) => ({ ...destination, person }))
}

function reach(name: string, address: string | undefined, { channels }: AddressBook): readonly Destination[] {
  const channel = channels.get(name)
  if (!channel) return []
  if (address !== undefined) return [{ channel: name, address: channel.normalise(address) }]
  return channel.addresses === null
    ? [{ channel: name }]
    : channel.addresses.map((each) => ({ channel: name, address: each }))
}
