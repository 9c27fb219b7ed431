import { defaulted, list, oneOrMore, optional, required, section, type Kind } from '../declaration.ts'
import { duration, text, yesOrNo } from '../scalars.ts'
import { labelMatcher, type LabelMatcher } from './label-matcher.ts'
import { notifyTarget, type NotifyTarget } from './notify-target.ts'

/** How messages of a route are put together. */
export interface Grouping {
  /** Labels whose values make a group; `...` keeps every alert apart. */
  readonly groupBy: readonly string[]
  /** A first message waits so long for more. */
  readonly groupWaitMs: number
  /** Least time between messages about one group to one receiver. */
  readonly groupIntervalMs: number
  /** After so long an alert that still fires, and that nobody acknowledged, is sent again. */
  readonly repeatIntervalMs: number
}

/** Which alerts go where. */
export interface RouteConfig extends Partial<Grouping> {
  readonly match: readonly LabelMatcher[]
  readonly channels?: readonly NotifyTarget[] | undefined
  readonly escalation?: string | undefined
  /** Names of intervals in which nothing is sent. */
  readonly muteTimes: readonly string[]
  /** Names of intervals outside of which nothing is sent. */
  readonly activeTimes: readonly string[]
  /** Whether the routes below are asked as well. */
  readonly continue: boolean
}

/** A step of an escalation chain. */
export interface EscalationStep {
  readonly notify: readonly NotifyTarget[]
  /** The next step follows when nobody acknowledged within it. */
  readonly timeoutMs: number
}

const SPAN = { from: '0s', to: '30d' } as const

/** Keys of the grouping, for the whole and for each route. */
export const groupingKeys = {
  group_by: optional(oneOrMore(text), {
    doc: 'Labels whose values make a group: alerts of a group share a message. `...` keeps every alert apart.',
    defaultText: '`[alertname, severity]`',
  }),
  group_wait: optional(duration(SPAN), { doc: 'How long a first message waits for more.', defaultText: '30s' }),
  group_interval: optional(duration({ from: '1s', to: '30d' }), {
    doc: 'Least time between messages about a group.',
    defaultText: '5m',
  }),
  repeat_interval: optional(duration({ from: '1s', to: '30d' }), {
    doc: 'When an alert that still fires, and that nobody acknowledged, is sent again.',
    defaultText: '4h',
  }),
}

/** Grouping where nothing is configured. The values are Alertmanager's. */
export const DEFAULT_GROUPING: Grouping = {
  groupBy: ['alertname', 'severity'],
  groupWaitMs: 30_000,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 4 * 3_600_000,
}

interface GroupingYaml {
  readonly group_by?: readonly string[] | undefined
  readonly group_wait?: number | undefined
  readonly group_interval?: number | undefined
  readonly repeat_interval?: number | undefined
}

/** The keys that are given, under their names in the program. */
export function readGrouping(yaml: GroupingYaml): Partial<Grouping> {
  return {
    ...(yaml.group_by && { groupBy: yaml.group_by }),
    ...(yaml.group_wait !== undefined && { groupWaitMs: yaml.group_wait }),
    ...(yaml.group_interval !== undefined && { groupIntervalMs: yaml.group_interval }),
    ...(yaml.repeat_interval !== undefined && { repeatIntervalMs: yaml.repeat_interval }),
  }
}

/** An entry of `routes`. */
const route: Kind<RouteConfig> = section(
  {
    match: optional(oneOrMore(labelMatcher), {
      doc: 'Alerts that it is for, all of them must fit: `severity="critical"`, `table=~"billing\\\\..*"`.',
      defaultText: 'every alert',
    }),
    channels: optional(oneOrMore(notifyTarget), { doc: 'Whom to tell.' }),
    escalation: optional(text, { doc: 'Chain of `escalations` to go through instead.' }),
    ...groupingKeys,
    mute_times: optional(oneOrMore(text), { doc: 'Names of `mute_times` during which nothing is sent.' }),
    active_times: optional(oneOrMore(text), { doc: 'Names of `mute_times` outside of which nothing is sent.' }),
    continue: defaulted(yesOrNo, 'false', { doc: 'Whether the routes below are asked as well.' }),
  },
  (yaml, refuse): RouteConfig => {
    if ((yaml.channels === undefined) === (yaml.escalation === undefined)) {
      refuse([], 'needs either `channels` or `escalation`')
    }
    return {
      match: yaml.match ?? [],
      channels: yaml.channels,
      escalation: yaml.escalation,
      ...readGrouping(yaml),
      muteTimes: yaml.mute_times ?? [],
      activeTimes: yaml.active_times ?? [],
      continue: yaml.continue,
    }
  },
)

/** `routes`. */
export const routesList: Kind<readonly RouteConfig[]> = list(route)

const escalationStep: Kind<EscalationStep> = section(
  {
    notify: required(oneOrMore(notifyTarget), 'Whom to tell.'),
    timeout: defaulted(duration({ from: '10s', to: '30d' }), '10m', {
      doc: 'The next step follows when nobody acknowledged within it.',
    }),
  },
  (yaml): EscalationStep => ({ notify: yaml.notify, timeoutMs: yaml.timeout }),
)

/** A chain of `escalations`. */
export const escalationChain: Kind<readonly EscalationStep[]> = list(escalationStep)
