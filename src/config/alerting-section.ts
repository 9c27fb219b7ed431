import { defaulted, list, optional, required, scalar, section, type Kind } from './declaration.ts'
import { parseDuration } from './duration.ts'
import { choice, secretText, text, yesOrNo } from './scalars.ts'
import type { Secret } from './secret.ts'

/** Who is told when something goes wrong, as the monitoring guide has it. */
export interface AlertingConfig {
  readonly enabled: boolean
  readonly mode: 'embedded' | 'prometheus' | 'alertmanager'
  readonly webhookUrl?: Secret | undefined
  readonly slackWebhook?: Secret | undefined
  readonly pagerdutyIntegrationKey?: Secret | undefined
  readonly rules: readonly AlertRule[]
}

/** A rule: what must hold for an alert. */
interface AlertRule {
  readonly name: string
  readonly condition: string
  readonly severity: 'warning' | 'critical'
  readonly cooldownMs: number
}

/** The guide writes a bare number of seconds. */
const secondsOrDuration = scalar('seconds or duration', (value) =>
  /^\d+$/.test(value) ? Number(value) * 1000 : parseDuration(value),
)

const rule = section(
  {
    name: required(text, 'The rule’s name.'),
    condition: required(text, 'When it fires: `error_rate > 0.05`.'),
    severity: defaulted(choice(['warning', 'critical']), 'warning', { doc: 'How bad it is.' }),
    cooldown: defaulted(secondsOrDuration, '300', { doc: 'Seconds until the same alert is sent again.' }),
  },
  (yaml): AlertRule => ({
    name: yaml.name,
    condition: yaml.condition,
    severity: yaml.severity,
    cooldownMs: yaml.cooldown,
  }),
)

/** `alerting:`. */
export const alertingSection: Kind<AlertingConfig> = section(
  {
    enabled: defaulted(yesOrNo, 'true', { doc: 'Whether anything is sent.' }),
    mode: defaulted(choice(['embedded', 'prometheus', 'alertmanager']), 'embedded', {
      doc: 'Who evaluates and sends, so that nobody is told twice.',
    }),
    webhook_url: optional(secretText, { doc: 'Address that alerts are posted to.' }),
    slack_webhook: optional(secretText, { doc: 'Incoming webhook of Slack.' }),
    pagerduty_integration_key: optional(secretText, { doc: 'Integration key of PagerDuty.' }),
    rules: optional(list(rule), { doc: 'Rules.' }),
  },
  (yaml) => ({
    enabled: yaml.enabled,
    mode: yaml.mode,
    webhookUrl: yaml.webhook_url,
    slackWebhook: yaml.slack_webhook,
    pagerdutyIntegrationKey: yaml.pagerduty_integration_key,
    rules: yaml.rules ?? [],
  }),
)
