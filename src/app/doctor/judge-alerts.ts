import { familiesOfRule } from '../../observe/alerts/history/recorded-families.ts'
import type { AlertFacts, ServiceAlerts } from './alert-facts.ts'
import type { Diagnosis } from './diagnosis.ts'

const DAY_MS = 86_400_000
/** A rule that is told more often in a day, and that nobody acknowledges, teaches people to look away. */
const NOISY = 6

/** What may keep people from being told, and what tells them too much. Pure. */
export function judgeAlerts(facts: AlertFacts): readonly Diagnosis[] {
  return [
    enabled(facts),
    channels(facts),
    oneTells(facts),
    ruleTests(facts),
    evaluated(facts),
    rulesEvaluate(facts),
    rulesHaveData(facts),
    ...(facts.service.tag === 'answer' && facts.service.value ? ofService(facts, facts.service.value) : []),
  ]
}

function enabled({ alerting: { enabled: isEnabled, mode, rules } }: AlertFacts): Diagnosis {
  const check = 'ALERTING_ENABLED'
  const what = `${rules.length} rules, alerting.mode is ${mode}`
  if (isEnabled) return { check, status: 'ok', what }
  return { check, status: 'problem', what: 'alerting.enabled is false: nobody is told', remedy: 'Set it to true.' }
}

function channels({ alerting: { mode, channels: names, unreached } }: AlertFacts): Diagnosis {
  const check = 'ALERT_CHANNELS'
  if (mode !== 'embedded') return { check, status: 'skipped', what: `with alerting.mode: ${mode} others tell people` }
  if (names.length === 0) {
    const remedy = 'Give alerting a channel, such as slack_webhook, and run: sync-app alerts test slack'
    return { check, status: 'problem', what: 'there is no channel: alerts are only shown and logged', remedy }
  }
  if (unreached.length === 0) return { check, status: 'ok', what: `channels: ${names.join(', ')}` }
  const remedy = 'Name them in a route of alerting.routes, or remove them.'
  return { check, status: 'problem', what: `no route leads to: ${unreached.join(', ')}`, remedy }
}

/** Two that evaluate the same rules page people twice. */
function oneTells({ alerting: { mode }, prometheus }: AlertFacts): Diagnosis {
  const check = 'ONE_TELLS'
  if (prometheus === null) return { check, status: 'skipped', what: 'http.prometheus_url is not set' }
  if (prometheus.tag === 'failure') {
    return { check, status: 'problem', what: prometheus.reason, remedy: 'Check http.prometheus_url.' }
  }
  const count = new Set(prometheus.value).size
  const what = `Prometheus evaluates ${count} of these rules; alerting.mode is ${mode}`
  if (mode === 'prometheus' ? count > 0 : count === 0) return { check, status: 'ok', what }
  const remedy =
    mode === 'prometheus'
      ? 'Write the rules with: sync-app alerts generate, and load them in Prometheus. Until then nobody is told.'
      : 'Set alerting.mode to prometheus, or take the rules out of Prometheus: else people are told twice.'
  return { check, status: 'problem', what, remedy }
}

function ruleTests({ ruleTests: outcomes }: AlertFacts): Diagnosis {
  const check = 'RULE_TESTS'
  const failed = outcomes.filter(({ problems }) => problems.length > 0)
  if (failed.length === 0) return { check, status: 'ok', what: `${outcomes.length} tests of rules pass` }
  const names = [...new Set(failed.map(({ rule }) => rule))].join(', ')
  return {
    check,
    status: 'problem',
    what: `tests fail of: ${names}`,
    remedy: `See why: sync-app alerts test ${failed[0]?.rule ?? ''}`,
  }
}

function evaluated({ service }: AlertFacts): Diagnosis {
  const check = 'ALERTS_EVALUATED'
  if (service.tag === 'failure')
    return { check, status: 'problem', what: service.reason, remedy: 'Start it: sync-app run' }
  if (service.value === null) return { check, status: 'skipped', what: 'this instance stands by: ask the active one' }
  const { firing } = service.value
  return {
    check,
    status: 'ok',
    what: firing.length === 0 ? 'nothing fires' : `these fire: ${[...new Set(firing)].join(', ')}`,
  }
}

