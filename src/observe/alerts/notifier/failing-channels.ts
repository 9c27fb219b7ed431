import { fingerprintOf, type AlertInstance } from '../alert-instance.ts'
import type { AlertingState } from '../stages/alerting-state.ts'
import { CHANNEL_LABEL, NOTIFICATION_FAILING } from '../stages/gather.ts'

const COOLDOWN_MS = 300_000

/** Channels that fail, as alerts: told over the others. One is over with the next message that is delivered. Pure. */
export function failingChannels({ failures }: Pick<AlertingState, 'failures'>, atMs: number): readonly AlertInstance[] {
  return [...failures.values()].map(({ channel, sinceMs, reason, failedMessages }) => {
    const labels = { [CHANNEL_LABEL]: channel }
    return {
      rule: NOTIFICATION_FAILING,
      labels,
      severity: 'critical',
      state: 'firing',
      value: failedMessages,
      sinceMs: Math.min(sinceMs, atMs),
      startedAtMs: Math.min(sinceMs, atMs),
      fingerprint: fingerprintOf(NOTIFICATION_FAILING, labels),
      annotations: {
        summary: `the alert channel ${channel} fails`,
        description: 'Alerts that go there do not arrive; another channel stands in where there is one.',
        why: reason,
        remedy: `Mend alerting.channels.${channel}, then run: sync-app alerts test ${channel}`,
        runbook: 'docs/alerting.md#a-channel-fails',
      },
      cooldownMs: COOLDOWN_MS,
    }
  })
}
