import type { AlertRule } from './alert-rule.ts'
import type { DeliveryConfig } from './delivery-config.ts'
import { parseNotifyTarget, type NotifyTarget } from './notify-target.ts'

/**
 * Channels that no route leads to: they are told of nothing, unless another channel fails. None when some alert fits no route, because such an alert goes
 * to every channel. Pure.
 */
export function unreachedChannels(delivery: DeliveryConfig, rules: readonly AlertRule[]): readonly string[] {
  const { routes, channels, escalations } = delivery
  const last = routes.findIndex((route) => route.match.length === 0 && !route.continue)
  if (last < 0) return []
  const chains = [...routes.slice(0, last + 1), ...rules].flatMap(({ escalation }) => escalation ?? [])
  const targets = [
    ...routes.slice(0, last + 1).flatMap((route) => route.channels ?? []),
    ...rules.flatMap((rule) => rule.channels.map(parseNotifyTarget)),
    ...chains.flatMap((name) => (escalations.get(name) ?? []).flatMap(({ notify }) => notify)),
  ]
  const reached = new Set(targets.flatMap((target) => channelsOf(target, delivery)))
  for (const name of reached) {
    const fallback = channels.find((channel) => channel.name === name)?.fallback
    // A set that grows while it is gone through is gone through to its end.
    if (fallback !== undefined) reached.add(fallback)
  }
  return channels.map(({ name }) => name).filter((name) => !reached.has(name))
}

function channelsOf(target: NotifyTarget, { oncall }: DeliveryConfig): readonly string[] {
  switch (target.tag) {
    case 'channel':
      return [target.channel]
    case 'person':
      return peopleChannels([target.person], oncall)
    case 'oncall':
      return peopleChannels(oncall.schedules.get(target.schedule)?.layers.flatMap(({ people }) => people) ?? [], oncall)
  }
}

function peopleChannels(people: readonly string[], { people: known }: DeliveryConfig['oncall']): readonly string[] {
  const targets = people.flatMap((person) => known.get(person) ?? [])
  return targets.flatMap((target) => (target.tag === 'channel' ? [target.channel] : []))
}