function rulesEvaluate({ metrics }: AlertFacts): Diagnosis {
  const check = 'RULES_EVALUATE'
  if (metrics.tag === 'failure') return { check, status: 'skipped', what: 'no metrics were read' }
  const failing = metrics.value.of('sync_rule_evaluation_failures_total').filter(({ value }) => value > 0)
  if (failing.length === 0) return { check, status: 'ok', what: 'no evaluation of a rule has failed' }
  const names = failing.map(({ labels }) => labels['rule'] ?? '').join(', ')
  return { check, status: 'problem', what: `cannot be evaluated: ${names}`, remedy: 'Report it, with the rule.' }
}

/** A rule whose metrics are not there can never fire. Some come with the first event only. */
function rulesHaveData({ alerting: { rules }, metrics }: AlertFacts): Diagnosis {
  const check = 'RULES_HAVE_DATA'
  if (metrics.tag === 'failure') return { check, status: 'skipped', what: 'no metrics were read' }
  const blind = rules.filter((rule) => familiesOfRule(rule).every((family) => metrics.value.of(family).length === 0))
  if (blind.length === 0) return { check, status: 'ok', what: 'every rule has metrics to look at' }
  const what = `nothing to look at yet: ${blind.map(({ name }) => name).join(', ')}`
  return { check, status: 'skipped', what, remedy: 'Some metrics come with the first event: see docs/metrics.md.' }
}

function ofService(facts: AlertFacts, service: NonNullable<ServiceAlerts>): readonly Diagnosis[] {
  return [channelsWork(facts, service), memory(facts, service), noise(facts, service)]
}

function channelsWork({ alerting, nowMs }: AlertFacts, { history }: NonNullable<ServiceAlerts>): Diagnosis {
  const check = 'CHANNELS_WORK'
  if (alerting.mode !== 'embedded') return { check, status: 'skipped', what: 'others tell people' }
  const recent = history.filter(({ atMs }) => atMs > nowMs - DAY_MS)
  const failed = recent.filter(({ what }) => what === 'not-told')
  if (failed.length > 0) {
    const who = [...new Set(failed.map((line) => line.who))].join(', ')
    const remedy = 'Read why: sync-app alerts history; mend the channel, then: sync-app alerts test CHANNEL'
    return { check, status: 'problem', what: `${failed.length} messages did not arrive in a day: ${who}`, remedy }
  }
  const told = recent.filter(({ what }) => what === 'told' || what === 'test').length
  if (told > 0) return { check, status: 'ok', what: `${told} messages arrived in the last day` }
  const remedy = 'Send a test: sync-app alerts test CHANNEL'
  return { check, status: 'skipped', what: 'no message was sent in the last day', remedy }
}

function memory({ alerting }: AlertFacts, { isMemoryComplete }: NonNullable<ServiceAlerts>): Diagnosis {
  const check = 'ALERT_MEMORY'
  if (isMemoryComplete) return { check, status: 'ok', what: 'what was told outlives a restart' }
  const remedy = alerting.hasStateDirectory ? 'Bring the target back.' : 'Set alerting.state_directory.'
  return { check, status: 'problem', what: 'the target is down: a restart now may tell things twice', remedy }
}

function noise({ nowMs }: AlertFacts, { history }: NonNullable<ServiceAlerts>): Diagnosis {
  const check = 'ALERTS_MEAN_SOMETHING'
  const recent = history.filter(({ atMs }) => atMs > nowMs - DAY_MS)
  const rulesOf = (what: string): readonly string[] =>
    recent
      .filter((line) => line.what === what && (what !== 'told' || line.firing > 0))
      .flatMap(({ alerts }) => [...new Set(alerts.map((alert) => alert.split(' ', 1)[0] ?? ''))])
  const acknowledged = new Set(rulesOf('acknowledged'))
  const counts = Map.groupBy(rulesOf('told'), (rule) => rule)
  const noisy = [...counts].filter(([rule, times]) => times.length >= NOISY && !acknowledged.has(rule))
  if (noisy.length === 0) return { check, status: 'ok', what: 'no rule is told again and again without anybody caring' }
  const names = noisy.map(([rule, times]) => `${rule} (${times.length} times)`).join(', ')
  const first = noisy[0]?.[0] ?? ''
  const remedy = `Raise its limit or its \`for\`, and try it on what was: sync-app alerts replay ${first} --since 24h`
  return { check, status: 'problem', what: `told in a day, acknowledged by nobody: ${names}`, remedy }
}
