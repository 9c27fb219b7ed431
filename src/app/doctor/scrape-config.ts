import type { HttpFacts } from './metrics-facts.ts'

/** How a Prometheus is told to scrape the service. */
export function scrapeConfig({ metricsAddress }: HttpFacts): string {
  const target = metricsAddress.replace('http://', '')
  return `scrape_configs: [{ job_name: sync-app, static_configs: [{ targets: ["${target}"] }] }]`
}
