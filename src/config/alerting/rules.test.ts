import { describe, expect, test } from 'vitest'
import { ConfigError } from '../config-problem.ts'
import { parseConfig } from '../load-config.ts'
import type { AlertRule } from './alert-rule.ts'
import { GUIDE_RULES, PREDEFINED_RULES } from './predefined-rules.ts'
import { checkRule } from './check-rule.ts'

const MINIMAL =
  'source: { url: postgres://sync@db/shop }\ntarget: { fe_http: http://fe:8030, fe_mysql: mysql://root@fe:9030 }\n'

const around = { env: {}, readFile: (): string => '' }

function rulesOf(yaml: string): ReadonlyMap<string, AlertRule> {
  const { config } = parseConfig(`${MINIMAL}alerting:\n${yaml}`, 'shop.yaml', around)
  return new Map(config.alerting.rules.map((rule) => [rule.name, rule]))
}

/** What is said of a file. */
function refusal(yaml: string): string {
  try {
    rulesOf(yaml)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

describe('predefined rules (rows 50-61)', () => {
  test('are those of the guide, with its severities', () => {
    expect(GUIDE_RULES.map(({ words, severity }) => `${words.title}: ${severity}`)).toEqual([
      'High Error Rate: critical',
      'No Data Processing: critical',
      'Job Failures: critical',
      'Database Down: critical',
      'High Memory Usage: critical',
      'High CPU Usage: critical',
      'Elevated Error Rate: warning',
      'High Latency: warning',
      'Low Throughput: warning',
      'Disk Space Low: warning',
      'Checkpoint Failures: warning',
    ])
  })

  test('are there without any configuration', () => {
    const { config } = parseConfig(MINIMAL, 'shop.yaml', around)
    expect(config.alerting.rules).toEqual(PREDEFINED_RULES)
  })

  test.each(PREDEFINED_RULES.map((rule) => [rule.name, rule] as const))(
    '%s is in order and says what it means, why and what to do (row 95)',
    (_name, rule) => {
      const names = PREDEFINED_RULES.map(({ name }) => name)
      expect(checkRule(rule, names)).toEqual([])
      expect(rule.words.steps.length).toBeGreaterThan(0)
      for (const text of [rule.words.summary, rule.words.description, rule.words.why]) expect(text).not.toBe('')
    },
  )

  test('are changed by a rule of their name, in what it gives', () => {
    const rules = rulesOf('  rules:\n    - { name: high_latency, severity: critical, for: 10m }\n')
    const [before, after] = [PREDEFINED_RULES, [...rules.values()]].map((all) =>
      all.find(({ name }) => name === 'high_latency'),
    )
    expect(after).toEqual({ ...before, severity: 'critical', forMs: 600_000 })
  })

  test('lose what belonged to their condition when they get another', () => {
    const rule = rulesOf('  rules: [{ name: high_latency, condition: p95_latency > 3 }]').get('high_latency')
    expect(rule).toMatchObject({ clear: undefined, tests: [], forMs: 300_000, words: { title: 'High Latency' } })
  })

  test('can be switched off', () => {
    expect(rulesOf('  rules: [{ name: high_latency, enabled: false }]').has('high_latency')).toBe(false)
  })
})

test('a rule of one’s own has every part (row 61)', () => {
  const rules = rulesOf(`  slack_webhook: https://slack
  escalations: { shop: [{ notify: slack }] }
  rules:
    - name: orders_late
      condition: lag_seconds > 60 and baseline(lag_seconds) < 10
      clear: lag_seconds < 30
      per: table
      severity: info
      cooldown: 90
      for: 1m
      keep_firing_for: 2m
      labels: { team: shop }
      summary: "{table} of {team} is {value} late"
      steps: Call the shop.
      inhibits: [low_throughput]
      channels: slack
      escalation: shop
      test:
        - name: it is late
          series: [{ series: 'sync_lag_seconds{table="orders"}', values: 0x4 90x20 }]
          firing: [{ from: 2m, labels: { table: orders } }]
`)
  expect(rules.get('orders_late')).toMatchObject({
    name: 'orders_late',
    severity: 'info',
    cooldownMs: 90_000,
    forMs: 60_000,
    keepFiringForMs: 120_000,
    per: 'table',
    labels: { team: 'shop' },
    words: { title: 'Orders Late', summary: '{table} of {team} is {value} late', steps: ['Call the shop.'] },
    inhibits: ['low_throughput'],
    channels: ['slack'],
    escalation: 'shop',
    tests: [{ intervalMs: 15_000, firing: [{ fromMs: 120_000, untilMs: undefined, labels: { table: 'orders' } }] }],
  })
})

describe('a wrong rule is refused', () => {
  test('with its place, a caret under the word, and what was probably meant', () => {
    const message = refusal(`  rules:
    - name: mine
      condition: "lag_seconds > 1 and eror_rate > 0.05"
`)
    expect(message)
      .toBe(`shop.yaml:6:39: alerting.rules[0].condition: "lag_seconds > 1 and eror_rate > 0.05" names "eror_rate", which is no signal; did you mean "error_rate"?
  6 |       condition: "lag_seconds > 1 and eror_rate > 0.05"
    |                                       ^^^^^^^^^`)
  })

  test.each([
    [
      '{ name: hi_latency }',
      'no predefined rule "hi_latency", and no condition is given; did you mean the predefined rule "high_latency"?',
    ],
    ['{ name: Mine, condition: uptime > 1 }', 'is not a name of a-z'],
    ['{ name: a, condition: uptime > 1, per: tabel }', 'no signal is told per "tabel"; did you mean "table"?'],
    ['{ name: a, condition: uptime > 1, per: table }', 'reads nothing that is told per table'],
    ['{ name: a, condition: uptime > 1 or lag_seconds > 1, per: table }', 'make two rules'],
    ['{ name: a, condition: lag_seconds > 1 and absent(uptime), per: table }', 'asks whether something is absent'],
    ['{ name: a, condition: disk_usage > 1 and anomaly(lag_seconds), per: mountpoint }', 'learned per table only'],
    ['{ name: a, condition: lag_seconds > 1, per: table, no_data: alert }', 'cannot be alert with per'],
    [
      '{ name: a, condition: uptime > 1, inhibits: high_latncy }',
      'there is no rule "high_latncy"; did you mean "high_latency"?',
    ],
    [
      '{ name: a, condition: uptime > 1, summary: "{table} is late" }',
      'has {table}, which is neither {value} nor a label',
    ],
    [
      '{ name: a, condition: uptime > 1, sevrity: info }',
      'unknown key "sevrity" in alerting.rules[0]; did you mean "severity"?',
    ],
    ['{ name: a, condition: uptime > 1, severity: fatal }', 'is not one of critical, warning, info'],
    [
      '{ name: a, condition: uptime > 1 }, { name: a, condition: uptime > 2 }',
      'is the name of an earlier rule as well',
    ],
    ['{ name: a, condition: uptime > 1, labels: { "a-b": x } }', 'is not a name of letters, digits and _'],
    [
      '{ name: a, condition: uptime > 1, test: [{ name: t, series: [{ series: sync_x, values: 1 2 three }] }] }',
      'has "three", which is neither a number',
    ],
  ])('%s', (rule, message) => {
    expect(refusal(`  rules: [${rule}]\n`)).toContain(message)
  })

  test.each([
    ['{ freshness: 60s, target: 100% }', 'is not a percentage below 100'],
    ['{ freshness: 0s }', 'is outside 1s to 30d'],
    ['{ table: "a b", freshness: 60s }', 'is not a table'],
  ])('and so is an objective: %s', (objective, message) => {
    expect(refusal(`  objectives: [${objective}]\n`)).toContain(message)
  })
})

test('objectives match tables as metrics name them', () => {
  const { config } = parseConfig(
    `${MINIMAL}alerting: { objectives: [{ table: "sales.*", freshness: 5m, target: 99.9% }, { freshness: 30s }] }`,
    'shop.yaml',
    around,
  )
  const [first, rest] = config.alerting.objectives
  expect(first).toEqual({
    tablePattern: { text: 'sales.*', regExp: 'sales\\..*' },
    freshnessMs: 300_000,
    target: 0.999,
  })
  expect(rest).toMatchObject({ tablePattern: { regExp: '.*' }, target: 0.99 })
})
