import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { SyncError } from '../../core/sync-error.ts'
import { runProgram } from '../run-program.ts'
import { alertsCommand } from './alerts.ts'
import { alertsTestCommand } from './test-command.ts'
import { onCallCommand } from './oncall.ts'
import { silenceCommand } from './silence.ts'

let directory = ''
let file = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'alerting-commands-'))
  file = join(directory, 'x.yaml')
  writeFileSync(
    file,
    'source: { url: "postgres://sync@db/shop" }\ntarget: { fe_http: http://fe:8030, fe_mysql: mysql://root@fe:9030 }\nalerting: { channels: { phone: { webhook: "http://x" } } }\n',
  )
})
afterAll(() => rmSync(directory, { recursive: true }))

const calls: unknown[] = []
let answer: unknown
beforeEach(() => {
  calls.length = 0
  answer = {}
})

async function call(...args: readonly string[]) {
  let out = ''
  let err = ''
  const load = async () => ({
    serviceClient: (_config: unknown, url: string | undefined) => ({
      ask: async ({ method, path, body }: { method: string; path: string; body?: unknown }) => {
        calls.push({ method, path, ...(body === undefined ? {} : { body }), ...(url === undefined ? {} : { url }) })
        if (answer instanceof Error) throw answer
        return answer
      },
    }),
  })
  const commands = [
    alertsCommand(load, [alertsTestCommand(load, () => Promise.reject(new Error('no rule is tested')))]),
    silenceCommand(load),
    onCallCommand(load),
  ]
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    isTerminal: false,
    colour: false,
  }
  const context = { terminal, env: { SYNC_CONFIG: file }, clock: new FakeClock(), abort: new AbortController().signal }
  return { code: await runProgram(args, commands, context), out: out.trimEnd(), err: err.trimEnd() }
}

const NOW = Date.UTC(2026, 0, 1)
const ALERT = {
  fingerprint: '0123456789abcdef',
  rule: 'high_error_rate',
  severity: 'critical',
  labels: { table: 'public.orders' },
  value: 0.12,
  startedAtMs: NOW - 200_000,
  summary: 'error rate 12 %',
  why: 'refused values',
  remedy: 'see dead letters',
  runbook: 'https://r',
  isFlapping: false,
  acknowledgement: null,
  held: null,
  told: [{ receiver: 'slack', atMs: NOW - 100_000 }],
  decisions: [{ receiver: 'slack', decision: 'nothing: the receiver knows everything' }],
}

