import type { AlertRule } from './alerting/alert-rule.ts'
import { DEFAULT_OBJECTIVES, objectivesList, type FreshnessObjective } from './alerting/objectives-section.ts'
import { PREDEFINED_RULES } from './alerting/predefined-rules.ts'
import { resolveRules } from './alerting/resolve-rules.ts'
import { ruleSection } from './alerting/rule-section.ts'
import { defaulted, list, optional, section, type Kind } from './declaration.ts'
import { choice, duration, secretText, yesOrNo } from './scalars.ts'
import type { Secret } from './secret.ts'

/** Who is told when something goes wrong, as the monitoring guide has it. */
export interface AlertingConfig {
  readonly enabled: boolean
  readonly mode: 'embedded' | 'prometheus' | 'alertmanager'
  readonly webhookUrl?: Secret | undefined
  readonly slackWebhook?: Secret | undefined
  readonly pagerdutyIntegrationKey?: Secret | undefined
  /** How often rules are evaluated. */
  readonly evaluateEveryMs: number
  /** The predefined ones, as the file changes them, and those of the file. */
  readonly rules: readonly AlertRule[]
  /** The first that matches a table decides. */
  readonly objectives: readonly FreshnessObjective[]
}

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
    evaluation_interval: defaulted(duration({ from: '1s', to: '5m' }), '5s', { doc: 'How often rules are evaluated.' }),
    rules: optional(list(ruleSection), {
      doc: 'Rules of your own, and changes of the predefined ones (docs/runbooks.md lists them).',
    }),
    objectives: optional(objectivesList, {
      doc: 'How fresh tables must be; the first entry that matches a table decides.',
      defaultText: 'every table within 60s in 99% of the time',
    }),
  },
  (yaml, refuse) => ({
    enabled: yaml.enabled,
    mode: yaml.mode,
    webhookUrl: yaml.webhook_url,
    slackWebhook: yaml.slack_webhook,
    pagerdutyIntegrationKey: yaml.pagerduty_integration_key,
    evaluateEveryMs: yaml.evaluation_interval,
    rules: resolveRules(yaml.rules ?? [], PREDEFINED_RULES, refuse),
    objectives: yaml.objectives ?? DEFAULT_OBJECTIVES,
  }),
)
