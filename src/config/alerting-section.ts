import type { AlertRule } from './alerting/alert-rule.ts'
import { checkRuleReferences } from './alerting/check-references.ts'
import type { DeliveryConfig } from './alerting/delivery-config.ts'
import { deliveryKeys, readDelivery } from './alerting/delivery-keys.ts'
import { DEFAULT_OBJECTIVES, objectivesList, type FreshnessObjective } from './alerting/objectives-section.ts'
import { PREDEFINED_RULES } from './alerting/predefined-rules.ts'
import { resolveRules } from './alerting/resolve-rules.ts'
import { ruleSection } from './alerting/rule-section.ts'
import { defaulted, list, optional, section, type Kind } from './declaration.ts'
import { choice, duration, yesOrNo } from './scalars.ts'

/** Who is told when something goes wrong, as the monitoring guide has it. */
export interface AlertingConfig {
  readonly enabled: boolean
  readonly mode: 'embedded' | 'prometheus' | 'alertmanager'
  /** How often rules are evaluated. */
  readonly evaluateEveryMs: number
  /** The predefined ones, as the file changes them, and those of the file. */
  readonly rules: readonly AlertRule[]
  /** The first that matches a table decides. */
  readonly objectives: readonly FreshnessObjective[]
  /** Who is told, when and how. */
  readonly delivery: DeliveryConfig
}

/** `alerting:`. */
export const alertingSection: Kind<AlertingConfig> = section(
  {
    enabled: defaulted(yesOrNo, 'true', { doc: 'Whether anything is sent.' }),
    mode: defaulted(choice(['embedded', 'prometheus', 'alertmanager']), 'embedded', {
      doc: 'Who evaluates and sends, so that nobody is told twice.',
    }),
    evaluation_interval: defaulted(duration({ from: '1s', to: '5m' }), '5s', { doc: 'How often rules are evaluated.' }),
    rules: optional(list(ruleSection), {
      doc: 'Rules of your own, and changes of the predefined ones (docs/runbooks.md lists them).',
    }),
    objectives: optional(objectivesList, {
      doc: 'How fresh tables must be; the first entry that matches a table decides.',
      defaultText: 'every table within 60s in 99% of the time',
    }),
    ...deliveryKeys,
  },
  (yaml, refuse) => {
    if (yaml.mode === 'alertmanager' && yaml.alertmanager_url === undefined) {
      refuse('mode', 'needs `alertmanager_url`: where to push alerts to')
    }
    const delivery = readDelivery(yaml, refuse)
    const rules = resolveRules(yaml.rules ?? [], PREDEFINED_RULES, refuse)
    const written = (yaml.rules ?? []).map(({ name }) => rules.find((rule) => rule.name === name) ?? {})
    checkRuleReferences(written, delivery, refuse)
    return {
      enabled: yaml.enabled,
      mode: yaml.mode,
      evaluateEveryMs: yaml.evaluation_interval,
      rules,
      objectives: yaml.objectives ?? DEFAULT_OBJECTIVES,
      delivery,
    }
  },
)