describe('alerts', () => {
  test('alone lists what fires', async () => {
    answer = { alerts: [ALERT, { ...ALERT, held: { by: 'silence', reason: 'x' } }], isMemoryComplete: true }
    const { code, out } = await call('alerts')
    expect(code).toBe(0)
    expect(out.split('\n')).toEqual([
      'ID        SEVERITY  ALERT                                 FOR         STATE          SUMMARY',
      '01234567  critical  high_error_rate{table=public.orders}  3 min 20 s  told to 1      error rate 12 %',
      '01234567  critical  high_error_rate{table=public.orders}  3 min 20 s  held: silence  error rate 12 %',
    ])
    expect(calls).toEqual([{ method: 'GET', path: '/api/v1/alerts' }])
  })

  test('warns when a restart would tell things twice', async () => {
    answer = { alerts: [], isMemoryComplete: false }
    expect(await call('alerts', 'list', '--url', 'http://other:1')).toMatchObject({
      out: 'Nothing fires.',
      err: expect.stringContaining('a restart now may tell things twice'),
    })
    expect(calls).toEqual([{ method: 'GET', path: '/api/v1/alerts', url: 'http://other:1' }])
  })

  test('show tells why, what to do and who knows', async () => {
    answer = { alerts: [ALERT], isMemoryComplete: true }
    const { out } = await call('alerts', 'show', '0123')
    expect(out).toContain('what to do: see dead letters')
    expect(out).toContain('slack was told, 2025-12-31 23:58:20 UTC')
    expect(out).toContain('slack: nothing: the receiver knows everything')
  })

  test('ack sends who, why and for how long', async () => {
    answer = { acknowledged: ['0123456789abcdef'] }
    expect(await call('alerts', 'ack', 'a b', '-m', 'on it', '--for', '2h', '--by', 'anna')).toMatchObject({
      code: 0,
      out: 'Acknowledged 01234567.',
    })
    expect(calls).toEqual([
      {
        method: 'POST',
        path: '/api/v1/alerts/a%20b/acknowledge',
        body: { by: 'anna', comment: 'on it', for: '2h', via: 'cli' },
      },
    ])
  })

  test('history is printed as a log', async () => {
    answer = {
      history: [
        {
          atMs: NOW,
          what: 'told',
          who: 'slack',
          via: 'slack',
          reason: 'firing',
          alerts: ['a 01', 'a 02'],
          firing: 2,
          resolved: 0,
        },
      ],
    }
    expect((await call('alerts', 'history', '--limit', '3')).out.split('\n')[1]).toBe(
      '2026-01-01 00:00:00 UTC  told  slack  slack  a; 2 firing, 0 over; firing',
    )
    expect(calls).toEqual([{ method: 'GET', path: '/api/v1/alerts/history?limit=3' }])
  })

  test('test fails when a receiver was not reached', async () => {
    answer = {
      results: [
        { receiver: '+43', failure: null },
        { receiver: '+44', failure: 'HTTP 400' },
      ],
    }
    expect(await call('alerts', 'test', 'phone')).toMatchObject({ code: 1, out: '+43: delivered\n+44: HTTP 400' })
  })

  test.each([
    [['alerts', 'lsit'], 2, 'did you mean alerts list?'],
    [['alerts', 'ack'], 2, 'alerts ack needs ALERT'],
    [['silence', 'add', 'a=b'], 2, 'needs either --for or --until'],
    [['silence', 'add', 'a=b', '--for', 'soon'], 2, '--for takes a duration such as 2h'],
    [['oncall', 'override', 'main'], 2, 'needs PERSON'],
  ])('%j is refused', async (args, code, message) => {
    expect(await call(...args)).toMatchObject({ code, err: expect.stringContaining(message) })
    expect(calls).toEqual([])
  })

  test('what the service refuses is shown with its remedy; an answer of another version is said to be one', async () => {
    answer = new SyncError('ALERT_UNKNOWN', 'no alert "x" fires')
    expect(await call('alerts', 'show', 'x')).toMatchObject({
      code: 1,
      err: expect.stringContaining('what to do: sync-app alerts list'),
    })
    answer = { alerts: 1 }
    expect(await call('alerts', 'list')).toMatchObject({ code: 1, err: expect.stringContaining('the same version') })
  })

  test('JSON is printed as it came', async () => {
    answer = { alerts: [], isMemoryComplete: true, more: 1 }
    expect(JSON.parse((await call('alerts', 'list', '--json')).out)).toEqual(answer)
  })

  test('help shows the subcommands, and each has its own', async () => {
    expect((await call('alerts', '--help')).out).toContain('alerts ack ')
    expect((await call('help', 'alerts', 'ack')).out).toContain('--comment TEXT')
  })
})

test('silence add, list and expire', async () => {
  answer = { id: 's1' }
  expect(
    (await call('silence', 'add', 'table=t', 'severity=warning', '--for', '2h', '-m', 'move', '--by', 'anna')).out,
  ).toBe('Silence s1 is made.')
  answer = {
    silences: [
      { id: 's1', match: ['table="t"'], fromMs: 0, untilMs: NOW, author: 'anna', comment: 'move', isInForce: true },
    ],
  }
  expect((await call('silence')).out.split('\n')[1]).toBe(
    's1  in force  2026-01-01 00:00:00 UTC  anna    table="t"  move',
  )
  expect((await call('silence', 'expire', 's1', '--by', 'bob')).out).toBe('Silence s1 is over.')
  expect(calls).toEqual([
    {
      method: 'POST',
      path: '/api/v1/silences',
      body: { match: ['table=t', 'severity=warning'], for: '2h', author: 'anna', comment: 'move', via: 'cli' },
    },
    { method: 'GET', path: '/api/v1/silences' },
    { method: 'POST', path: '/api/v1/silences/s1/expire', body: { author: 'bob', via: 'cli' } },
  ])
})

test('oncall shows who is on call, and has somebody take over', async () => {
  answer = {
    schedules: [
      { schedule: 'main', timeZone: 'UTC', person: null, reason: 'no layer counts now', nextHandOffMs: null },
    ],
  }
  expect((await call('oncall')).out).toContain('main      nobody')
  expect((await call('oncall', 'override', 'main', 'bob', '--for', '8h', '--by', 'anna')).out).toBe(
    'bob takes over main.',
  )
  expect(calls[1]).toEqual({
    method: 'POST',
    path: '/api/v1/oncall/overrides',
    body: { schedule: 'main', person: 'bob', for: '8h', author: 'anna', via: 'cli' },
  })
})
