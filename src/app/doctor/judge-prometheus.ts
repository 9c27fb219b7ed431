import type { Diagnosis } from './diagnosis.ts'
import { scrapeConfig } from './scrape-config.ts'
import type { MetricsFacts } from './metrics-facts.ts'
import type { PrometheusFacts } from './prometheus-facts.ts'

/** Whether the Prometheus scrapes the service, and why not. Pure. */
export function judgePrometheus({ http, prometheus }: MetricsFacts): readonly Diagnosis[] {
  if (prometheus === null) {
    const remedy = `Set http.prometheus_url, and let that Prometheus scrape: ${scrapeConfig(http)}`
    return [{ check: 'PROMETHEUS_REACHABLE', status: 'skipped', what: 'http.prometheus_url is not set', remedy }]
  }
  if (prometheus.tag === 'failure') {
    const remedy = 'Check http.prometheus_url, and that Prometheus runs.'
    return [{ check: 'PROMETHEUS_REACHABLE', status: 'problem', what: prometheus.reason, remedy }]
  }
  const { address, targets } = prometheus.value
  const what = `${address} answers; it scrapes ${targets.length} targets`
  return [{ check: 'PROMETHEUS_REACHABLE', status: 'ok', what }, scraping(http, prometheus.value)]
}

function scraping(http: MetricsFacts['http'], facts: PrometheusFacts): Diagnosis {
  const check = 'PROMETHEUS_SCRAPES'
  if (facts.instances.length > 0) {
    return { check, status: 'ok', what: `Prometheus has sync_active_jobs of ${facts.instances.join(', ')}` }
  }
  const ports = [http.metricsAddress, http.address].map((address) => new URL(address).port)
  const ours = facts.targets.find(({ url }) => URL.canParse(url) && ports.includes(new URL(url).port))
  if (ours === undefined) {
    const local = http.isLocal ? ' The service listens on this machine alone: for others set http.host.' : ''
    const what = `Prometheus has no sync_active_jobs, and none of its ${facts.targets.length} targets has port ${ports.join(' or ')}`
    return { check, status: 'problem', what, remedy: `Add to its configuration: ${scrapeConfig(http)}${local}` }
  }
  const what = `Prometheus scrapes ${ours.url} (${ours.health}) and has no sync_active_jobs`
  const remedy =
    ours.lastError === ''
      ? 'Wait for its next scrape; if it stays so, the target is another program.'
      : `Its last scrape failed: ${ours.lastError}`
  return { check, status: 'problem', what, remedy }
}
