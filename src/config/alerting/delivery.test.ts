import { describe, expect, test } from 'vitest'
import { parseConfig } from '../load-config.ts'
import { parseLabelMatcher } from './label-matcher.ts'
import { parseNotifyTarget } from './notify-target.ts'

const MINIMAL = `source: { url: "postgres://sync@db/shop" }
target: { fe_http: "http://fe:8030", fe_mysql: "mysql://root@fe:9030" }
`

const around = { env: {}, readFile: () => '' }

function load(alerting: string) {
  const text = `${MINIMAL}alerting:\n${alerting.replaceAll(/^/gm, '  ')}`
  const { config } = parseConfig(text, 'x.yaml', around)
  const delivery = config.alerting?.delivery
  if (!delivery) throw new Error('no alerting')
  return delivery
}

const WHOLE = `
webhook_url: "https://hook"
channels:
  mail: { email: { smtp_url: "smtps://ops:pw@mx", from: Sync <sync@example.com>, to: ops@example.com } }
  phone: { sms: { to: "+43 1 234567", twilio: { account_sid: AC1, auth_token: tok, from: "+1555000111" } } }
  pager: { pagerduty: key, fallback: phone }
routes:
  - { match: ['severity="critical"', 'table=~"billing[.].*"'], escalation: database, mute_times: maintenance }
  - { channels: [webhook, "mail:dba@example.com"], group_by: table, group_wait: 10s, continue: true }
group_interval: 1m
escalations:
  database:
    - { notify: oncall:primary, timeout: 5m }
    - { notify: [person:anna, pager] }
oncall:
  people: { anna: ["phone:+431111111", mail], bob: mail }
  schedules:
    primary:
      time_zone: Europe/Vienna
      layers:
        - { people: [anna, bob], start: 2026-01-05 }
        - { people: bob, rotation: daily, hand_off: 08:30, start: 2026-01-05, active: [{ weekdays: "saturday:sunday" }] }
mute_times:
  maintenance: [{ weekdays: sunday, times: "22:00-02:00", location: Europe/Vienna }, { days_of_month: "-1" }]
silences:
  - { match: 'table="t"', until: "2026-12-24T18:00+01:00", author: anna, comment: move }
inhibit: [{ source: severity=critical, target: severity=warning, equal: [table] }]
dead_mans_switch: https://beat/1
`

test('a whole section becomes its typed form', () => {
  const delivery = load(WHOLE)
  expect(delivery.channels.map(({ name, means }) => [name, means.tag])).toEqual([
    ['webhook', 'webhook'],
    ['mail', 'email'],
    ['phone', 'sms'],
    ['pager', 'pagerduty'],
  ])
  expect(delivery.channels.map(({ minSeverity, maxPerHour }) => [minSeverity, maxPerHour])).toEqual([
    ['info', 3600],
    ['info', 120],
    ['critical', 20],
    ['info', 600],
  ])
  expect(delivery.routes[0]).toMatchObject({ escalation: 'database', muteTimes: ['maintenance'], continue: false })
  expect(delivery.routes[1]).toMatchObject({ groupBy: ['table'], groupWaitMs: 10_000, continue: true })
  expect(delivery.grouping).toMatchObject({
    groupWaitMs: 30_000,
    groupIntervalMs: 60_000,
    repeatIntervalMs: 14_400_000,
  })
  expect(delivery.escalations.get('database')?.map(({ timeoutMs }) => timeoutMs)).toEqual([300_000, 600_000])
  expect(delivery.oncall.schedules.get('primary')?.layers[1]).toMatchObject({
    rotation: 'daily',
    handOffMinutes: 510,
    active: [{ weekdays: [{ first: 6, last: 0 }], zone: 'UTC' }],
  })
  expect(delivery.muteTimes.get('maintenance')?.[0]).toMatchObject({ times: [{ first: 1320, last: 120 }] })
  expect(delivery.silences[0]?.untilMs).toBe(Date.UTC(2026, 11, 24, 17))
  expect(delivery.deadMansSwitch).toMatchObject({ everyMs: 60_000 })
})

test('Twilio is a preset of the generic call', () => {
  const means = load(WHOLE).channels[2]?.means
  if (means?.tag !== 'sms') throw new Error('no sms')
  expect(means.to).toEqual(['+431234567'])
  expect(means.url.reveal()).toBe('https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json')
  expect(means.headers['authorization']?.reveal()).toBe(`Basic ${btoa('AC1:tok')}`)
  expect(Object.entries(means.parameters).map(([name, value]) => [name, value.reveal()])).toEqual([
    ['To', '{{to}}'],
    ['Body', '{{text}}'],
    ['From', '+1555000111'],
  ])
})

const CHANNEL = 'channels: { mail: { email: { smtp_url: "smtp://mx", from: a@b, to: c@d } } }'

