import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { parseConfig } from '../../config/load-config.ts'
import { commandGroup } from '../command-group.ts'
import { runProgram } from '../run-program.ts'
import { replayCommand, replayText } from './replay-command.ts'
import { ruleCommands } from './rule-commands.ts'
import { alertsTestCommand, testSubject } from './test-command.ts'

const CONFIG = `source: { url: postgres://sync@db/shop }
target: { fe_http: http://fe:8030, fe_mysql: mysql://root@fe:9030 }
alerting:
  slack_webhook: https://hooks.slack.com/services/SECRET
  rules:
    - name: orders_late
      condition: lag_seconds > 60
      per: table
      for: 1m
      test:
        - name: it is late
          series: [{ series: 'sync_lag_seconds{table="orders"}', values: 0x4 90x20 }]
          firing: [{ from: 2m15s, labels: { table: orders } }]
    - name: broken
      condition: uptime > 60
      test:
        - { name: never, series: [{ series: sync_start_time_seconds, values: -3600x5 }] }
`

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rule-commands-'))
  await writeFile(join(directory, 'shop.yaml'), CONFIG)
})

afterAll(() => rm(directory, { recursive: true }))

const loadRuleWork = async () => ({
  ...(await import('../../app/alerts/test-rules.ts')),
  ...(await import('../../app/alerts/write-rule-files.ts')),
  ...(await import('../../app/alerts/shown-rules.ts')),
})
const noService = () => Promise.reject(new Error('no service is asked'))

const alerts = commandGroup({
  name: 'alerts',
  summary: '',
  subcommands: [
    ...ruleCommands(loadRuleWork),
    alertsTestCommand(noService, loadRuleWork),
    replayCommand(noService, () => import('../../app/alerts/rule-requests.ts')),
  ],
})

/** Runs a command; its exit code, and what it wrote. */
async function sync(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = ''
  const write = (more: string): void => void (text += more)
  const terminal = { out: write, err: write, isTerminal: false, colour: false }
  const context = { terminal, env: {}, clock: new FakeClock(), abort: new AbortController().signal }
  const code = await runProgram([...args, '-c', join(directory, 'shop.yaml')], [alerts], context)
  return { code, text }
}

describe('alerts', () => {
  test('rules lists predefined rules and those of the file', async () => {
    const { code, text } = await sync('alerts', 'rules')
    expect(code).toBe(0)
    expect(text).toMatch(/^orders_late +warning +table +\S.* lag_seconds > 60$/m)
    expect(text).toMatch(/^database_down +critical +database/m)
  })

  test('test tells which tests fail, and exits with 1', async () => {
    const { code, text } = await sync('alerts', 'test', 'broken')
    expect({ code, text }).toEqual({ code: 1, text: 'FAIL  broken: never: fires from 0 s until the end\n' })
    expect(await sync('alerts', 'test', 'orders_late')).toEqual({
      code: 0,
      text: 'ok    orders_late: it is late\n',
    })
    const { code: usage, text: hint } = await sync('alerts', 'test', 'order_late')
    expect(usage).toBe(2)
    expect(hint).toContain('did you mean orders_late?')
  })

  test('generate writes files without secrets', async () => {
    const out = join(directory, 'out')
    const { code, text } = await sync('alerts', 'generate', '--out', out)
    expect({ code, lines: text.trim().split('\n').length }).toEqual({ code: 0, lines: 4 })
    const rules = await readFile(join(out, 'prometheus/sync.rules.yml'), 'utf8')
    expect(rules).toContain('alert: OrdersLate')
    const alertmanager = await readFile(join(out, 'alertmanager/alertmanager.yml'), 'utf8')
    expect(alertmanager).toContain('api_url_file: /run/secrets/sync_slack_webhook')
    expect(alertmanager).not.toContain('SECRET')
  })

  test('a name that is neither a rule nor a channel is refused, and one that is both', async () => {
    expect(await sync('alerts', 'test', 'slakc')).toMatchObject({
      code: 2,
      text: expect.stringContaining('did you mean slack?'),
    })
    const { config } = parseConfig(`${CONFIG}  channels: { broken: { slack: https://x } }`, 'x', {
      env: {},
      readFile: () => '',
    })
    expect(() => testSubject('broken', config.alerting)).toThrow('is a rule and a channel')
    expect(testSubject('slack', config.alerting)).toEqual({ tag: 'channel' })
  })

  test('replay needs a state directory, and a rule that is there', async () => {
    expect(await sync('alerts', 'replay', 'orders_late')).toMatchObject({
      code: 1,
      text: expect.stringContaining('Set alerting.state_directory'),
    })
    expect(await sync('alerts', 'replay', 'order_late')).toMatchObject({
      code: 1,
      text: expect.stringContaining('Did you mean orders_late?'),
    })
  })

  test('replay shows when a rule would have fired', () => {
    const firings = [{ labels: { table: 'orders' }, fromMs: 60_000, untilMs: 180_000, summary: '90 s' }]
    const replay = {
      rule: 'orders_late',
      condition: 'lag_seconds > 60',
      fromMs: 0,
      untilMs: 600_000,
      samples: 41,
      gaps: 1,
    }
    expect(replayText({ ...replay, firings, tooShort: { count: 2, longestMs: 45_000 } }).split('\n')).toEqual([
      'orders_late: lag_seconds > 60',
      'Tried on 41 samples from 1970-01-01 00:00:00 UTC to 1970-01-01 00:10:00 UTC, once with none for a while.',
      'It would have fired once.',
      'The condition held 2 times, but not as long as `for` asks: for 45 s at most.',
      '',
      expect.stringMatching(/^FROM +FOR +LABELS +SUMMARY$/),
      expect.stringMatching(/^1970-01-01 00:01:00 UTC +2 min 0 s +table=orders +90 s$/),
      '',
    ])
  })
})
