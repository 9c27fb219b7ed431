import { isMetricName } from '../../observe/metrics/catalogue.ts'
import type { ChecklistFacts } from './checklist-facts.ts'
import type { Judged } from './tick.ts'

/**
 * Whether dashboards show the service: Grafana has some whose queries name its metrics, all of these exist, and the Prometheus that they ask
 * scrapes the service. Pure.
 */
export function dashboards({ grafana, diagnoses }: Pick<ChecklistFacts, 'grafana' | 'diagnoses'>): Judged {
  if (grafana === null) {
    const remedy = 'Set http.grafana_url to the Grafana that shows the dashboards: then it can be asked.'
    return { ticked: false, lookedAt: 'dashboards: not configured', remedy }
  }
  if (grafana.tag === 'failure') {
    return {
      ticked: false,
      lookedAt: `Grafana: ${grafana.reason}`,
      remedy: 'Check http.grafana_url and http.grafana_token.',
    }
  }
  const { address, dashboards: shown } = grafana.value
  if (shown.length === 0) {
    const lookedAt = `${address}: no dashboard asks for a metric of the service`
    return { ticked: false, lookedAt, remedy: 'Import dashboards about the metrics of docs/metrics.md.' }
  }
  const wrong = shown.flatMap(({ title, metrics }) => metrics.filter(isUnknown).map((name) => `${title}: ${name}`))
  const lookedAt = `${address}: ${shown.map(({ title }) => title).join(', ')}`
  if (wrong.length > 0) {
    const remedy = 'Mend these queries: docs/metrics.md has the names.'
    return { ticked: false, lookedAt: `${lookedAt}; metrics that there are not: ${wrong.join(', ')}`, remedy }
  }
  if (diagnoses.some(({ check, status }) => check === 'PROMETHEUS_SCRAPES' && status === 'ok'))
    return { ticked: true, lookedAt: `${lookedAt}; every metric in them exists and is scraped` }
  const remedy = 'Set http.prometheus_url, and see to it that it scrapes the service: sync-app doctor metrics.'
  return { ticked: false, lookedAt: `${lookedAt}; it cannot be seen that Prometheus has data for them`, remedy }
}

function isUnknown(name: string): boolean {
  return !isMetricName(name) && !isMetricName(name.replace(/_(?:bucket|sum|count)$/, ''))
}
