import { createHash } from 'node:crypto'
import { stringify } from 'yaml'
import { GENERATED_NOTE } from './generated-note.ts'
import type { PrometheusRules } from './prometheus-rules.ts'

const HEAD = `${GENERATED_NOTE}# Grafana shows and sends what Prometheus has found with sync.rules.yml, so that both always agree. Load that file into
# Prometheus, and give Prometheus no Alertmanager when Grafana is to send: otherwise people are told twice.
`

/** Grafana keeps 40 characters. */
function uidOf(alert: string): string {
  return `sync-${createHash('sha256').update(alert).digest('hex').slice(0, 16)}`
}

/** \`{{ $labels.table }}\` is the same in Grafana; the value of the query is that of the alert, which is 1. */
function annotationsOf(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const isAboutValue = (text: string): boolean => text.includes('$value')
  return Object.fromEntries(
    Object.entries(annotations).map(([name, text]) => [
      name,
      isAboutValue(text) ? text.replace(/\{\{ \$value[^}]*\}\}(?:B| records\/s)?/g, 'more than allowed') : text,
    ]),
  )
}

/** Alert rules of Grafana as its provisioning reads them: one for each alert of the Prometheus rules. Pure. */
export function grafanaAlerts({ alerts }: PrometheusRules): string {
  const rules = alerts
    .filter(({ alert }) => alert !== 'Watchdog')
    .map(({ alert, labels, annotations }) => ({
      uid: uidOf(alert),
      title: alert,
      condition: 'B',
      data: [
        {
          refId: 'A',
          relativeTimeRange: { from: 60, to: 0 },
          datasourceUid: 'prometheus',
          model: {
            refId: 'A',
            instant: true,
            expr: `max without (alertname, alertstate) (ALERTS{alertname="${alert}", alertstate="firing"})`,
          },
        },
        {
          refId: 'B',
          relativeTimeRange: { from: 0, to: 0 },
          datasourceUid: '__expr__',
          model: { refId: 'B', type: 'math', expression: '$A > 0' },
        },
      ],
      noDataState: 'OK',
      execErrState: 'Error',
      for: '0s',
      labels,
      annotations: annotationsOf(annotations),
    }))
  const group = { orgId: 1, name: 'sync', folder: 'pg-starrocks-sync', interval: '1m', rules }
  return HEAD + stringify({ apiVersion: 1, groups: [group] }, { lineWidth: 0 })
}
