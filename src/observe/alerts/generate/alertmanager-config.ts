import { stringify } from 'yaml'
import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import { GENERATED_NOTE } from './generated-note.ts'
import { promDuration } from './promql-signal.ts'

/** A channel of the configuration that Alertmanager is to use as well. Its secret is read from a file, never written here. */
export type ReceiverKind = 'webhook' | 'slack' | 'pagerduty'

/** @see Alertmanager, configuration: `url_file` of a webhook since 0.26, the others since 0.25 or earlier */
const INTEGRATION: Readonly<Record<ReceiverKind, Readonly<Record<string, unknown>>>> = {
  webhook: { webhook_configs: [{ url_file: '/run/secrets/sync_webhook_url', send_resolved: true }] },
  slack: { slack_configs: [{ api_url_file: '/run/secrets/sync_slack_webhook', send_resolved: true }] },
  pagerduty: { pagerduty_configs: [{ routing_key_file: '/run/secrets/sync_pagerduty_key', send_resolved: true }] },
}

/** Alerts of one group are told together at most this often; no repeat can be shorter. */
const GROUP_INTERVAL_MS = 60_000

function inhibitRules(rules: readonly AlertRule[]): readonly unknown[] {
  const perOf = new Map(rules.map(({ name, per }) => [name, per]))
  return rules.flatMap(({ name, inhibits, per }) => {
    const targets = inhibits.filter((target) => perOf.has(target))
    const groups = Object.entries(Object.groupBy(targets, (target) => (perOf.get(target) === per ? (per ?? '') : '')))
    return groups.map(([shared, names = []]) => ({
      source_matchers: [`rule="${name}"`],
      target_matchers: [`rule=~"${names.join('|')}"`],
      equal: ['job', 'instance', 'pipeline', ...(shared === '' ? [] : [shared])],
    }))
  })
}

function repeats(rules: readonly AlertRule[]): readonly unknown[] {
  const byCooldown = Map.groupBy(rules, ({ cooldownMs }) => Math.max(cooldownMs, GROUP_INTERVAL_MS))
  return [...byCooldown].map(([cooldownMs, members]) => ({
    matchers: [`rule=~"${members.map(({ name }) => name).join('|')}"`],
    repeat_interval: promDuration(cooldownMs),
    continue: false,
  }))
}

/** Configuration of Alertmanager that repeats, groups and inhibits as the rules say. Pure. */
export function alertmanagerConfig(rules: readonly AlertRule[], receivers: readonly ReceiverKind[]): string {
  const config = {
    route: {
      receiver: 'sync',
      group_by: ['rule', 'job', 'instance', 'pipeline'],
      group_wait: '30s',
      group_interval: promDuration(GROUP_INTERVAL_MS),
      repeat_interval: '4h',
      // The watchdog belongs to whatever raises the alarm when it stops; nobody else wants it.
      routes: [{ matchers: ['rule="watchdog"'], receiver: 'watchdog', repeat_interval: '1m' }, ...repeats(rules)],
    },
    receivers: [
      { name: 'sync', ...Object.assign({}, ...receivers.map((kind) => INTEGRATION[kind])) },
      { name: 'watchdog' },
    ],
    inhibit_rules: inhibitRules(rules),
  }
  return GENERATED_NOTE + stringify(config, { lineWidth: 0 })
}
