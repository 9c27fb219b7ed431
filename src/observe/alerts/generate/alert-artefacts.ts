import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import type { FreshnessObjective } from '../../../config/alerting/objectives-section.ts'
import { alertmanagerConfig, type ReceiverKind } from './alertmanager-config.ts'
import { grafanaAlerts } from './grafana-alerts.ts'
import { prometheusRules, prometheusRulesFile } from './prometheus-rules.ts'
import { runbookPage } from './runbook-page.ts'

/** A file made of the rules. */
export interface Artefact {
  /** Below the directory that is asked for. */
  readonly path: string
  readonly content: string
}

/** What other programs need to evaluate and send the same rules. Pure. */
export function alertArtefacts(
  rules: readonly AlertRule[],
  objectives: readonly FreshnessObjective[],
  receivers: readonly ReceiverKind[],
): readonly Artefact[] {
  const prometheus = prometheusRules(rules, objectives)
  return [
    { path: 'prometheus/sync.rules.yml', content: prometheusRulesFile(prometheus) },
    { path: 'alertmanager/alertmanager.yml', content: alertmanagerConfig(rules, receivers) },
    { path: 'grafana/provisioning/alerting/sync.yml', content: grafanaAlerts(prometheus) },
    { path: 'runbooks.md', content: runbookPage(rules) },
  ]
}
