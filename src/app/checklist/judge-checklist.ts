import type { ChecklistFacts } from './checklist-facts.ts'
import { dashboards } from './judge-dashboards.ts'
import type { Judged, Tick } from './tick.ts'

/** A log that nobody wrote to for so long says nothing of whether it works. */
const FRESH_LOG_MS = 15 * 60_000
/** A week shows each hour of each weekday once. */
const BASELINE_DAYS = 7

/** The guide's checklist, each item judged by what was seen. Pure. */
export function judgeChecklist(facts: ChecklistFacts): readonly Tick[] {
  const judges: Readonly<Record<string, (facts: ChecklistFacts) => Judged>> = {
    'All health checks passing': healthPassing,
    'Metrics being collected': metricsCollected,
    'Alerts configured and tested': alertsConfigured,
    'Dashboards displaying correctly': dashboards,
    'Log aggregation working': logs,
    'Alert notifications functioning': notifications,
    'Performance baselines established': baselines,
    'Monitoring documentation updated': documentation,
  }
  return Object.entries(judges).map(([item, judge]) => ({ item, ...judge(facts) }))
}

function healthPassing({ health }: ChecklistFacts): Judged {
  if (health.tag === 'failure') {
    return { ticked: false, lookedAt: `/health/detailed: ${health.reason}`, remedy: 'Start the service: sync-app run.' }
  }
  const { status, checks } = health.value
  const failing = checks.filter((check) => check.status !== 'healthy')
  if (status === 'healthy' && failing.length === 0 && checks.length > 0) {
    return { ticked: true, lookedAt: `/health/detailed: ${checks.length} checks, all healthy` }
  }
  const named = failing.map((check) => `${check.name} is ${check.status} (${check.message})`).join('; ')
  const what = checks.length === 0 ? 'no check at all' : named
  return { ticked: false, lookedAt: `/health/detailed: ${status}; ${what}`, remedy: 'Do what the checks say.' }
}

function metricsCollected({ diagnoses }: ChecklistFacts): Judged {
  const open = diagnoses.filter(({ status }) => status === 'problem')
  const scraped = diagnoses.find(({ check }) => check === 'PROMETHEUS_SCRAPES')
  const [first] = open
  if (first !== undefined) {
    const lookedAt = `sync-app doctor metrics: ${open.map(({ what }) => what).join('; ')}`
    return { ticked: false, lookedAt, remedy: first.remedy }
  }
  if (scraped?.status === 'ok') return { ticked: true, lookedAt: scraped.what }
  const remedy = 'Set http.prometheus_url to the Prometheus that scrapes the service: then it can be asked.'
  return { ticked: false, lookedAt: 'the service exposes metrics; not configured: who collects them', remedy }
}

function alertsConfigured({ alerting, metrics }: ChecklistFacts): Judged {
  if (alerting.channels.length === 0) {
    const lookedAt = `alerting: ${alerting.rules} rules; channels: not configured`
    return { ticked: false, lookedAt, remedy: 'Add a channel under alerting, and send a test through it.' }
  }
  if (!alerting.enabled)
    return { ticked: false, lookedAt: 'alerting.enabled is false', remedy: 'Set alerting.enabled.' }
  const evaluated = metrics.hasFamily('sync_alerts_firing')
  const failures = metrics.sum('sync_rule_evaluation_failures_total') ?? 0
  const sent = metrics.sum('sync_notifications_total', { result: 'success' }) ?? 0
  const { rules, channels } = alerting
  const lookedAt = `alerting: ${rules} rules, channels: ${channels.join(', ')}; ${
    evaluated ? `rules are evaluated, ${failures} evaluations failed` : 'the service evaluates no rule'
  }; ${sent} notifications sent since it started`
  if (evaluated && failures === 0 && sent > 0) return { ticked: true, lookedAt }
  return { ticked: false, lookedAt, remedy: 'Send a test through each channel.' }
}

function logs({ log, metrics }: ChecklistFacts): Judged {
  if (log.tag === 'failure') {
    const remedy = 'Set logging.file.path, or start the service so that it can be asked.'
    return { ticked: false, lookedAt: `the log: ${log.reason}`, remedy }
  }
  const { from, lines, lastAgeMs } = log.value
  const counted = metrics.sum('sync_log_write_errors_total')
  const lost = counted ?? 0
  const age = `the last ${Math.max(0, Math.round(lastAgeMs / 1000))} s ago`
  const lookedAt = `${from}: ${lines === 0 ? 'no line' : `lines, ${age}`}; ${counted ?? 'it is not known how many'} lines were lost. Who collects them cannot be seen from here`
  if (lines > 0 && lastAgeMs < FRESH_LOG_MS && lost === 0) return { ticked: true, lookedAt }
  const remedy =
    lost > 0 ? 'Free the disk, or see to it that standard output is read.' : 'Look whether the service runs.'
  return { ticked: false, lookedAt, remedy }
}

function notifications({ alerting, metrics }: ChecklistFacts): Judged {
  if (alerting.channels.length === 0) {
    const remedy = 'Configure a channel under alerting.'
    return { ticked: false, lookedAt: 'channels of alerting: not configured', remedy }
  }
  const sent = metrics.sum('sync_notifications_total', { result: 'success' }) ?? 0
  const failed = metrics.sum('sync_notifications_total', { result: 'failure' }) ?? 0
  const lookedAt = `sync_notifications_total: ${sent} delivered, ${failed} failed since the service started`
  if (sent > 0 && failed === 0) return { ticked: true, lookedAt }
  const remedy = failed > 0 ? 'Read why: sync-app logs --logger sync_app.alerts.' : 'Send a test through each channel.'
  return { ticked: false, lookedAt, remedy }
}

function baselines({ historyDays }: ChecklistFacts): Judged {
  if (historyDays === null) {
    const remedy = 'Set http.prometheus_url: a baseline is a week of measurements, and the service keeps none itself.'
    return { ticked: false, lookedAt: 'history of metrics: not configured', remedy }
  }
  const lookedAt = `Prometheus has sync_active_jobs from ${historyDays === 0 ? 'less than one day' : `${historyDays} days`} ago`
  if (historyDays >= BASELINE_DAYS) return { ticked: true, lookedAt }
  return { ticked: false, lookedAt, remedy: `Let it collect for ${BASELINE_DAYS} days.` }
}

function documentation({ undocumented, metrics }: ChecklistFacts): Judged {
  if (undocumented.tag === 'failure') {
    return {
      ticked: false,
      lookedAt: `docs/metrics.md: ${undocumented.reason}`,
      remedy: 'Install the manual with the program.',
    }
  }
  if (metrics.samples.length === 0) {
    return {
      ticked: false,
      lookedAt: 'docs/metrics.md: there are no metrics to compare it with',
      remedy: 'Start the service.',
    }
  }
  const { value: names } = undocumented
  if (names.length === 0)
    return { ticked: true, lookedAt: 'docs/metrics.md: it has every metric that the service exposes' }
  const remedy = 'Use the manual of the version that runs.'
  return { ticked: false, lookedAt: `docs/metrics.md: it lacks ${names.join(', ')}`, remedy }
}
