import type { ChannelConfig } from '../../../config/alerting/channel-section.ts'
import type { DeliveryConfig } from '../../../config/alerting/delivery-config.ts'
import type { EscalationStep, RouteConfig } from '../../../config/alerting/routes-section.ts'
import { telephoneNumber } from '../../../config/alerting/sms-channel.ts'
import type { TimeInterval } from '../../../config/alerting/time-interval.ts'
import type { ChannelPolicy, Policy } from '../stages/policy.ts'
import { LAST_STEP_MS, type Route } from '../stages/route.ts'
import type { Silence } from '../stages/silence.ts'

/** The configuration as the stages read it. */
export function buildPolicy(delivery: DeliveryConfig, pipeline: string): Policy {
  const { channels, oncall, inhibit, flapping, escalations, grouping } = delivery
  const everyChannel = channels.map(({ name }) => ({ tag: 'channel' as const, channel: name }))
  const steps = [{ notify: everyChannel, timeoutMs: LAST_STEP_MS }]
  const fallback: Route = { ...grouping, id: '{}', match: [], steps, muteTimes: [], activeTimes: [], continue: false }
  return {
    pipeline,
    routing: { routes: routesOf(delivery), fallback, escalations },
    channels: new Map(channels.map((channel) => [channel.name, channelPolicy(channel)])),
    oncall,
    inhibit,
    flapping,
  }
}

function routesOf({ routes, grouping, escalations, muteTimes }: DeliveryConfig): readonly Route[] {
  const used = new Map<string, number>()
  return routes.map((route): Route => {
    const text = `{${route.match.map((matcher) => matcher.text).join(',')}}`
    const count = (used.get(text) ?? 0) + 1
    used.set(text, count)
    return {
      ...grouping,
      ...definedOnly(route),
      id: count === 1 ? `{}/${text}` : `{}/${text}#${count}`,
      match: route.match,
      steps: stepsOf(route, escalations),
      muteTimes: intervalsOf(route.muteTimes, muteTimes),
      activeTimes: intervalsOf(route.activeTimes, muteTimes),
      continue: route.continue,
    }
  })
}

function definedOnly({ groupBy, groupWaitMs, groupIntervalMs, repeatIntervalMs }: RouteConfig): Partial<Route> {
  return {
    ...(groupBy && { groupBy }),
    ...(groupWaitMs !== undefined && { groupWaitMs }),
    ...(groupIntervalMs !== undefined && { groupIntervalMs }),
    ...(repeatIntervalMs !== undefined && { repeatIntervalMs }),
  }
}

function stepsOf(
  { channels, escalation }: RouteConfig,
  escalations: ReadonlyMap<string, readonly EscalationStep[]>,
): readonly EscalationStep[] {
  if (channels) return [{ notify: channels, timeoutMs: LAST_STEP_MS }]
  return escalations.get(escalation ?? '') ?? []
}

function intervalsOf(
  names: readonly string[],
  muteTimes: ReadonlyMap<string, readonly TimeInterval[]>,
): readonly (readonly TimeInterval[])[] {
  return names.map((name) => muteTimes.get(name) ?? [])
}

function channelPolicy({ name, means, sendResolved, minSeverity, maxPerHour, fallback }: ChannelConfig): ChannelPolicy {
  return {
    name,
    sendResolved,
    minSeverity,
    maxPerHour,
    fallback,
    tellsAcknowledged: means.tag === 'pagerduty' || means.tag === 'slack',
    // Mailboxes of a list get one mail; each number is a receiver of its own.
    addresses: means.tag === 'sms' ? means.to : null,
    normalise: (address) => {
      const number = means.tag === 'sms' ? telephoneNumber.schema.safeParse(address).data : undefined
      return number ?? address
    },
  }
}

/** Silences of the file. They end by themselves, and are not stored. */
export function configuredSilences({ silences }: Pick<DeliveryConfig, 'silences'>): readonly Silence[] {
  return silences.map((silence, index) => ({ ...silence, id: `file-${index + 1}`, createdAtMs: 0 }))
}
