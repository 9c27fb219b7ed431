import type { Refuse } from '../declaration.ts'
import { nearestName } from '../nearest-name.ts'
import { mailAddress } from './email-channel.ts'
import { telephoneNumber } from './sms-channel.ts'
import type { DeliveryConfig } from './delivery-config.ts'
import { parseNotifyTarget, type NotifyTarget } from './notify-target.ts'
import type { RouteConfig } from './routes-section.ts'

function complaint(what: string, name: string, known: Iterable<string>): string {
  const names = [...known]
  const near = nearestName(name, names)
  const hint =
    near !== undefined ? `; did you mean ${near}?` : names.length > 0 ? `; there are ${names.join(', ')}` : ''
  return `there is no ${what} ${JSON.stringify(name)}${hint}`
}

/** Refuses every name that nothing in the section has, at its place. */
export function checkReferences(delivery: DeliveryConfig, refuse: Refuse): void {
  for (const [path, target] of targetsOf(delivery)) {
    const problem = targetProblem(target, delivery)
    if (problem !== null) refuse(path, problem)
  }
  for (const { name, fallback } of delivery.channels) {
    if (fallback === name) refuse(['channels', name, 'fallback'], 'is the channel itself')
  }
  for (const [index, route] of delivery.routes.entries()) checkNames(route, ['routes', index], { delivery, refuse })
}

/** Refuses names of channels and chains in rules of the file that nothing has. */
export function checkRuleReferences(rules: readonly RuleReferences[], delivery: DeliveryConfig, refuse: Refuse): void {
  for (const [index, { channels = [], escalation }] of rules.entries()) {
    for (const text of channels) {
      const problem = textProblem(text, delivery)
      if (problem !== null) refuse(['rules', index, 'channels'], problem)
    }
    if (escalation !== undefined && !delivery.escalations.has(escalation)) {
      refuse(['rules', index, 'escalation'], complaint('chain', escalation, delivery.escalations.keys()))
    }
  }
}

/** What of a rule names whom to tell. */
interface RuleReferences {
  readonly channels?: readonly string[] | undefined
  readonly escalation?: string | undefined
}

function textProblem(text: string, delivery: DeliveryConfig): string | null {
  try {
    return targetProblem(parseNotifyTarget(text), delivery)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return `${JSON.stringify(text)} ${error.message}`
  }
}

/** Every place that says whom to tell. */
function targetsOf(delivery: DeliveryConfig): readonly (readonly [readonly PropertyKey[], NotifyTarget])[] {
  const at = (path: readonly PropertyKey[], targets: readonly NotifyTarget[]) =>
    targets.map((target) => [path, target] as const)
  const fallbacks = delivery.channels.flatMap(({ name, fallback }) =>
    fallback === undefined ? [] : at(['channels', name, 'fallback'], [{ tag: 'channel', channel: fallback }]),
  )
  const chains = [...delivery.escalations].flatMap(([name, steps]) =>
    steps.flatMap(({ notify }, index) => at(['escalations', name, index, 'notify'], notify)),
  )
  return [
    ...fallbacks,
    ...delivery.routes.flatMap(({ channels }, index) => at(['routes', index, 'channels'], channels ?? [])),
    ...chains,
    ...[...delivery.oncall.people].flatMap(([name, targets]) => at(['oncall', 'people', name], targets)),
  ]
}

function checkNames(
  route: RouteConfig,
  path: readonly PropertyKey[],
  { delivery, refuse }: { readonly delivery: DeliveryConfig; readonly refuse: Refuse },
): void {
  const { escalations, muteTimes } = delivery
  if (route.escalation !== undefined && !escalations.has(route.escalation)) {
    refuse([...path, 'escalation'], complaint('chain', route.escalation, escalations.keys()))
  }
  const times = { mute_times: route.muteTimes, active_times: route.activeTimes }
  for (const [key, names] of Object.entries(times)) {
    const stranger = names.find((name) => !muteTimes.has(name))
    if (stranger === undefined) continue
    refuse([...path, key], complaint('entry of mute_times', stranger, muteTimes.keys()))
  }
}

/** What is wrong with whom to tell; null when nothing is. */
function targetProblem(target: NotifyTarget, delivery: DeliveryConfig): string | null {
  switch (target.tag) {
    case 'channel':
      return channelProblem(target.channel, target.address, delivery)
    case 'person':
      return delivery.oncall.people.has(target.person)
        ? null
        : complaint('person', target.person, delivery.oncall.people.keys())
    case 'oncall':
      return delivery.oncall.schedules.has(target.schedule)
        ? null
        : complaint('schedule', target.schedule, delivery.oncall.schedules.keys())
  }
}

function channelProblem(name: string, address: string | undefined, { channels }: DeliveryConfig): string | null {
  const channel = channels.find((each) => each.name === name)
  if (!channel)
    return complaint(
      'channel',
      name,
      channels.map((each) => each.name),
    )
  if (address === undefined) return null
  const kind = channel.means.tag === 'email' ? mailAddress : channel.means.tag === 'sms' ? telephoneNumber : null
  if (kind === null) return `the channel ${name} takes no address: only mail and SMS do`
  return kind.schema.safeParse(address).success
    ? null
    : `${JSON.stringify(address)} is no address of the channel ${name}`
}