describe('names that nothing has, and what cannot be, are refused at their place', () => {
  test.each([
    ['a channel', `${CHANNEL}\nroutes: [{ channels: mial }]`, '5:24', 'there is no channel "mial"; did you mean mail?'],
    ['a chain', `${CHANNEL}\nroutes: [{ escalation: x }]`, '5:26', 'there is no chain "x"'],
    ['a time', `${CHANNEL}\nroutes: [{ channels: mail, mute_times: x }]`, '', 'there is no entry of mute_times "x"'],
    ['a person', `${CHANNEL}\nescalations: { c: [{ notify: person:zoe }] }`, '', 'there is no person "zoe"'],
    ['a schedule', `${CHANNEL}\nroutes: [{ channels: oncall:x }]`, '', 'there is no schedule "x"'],
    [
      'an address',
      `${CHANNEL}\nroutes: [{ channels: mail:nowhere }]`,
      '',
      '"nowhere" is no address of the channel mail',
    ],
    ['a fallback', `${CHANNEL.replace(' } }', ' }, fallback: sms }')}`, '', 'there is no channel "sms"'],
    ['two means', 'channels: { x: { slack: https://a, webhook: https://b } }', '', 'not webhook and slack'],
    ['no means', 'channels: { x: { send_resolved: true } }', '', 'needs exactly one of webhook, slack'],
    ['a reserved name', 'channels: { oncall: { slack: https://a } }', '', 'other than person and oncall'],
    ['a route without receivers', 'routes: [{ match: a=b }]', '', 'needs either `channels` or `escalation`'],
    [
      'a zone',
      'mute_times: { m: [{ location: Europe/Viena }] }',
      '',
      'is not a time zone; did you mean Europe/Vienna?',
    ],
    ['a matcher', 'routes: [{ match: "severity", channels: x }]', '', 'is not a matcher such as severity="critical"'],
    ['a pattern', `routes: [{ match: 'a=~"("', channels: x }]`, '', 'has a pattern that is not a regular expression'],
    [
      'an instant',
      'silences: [{ match: a=b, until: 2026-01-01T10:00, author: a, comment: c }]',
      '',
      'is not an instant',
    ],
    [
      'a password in the clear',
      'channels: { m: { email: { smtp_url: "smtp://u:p@mx", starttls: opportunistic, from: a@b, to: c@d } } }',
      '',
      'unencrypted',
    ],
    [
      'a sender that writes headers',
      'channels: { m: { email: { smtp_url: "smtp://mx", from: "a@b\\nBcc: x@y", to: c@d } } }',
      '',
      'is not a mail address',
    ],
    [
      'a channel of a rule',
      `${CHANNEL}\nrules: [{ name: r, condition: uptime > 1, channels: mial }]`,
      '',
      'there is no channel "mial"',
    ],
    ['a chain of a rule', 'rules: [{ name: r, condition: uptime > 1, escalation: x }]', '', 'there is no chain "x"'],
    ['alertmanager without an address', 'mode: alertmanager', '', 'needs `alertmanager_url`'],
  ])('%s', (_what, alerting, place, message) => {
    expect(() => load(alerting)).toThrow(message)
    expect(() => load(alerting)).toThrow(place)
  })
})

test.each([
  ['severity="critical"', 'severity', '=', 'critical'],
  ['table =~ shop.*', 'table', '=~', 'shop.*'],
  ['a!="say \\"x\\""', 'a', '!=', 'say "x"'],
  ['team!~""', 'team', '!~', ''],
])('a matcher %s', (text, name, operator, value) => {
  expect(parseLabelMatcher(text)).toMatchObject({ name, operator, value })
  expect(parseLabelMatcher(parseLabelMatcher(text).text)).toMatchObject({ name, operator, value })
})

test.each([
  ['slack', { tag: 'channel', channel: 'slack' }],
  ['phone:+431234567', { tag: 'channel', channel: 'phone', address: '+431234567' }],
  ['person: anna', { tag: 'person', person: 'anna' }],
  ['oncall:primary', { tag: 'oncall', schedule: 'primary' }],
])('whom to tell: %s', (text, target) => {
  expect(parseNotifyTarget(text)).toEqual(target)
})

describe('a channel that is told of nothing is warned of, at its place', () => {
  const CHANNELS = `channels:
  ops: { slack: https://1 }
  pager: { pagerduty: key, fallback: phone }
  phone: { webhook: https://2 }
  spare: { webhook: https://3 }
slack_webhook: https://hooks.slack.com/x
`
  const warned = (more: string): readonly string[] => {
    const text = `${MINIMAL}alerting:\n${`${CHANNELS}${more}`.replaceAll(/^/gm, '  ')}`
    return parseConfig(text, 'x.yaml', around).warnings.map(({ line, message }) => `${line}: ${message}`)
  }
  const nothing = (...names: readonly string[]) =>
    names.map((name) => expect.stringMatching(new RegExp(`^\\d+: no route .* channel ${name}: it is told of nothing$`)))

  test.each([
    ['without routes every channel is told', '', []],
    ['what fits no route goes to every channel', 'routes: [{ match: severity=critical, channels: ops }]', []],
    ['a route for everything leaves out the others', 'routes: [{ channels: pager }]', ['slack', 'ops', 'spare']],
    [
      'what stands below it is never asked',
      'routes: [{ channels: [ops, slack] }, { channels: [spare, phone] }]',
      ['pager', 'phone', 'spare'],
    ],
    [
      'chains, people and turns count',
      `routes: [{ escalation: e }]
escalations: { e: [{ notify: "oncall:s" }, { notify: "person:bob" }] }
oncall: { people: { anna: ops, bob: [spare, slack] }, schedules: { s: { layers: [{ people: anna, start: 2026-01-01 }] } } }`,
      ['pager', 'phone'],
    ],
    ['rules count', 'routes: [{ channels: [ops, slack, spare] }]\nrules: [{ name: slot_lost, channels: pager }]', []],
  ])('%s', (_what, more, names) => {
    expect(warned(more)).toEqual(nothing(...names))
  })

  test('the line is that of the channel', () => {
    const text = `${MINIMAL}alerting:\n  channels:\n    a: { slack: https://1 }\n    b: { slack: https://2 }\n  routes: [{ channels: a }]`
    const lineOfB = text.split('\n').findIndex((line) => line.includes('b:')) + 1
    expect(parseConfig(text, 'x.yaml', around).warnings).toMatchObject([{ line: lineOfB, column: 5 }])
  })

  test('where others tell people, no channel is told', () => {
    expect(warned('mode: prometheus')).toEqual([expect.stringContaining('alerting.mode is prometheus')])
  })
})
