import type { z } from 'zod'
import {
  defaulted,
  defaultedSection,
  map,
  oneOrMore,
  optional,
  required,
  section,
  type Kind,
  type Refuse,
} from '../declaration.ts'
import { duration, integer, secretText, size, text, yesOrNo } from '../scalars.ts'
import { channelSection, flatChannel, type ChannelConfig } from './channel-section.ts'
import { checkReferences } from './check-references.ts'
import type { DeadMansSwitchConfig, DeliveryConfig, FlappingConfig } from './delivery-config.ts'
import { inhibitList } from './inhibit-section.ts'
import { NO_ONCALL, oncallSection } from './oncall-section.ts'
import { RESERVED_CHANNEL_NAMES } from './notify-target.ts'
import { DEFAULT_GROUPING, escalationChain, groupingKeys, readGrouping, routesList } from './routes-section.ts'
import { silencesList } from './silences-section.ts'
import { timeIntervals } from './time-interval.ts'
import { secretAddress, webAddress } from './web-address.ts'
import { DEFAULT_MAX_ALERTS, PAGERDUTY_URL } from './web-channels.ts'

const flapping: Kind<FlappingConfig> = section(
  {
    enabled: defaulted(yesOrNo, 'true', {
      doc: 'Whether an alert that comes and goes is told once, and then held back.',
    }),
    high: defaulted(integer({ from: '1', to: '100' }), '50', {
      doc: 'Percent of changes from which it counts as flapping.',
    }),
    low: defaulted(integer({ from: '0', to: '99' }), '25', { doc: 'Percent below which it no longer does.' }),
    sample: defaulted(duration({ from: '1s', to: '1h' }), '1m', { doc: 'Length of each of the 20 looks back.' }),
  },
  (yaml, refuse): FlappingConfig => {
    if (yaml.low >= yaml.high) refuse('low', 'must be below `high`')
    return { enabled: yaml.enabled, highPercent: yaml.high, lowPercent: yaml.low, sampleMs: yaml.sample }
  },
)

const deadMansSwitch: Kind<DeadMansSwitchConfig> = section(
  {
    url: required(secretAddress, 'Address that is posted to as long as alerts are evaluated.'),
    interval: defaulted(duration({ from: '5s', to: '1d' }), '1m', { doc: 'How often.' }),
  },
  (yaml): DeadMansSwitchConfig => ({ url: yaml.url, everyMs: yaml.interval }),
  'url',
)

/** Keys of `alerting:` about who is told, when and how. */
export const deliveryKeys = {
  webhook_url: optional(secretAddress, { doc: 'Address that alerts are posted to: the channel `webhook`.' }),
  slack_webhook: optional(secretAddress, { doc: 'Incoming webhook of Slack: the channel `slack`.' }),
  pagerduty_integration_key: optional(secretText, { doc: 'Integration key of PagerDuty: the channel `pagerduty`.' }),
  channels: optional(map(channelSection), { doc: 'Further channels by name.' }),
  routes: optional(routesList, {
    doc: 'Which alerts go where; the first that fits decides.',
    defaultText: 'every channel is told',
  }),
  ...groupingKeys,
  escalations: optional(map(escalationChain), {
    doc: 'Chains of steps by name: whom to tell next when nobody acknowledges.',
  }),
  oncall: optional(oncallSection, { doc: 'People, and who of them is on call when.' }),
  mute_times: optional(map(timeIntervals), {
    doc: 'Recurring times by name, for `mute_times` and `active_times` of routes.',
  }),
  silences: optional(silencesList, { doc: 'Silences for planned work.' }),
  inhibit: optional(inhibitList, { doc: 'Alerts that hold others back while they fire.' }),
  flapping: defaultedSection(flapping, { doc: 'Alerts that come and go.' }),
  dead_mans_switch: optional(deadMansSwitch, {
    doc: 'A sign of life, so that someone outside notices when nothing alerts any more.',
  }),
  alertmanager_url: optional(oneOrMore(webAddress), {
    doc: 'Alertmanagers that alerts are pushed to with `mode: alertmanager`.',
  }),
  external_url: optional(webAddress, { doc: 'Under which people reach this service; messages link to it.' }),
  link_secret: optional(secretText, {
    doc: 'Signs the links that acknowledge an alert. Without it messages have none.',
    defaultText: '`http.auth.token`',
  }),
  link_valid_for: defaulted(duration({ from: '1m', to: '30d' }), '24h', { doc: 'How long such a link works.' }),
  state_directory: optional(text, {
    doc: 'Keeps what was told while the target is down, so that a restart in that time does not page twice, and what metrics were, for `alerts replay`.',
  }),
  history_size: defaulted(size({ from: '1MB', to: '100GB' }), '128MB', {
    doc: 'What metrics were takes at most so much of the state directory; the oldest goes first.',
  }),
}

type DeliveryYaml = z.output<z.ZodObject<typeof deliveryKeys>>

/** Channels that the guide's flat keys stand for. */
function flatChannels(yaml: DeliveryYaml): readonly ChannelConfig[] {
  const { webhook_url: url, slack_webhook: webhookUrl, pagerduty_integration_key: integrationKey } = yaml
  return [
    ...(url ? [flatChannel('webhook', { tag: 'webhook', url, headers: {}, maxAlerts: DEFAULT_MAX_ALERTS })] : []),
    ...(webhookUrl ? [flatChannel('slack', { tag: 'slack', webhookUrl })] : []),
    ...(integrationKey ? [flatChannel('pagerduty', { tag: 'pagerduty', integrationKey, url: PAGERDUTY_URL })] : []),
  ]
}

function readChannels(yaml: DeliveryYaml, refuse: Refuse): readonly ChannelConfig[] {
  const flat = flatChannels(yaml)
  const named = Object.entries(yaml.channels ?? {}).flatMap(([name, channel]) => {
    if (!/^[\w-]{1,60}$/.test(name) || RESERVED_CHANNEL_NAMES.some((word) => word === name)) {
      refuse(['channels', name], 'is not a name of letters, digits, _ and -, other than person and oncall')
    }
    if (flat.some((each) => each.name === name))
      refuse(['channels', name], 'is the name of a channel made by a key above')
    return channel === null ? [] : [{ ...channel, name }]
  })
  return [...flat, ...named]
}

/** The typed form of {@link deliveryKeys}; names that nothing has are refused. */
export function readDelivery(yaml: DeliveryYaml, refuse: Refuse): DeliveryConfig {
  const delivery: DeliveryConfig = {
    channels: readChannels(yaml, refuse),
    grouping: { ...DEFAULT_GROUPING, ...readGrouping(yaml) },
    routes: yaml.routes ?? [],
    escalations: new Map(Object.entries(yaml.escalations ?? {})),
    oncall: yaml.oncall ?? NO_ONCALL,
    muteTimes: new Map(Object.entries(yaml.mute_times ?? {})),
    silences: yaml.silences ?? [],
    inhibit: yaml.inhibit ?? [],
    flapping: yaml.flapping,
    deadMansSwitch: yaml.dead_mans_switch,
    alertmanagerUrls: yaml.alertmanager_url ?? [],
    externalUrl: yaml.external_url,
    linkSecret: yaml.link_secret,
    linkValidMs: yaml.link_valid_for,
    stateDirectory: yaml.state_directory,
    historyBytes: yaml.history_size,
  }
  checkReferences(delivery, refuse)
  return delivery
}
