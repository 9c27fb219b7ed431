import type { AlertingConfig } from '../alerting-section.ts'
import type { Place, YamlNode } from '../yaml-tree.ts'
import { unreachedChannels } from './unreached-channels.ts'

/** The key of a channel that one of the guide's flat keys makes. */
const FLAT_KEYS: Readonly<Record<string, string>> = {
  webhook: 'webhook_url',
  slack: 'slack_webhook',
  pagerduty: 'pagerduty_integration_key',
}

/** What is in order, but tells nobody although it looks as if it did. Pure. */
export function alertingWarnings(
  { mode, delivery, rules }: AlertingConfig,
  root: YamlNode,
): readonly (Place & { readonly message: string })[] {
  const [first] = delivery.channels
  if (mode !== 'embedded' && first) {
    const who = mode === 'prometheus' ? 'Prometheus and its Alertmanager tell people' : 'Alertmanager tells people'
    const place = placeOf(root, 'mode')
    return [{ ...place, message: `alerting.mode is ${mode}: ${who}, and the channels here are told of nothing` }]
  }
  return unreachedChannels(delivery, rules).map((name) => {
    return {
      ...placeOf(root, name),
      message: `no route of alerting leads to the channel ${name}: it is told of nothing`,
    }
  })
}

/** Where a key of `alerting`, or a channel, stands. */
function placeOf(root: YamlNode, name: string): Place {
  const alerting = entryOf(root, 'alerting')?.value
  const found =
    entryOf(entryOf(alerting, 'channels')?.value, name) ??
    entryOf(alerting, name) ??
    entryOf(alerting, FLAT_KEYS[name] ?? '')
  return found?.key ?? root.place
}

function entryOf(
  node: YamlNode | undefined,
  name: string,
): { readonly key: Place; readonly value: YamlNode } | undefined {
  return node?.tag === 'map' ? node.entries.get(name) : undefined
}
