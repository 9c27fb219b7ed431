import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { smallHttpServer } from '../../../test/support/small-http-server.ts'
import { PREDEFINED_RULES } from '../../config/alerting/predefined-rules.ts'
import { parseConfig } from '../../config/load-config.ts'
import { readExposition } from '../read-exposition.ts'
import type { AlertFacts } from './alert-facts.ts'
import { diagnoseAlerts } from './diagnose-alerts.ts'
import { judgeAlerts } from './judge-alerts.ts'

const answer = <T>(value: T) => ({ tag: 'answer', value }) as const
const failure = (reason: string) => ({ tag: 'failure', reason }) as const
const NOW = Date.UTC(2026, 0, 2)
const told = (rule: string, what = 'told') => {
  return { atMs: NOW - 1000, what, who: 'slack', alerts: [`${rule} 0123`, `${rule} 4567`], firing: 2 }
}

const well = { firing: [], isMemoryComplete: true, history: [told('lag')] }
const sound: AlertFacts = {
  alerting: {
    enabled: true,
    mode: 'embedded',
    rules: PREDEFINED_RULES.filter(({ name }) => name === 'slot_lost'),
    channels: ['slack'],
    unreached: [],
    hasStateDirectory: false,
  },
  ruleTests: [{ rule: 'slot_lost', test: 't', problems: [] }],
  nowMs: NOW,
  service: answer(well),
  metrics: answer(readExposition('sync_source_slot_wal_status{status="lost"} 0')),
  prometheus: answer([]),
}

test('where all is well every check is in order, and says what was looked at', () => {
  const diagnoses = judgeAlerts(sound)
  expect(diagnoses.map(({ status, check, what }) => `${status} ${check}: ${what}`)).toEqual([
    'ok ALERTING_ENABLED: 1 rules, alerting.mode is embedded',
    'ok ALERT_CHANNELS: channels: slack',
    'ok ONE_TELLS: Prometheus evaluates 0 of these rules; alerting.mode is embedded',
    'ok RULE_TESTS: 1 tests of rules pass',
    'ok ALERTS_EVALUATED: nothing fires',
    'ok RULES_EVALUATE: no evaluation of a rule has failed',
    'ok RULES_HAVE_DATA: every rule has metrics to look at',
    'ok CHANNELS_WORK: 1 messages arrived in the last day',
    'ok ALERT_MEMORY: what was told outlives a restart',
    'ok ALERTS_MEAN_SOMETHING: no rule is told again and again without anybody caring',
  ])
})

const alerting = (changes: Partial<AlertFacts['alerting']>): AlertFacts => ({
  ...sound,
  alerting: { ...sound.alerting, ...changes },
})
const often = Array.from({ length: 7 }, () => told('lag'))

test.each<[name: string, facts: AlertFacts, problems: Readonly<Record<string, string>>]>([
  ['alerting is off', alerting({ enabled: false }), { ALERTING_ENABLED: 'true' }],
  ['nobody is there to be told', alerting({ channels: [] }), { ALERT_CHANNELS: 'sync-app alerts test' }],
  ['a channel is never reached', alerting({ unreached: ['pager'] }), { ALERT_CHANNELS: 'alerting.routes' }],
  ['Prometheus tells as well', { ...sound, prometheus: answer(['slot_lost']) }, { ONE_TELLS: 'told twice' }],
  ['nobody tells', alerting({ mode: 'prometheus' }), { ONE_TELLS: 'alerts generate' }],
  ['Prometheus is gone', { ...sound, prometheus: failure('gone') }, { ONE_TELLS: 'http.prometheus_url' }],
  [
    'a test of a rule fails',
    { ...sound, ruleTests: [{ rule: 'mine', test: 't', problems: ['x'] }] },
    { RULE_TESTS: 'sync-app alerts test mine' },
  ],
  ['the service is gone', { ...sound, service: failure('gone') }, { ALERTS_EVALUATED: 'sync-app run' }],
  [
    'a rule cannot be evaluated',
    { ...sound, metrics: answer(readExposition('sync_rule_evaluation_failures_total{rule="mine"} 3')) },
    { RULES_EVALUATE: 'Report' },
  ],
  [
    'messages do not arrive',
    { ...sound, service: answer({ ...well, history: [told('lag', 'not-told')] }) },
    { CHANNELS_WORK: 'alerts history' },
  ],
  [
    'a restart would tell twice',
    { ...sound, service: answer({ ...well, isMemoryComplete: false }) },
    { ALERT_MEMORY: 'state_directory' },
  ],
  [
    'a false alert again and again (row 100)',
    { ...sound, service: answer({ ...well, history: often }) },
    { ALERTS_MEAN_SOMETHING: 'sync-app alerts replay lag --since 24h' },
  ],
  [
    'an alert that is often told, and acknowledged',
    { ...sound, service: answer({ ...well, history: [...often, told('lag', 'acknowledged')] }) },
    {},
  ],
  ['an instance that stands by', { ...sound, service: answer(null) }, {}],
])('%s', (_name, facts, problems) => {
  const found = judgeAlerts(facts).filter(({ status }) => status === 'problem')
  expect(Object.fromEntries(found.map(({ check, remedy }) => [check, remedy]))).toEqual(
    Object.fromEntries(Object.entries(problems).map(([check, remedy]) => [check, expect.stringContaining(remedy)])),
  )
})

test('a running service and a Prometheus are asked', async () => {
  await using service = await smallHttpServer({
    '/api/v1/alerts': JSON.stringify({ alerts: [{ rule: 'slot_lost' }], isMemoryComplete: true }),
    '/api/v1/alerts/history': JSON.stringify({ history: [] }),
    '/metrics': 'sync_active_jobs 1\n',
  })
  const rules = [{ rules: [{ labels: { rule: 'slot_lost' } }, {}] }]
  await using prometheus = await smallHttpServer({
    '/api/v1/rules': JSON.stringify({ status: 'success', data: { groups: rules } }),
  })
  const { config } = parseConfig(
    `source: { url: "postgres://u:p@h/d" }
target: { fe_http: http://h:1, fe_mysql: mysql://r@h:2 }
http: { port: ${service.port}, prometheus_url: "${prometheus.address}" }`,
    'x.yaml',
    { env: {}, readFile: () => '' },
  )
  const found = await diagnoseAlerts(config, { clock: new FakeClock() })
  expect(found.filter(({ status }) => status === 'problem').map(({ check }) => check)).toEqual([
    'ALERT_CHANNELS',
    'ONE_TELLS',
  ])
  expect(found.find(({ check }) => check === 'ALERTS_EVALUATED')?.what).toBe('these fire: slot_lost')
  expect(found.find(({ check }) => check === 'RULES_HAVE_DATA')?.what).toContain('dead_letters_growing')
})
